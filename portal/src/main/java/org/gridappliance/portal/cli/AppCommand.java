package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes and restores applications, for their authors and administrators. */
@Command(
    name = "app",
    description =
        "Removes or restores an application, or lists the removed ones; for its authors and"
            + " administrators (login --admin). `app check FILE` explains what is wrong in an app.yaml.",
    mixinStandardHelpOptions = true)
final class AppCommand implements Callable<Integer> {
  /** For completion; {@code check} is the script's. */
  static final class Verbs implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("check", "remove", "restore", "removed").iterator();
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "VERB",
      completionCandidates = Verbs.class,
      description = "remove, restore or removed")
  String verb = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "the application's id")
  @Nullable String id;

  @Option(names = "--json", description = "print JSON")
  boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException, CliException {
    String app = id;
    try (Client client = Client.of(Login.read())) {
      switch (verb) {
        case "removed" -> {
          JsonNode answer = client.get("removed-apps");
          if (json) {
            System.out.println(answer.toPrettyString());
          } else {
            answer.path("apps").forEach(AppCommand::print);
          }
        }
        case "remove" -> {
          JsonNode removed = client.delete("apps/" + segment(app));
          if (json) {
            System.out.println(removed.toPrettyString());
          } else {
            print(removed);
          }
        }
        case "restore" -> {
          client.post("apps/" + segment(app) + "/restore");
          System.out.println(json ? "{}" : app + ": restored");
        }
        default ->
            throw new CliException("app " + verb + ": want check, remove, restore or removed");
      }
      return 0;
    }
  }

  private String segment(@Nullable String app) throws CliException {
    if (app == null) {
      throw new CliException("app " + verb + " wants the id of an application");
    }
    return Client.segment(app);
  }

  private static void print(JsonNode app) {
    StringBuilder line = new StringBuilder(app.path("id").asText());
    line.append(": removed by ").append(app.path("by").asText());
    line.append(" at ").append(app.path("at").asText());
    String until = app.path("until").asText("");
    line.append(
        app.path("until").isNull() ? ", hidden until restored" : ", deleted for good at " + until);
    Iterator<Map.Entry<String, JsonNode>> uses = app.path("uses").fields();
    while (uses.hasNext()) {
      Map.Entry<String, JsonNode> use = uses.next();
      if (use.getValue().asInt() > 0) {
        line.append("; ").append(use.getKey()).append(": ").append(use.getValue().asInt());
      }
    }
    System.out.println(line);
  }
}
