package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ./appliance login} keeps in {@code ~/.config/grid-appliance/token.json} (mode 0600):
 * which portal, and the token for it.
 *
 * @param portal address without a path
 * @param name the account
 * @param token its secret
 * @param authority a file with the certificate of the portal's own authority, in PEM
 */
record Login(URI portal, String name, String token, Optional<Path> authority) {

  static Path file() {
    String configured = System.getenv("XDG_CONFIG_HOME");
    Path config =
        configured == null || configured.isBlank()
            ? Path.of(System.getProperty("user.home"), ".config")
            : Path.of(configured);
    return config.resolve("grid-appliance/token.json");
  }

  /** {@return the kept login} */
  static Login read() throws IOException, CliException {
    try {
      JsonNode json = Client.JSON.readTree(Files.readString(file()));
      @Nullable JsonNode authority = json.get("authority");
      return new Login(
          URI.create(json.path("portal").asText()),
          json.path("name").asText(),
          json.path("token").asText(),
          Optional.ofNullable(authority).map(a -> Path.of(a.asText())));
    } catch (NoSuchFileException e) {
      throw new CliException("not logged in; run: ./appliance login");
    }
  }

  /** Writes the file whole or not at all, readable by its owner alone. */
  void write() throws IOException {
    Path file = file();
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    ObjectNode json =
        Client.JSON
            .createObjectNode()
            .put("portal", portal.toString())
            .put("name", name)
            .put("token", token);
    authority.ifPresent(path -> json.put("authority", path.toAbsolutePath().toString()));
    keep(file, json.toPrettyString() + "\n");
  }

  /** Writes a file beside the login in one step, readable by its owner alone. */
  static void keep(Path file, String text) throws IOException {
    Path folder = Optional.ofNullable(file.getParent()).orElseThrow();
    Path part = Files.createTempFile(folder, "new", ".part"); // with mode 0600
    try {
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
