package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
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
    Path part = file.resolveSibling("token.json.part");
    Files.deleteIfExists(part);
    try (FileChannel out =
        FileChannel.open(
            part,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(json.toPrettyString() + "\n");
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
