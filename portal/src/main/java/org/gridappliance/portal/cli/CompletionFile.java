package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a shell's completion offers of the portal, kept beside the login as plain lines of four
 * fields with tabs between, so that no key press waits for this program or the network: {@code api,
 * operation, summary, its names} and {@code app, id, title, nothing}. Only the last may be empty,
 * since shells take several tabs for one. Read by {@code scripts/completion/}.
 */
final class CompletionFile {
  private CompletionFile() {}

  static Path file() {
    return Login.file().resolveSibling("completion.tsv");
  }

  /** Writes it anew, as the portal is now. */
  static void refresh(Client client, Operations operations)
      throws IOException, InterruptedException, CliException {
    StringBuilder lines = new StringBuilder();
    for (Operation operation : operations.all()) {
      line(lines, "api", operation.id(), operation.summary(), String.join(" ", operation.names()));
    }
    for (JsonNode app : client.get("apps").path("apps")) {
      line(lines, "app", app.path("id").asText(), app.path("title").asText(), "");
    }
    Login.keep(file(), lines.toString());
  }

  /** A portal's text goes into a shell: ids and names of plain letters or none at all. */
  private static void line(StringBuilder lines, String kind, String id, String said, String names) {
    if (id.matches("[\\w.-]+") && names.matches("[\\w.:= -]*")) {
      String text = said.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
      lines.append(kind).append('\t').append(id).append('\t').append(text.isEmpty() ? id : text);
      lines.append('\t').append(names).append('\n');
    }
  }
}
