package org.gridappliance.agent.overlay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Where the overlay's program keeps its key, known peers and socket, beneath a folder that only
 * root can write; its own part belongs to the user it runs as, mode 0700.
 *
 * @param root {@code /var/lib/grid-appliance-agent/<data folder, dashes for slashes>/overlay}
 */
record OverlayFolder(Path root) {
  private static final Path OF_ROOT = Path.of("/var/lib/grid-appliance-agent");
  private static final int SECRET_BYTES = 1024;

  static OverlayFolder of(Path data) {
    String key = data.toString().substring(1).replace('/', '-');
    return new OverlayFolder(OF_ROOT.resolve(key).resolve("overlay"));
  }

  /** The program's own: key, peers, socket. */
  Path own() {
    return root.resolve("node");
  }

  Path socket() {
    return own().resolve("api.sock");
  }

  Path settings() {
    return root.resolve("ipop.yaml");
  }

  Path dhcpScript() {
    return root.resolve("dhcp-script");
  }

  Path dhcpClient() {
    return root.resolve("dhcp-client");
  }

  /**
   * {@return the device's MAC, drawn once} The address follows from the node's key and the MAC, so
   * that the machine gets the same again.
   */
  String mac() throws IOException {
    Path file = root.resolve("mac");
    if (!Files.exists(file)) {
      byte[] drawn = new byte[6];
      new SecureRandom().nextBytes(drawn);
      drawn[0] = (byte) ((drawn[0] & 0xfc) | 0x02); // locally administered, one station
      write(file, HexFormat.ofDelimiter(":").formatHex(drawn), "r--r--r--", 0);
    }
    return Files.readString(file);
  }

  Path output() {
    return root.resolve("output.log");
  }

  void make(int uid, String yaml) throws IOException {
    Path parent = root.getParent();
    if (parent == null) {
      throw new IllegalStateException(root + " has no parent");
    }
    Files.createDirectories(root);
    for (Path open : new Path[] {OF_ROOT, parent, root}) {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx--x--x"));
    }
    Files.createDirectories(own());
    give(own(), uid);
    Files.setPosixFilePermissions(own(), PosixFilePermissions.fromString("rwx------"));
    write(settings(), yaml, "r--------", uid);
    place("dhcp-client", dhcpClient());
    place("dhcp-script", dhcpScript());
    Files.deleteIfExists(output());
    write(output(), "", "rw-r--r--", 0);
  }

  private static void place(String resource, Path file) throws IOException {
    try (InputStream text = OverlayFolder.class.getResourceAsStream(resource)) {
      if (text == null) {
        throw new IOException(resource + " was not built in");
      }
      write(file, new String(text.readAllBytes(), StandardCharsets.UTF_8), "rwxr-xr-x", 0);
    }
  }

  /** {@return the secret that a person laid down, empty when there is none} */
  static String secret(Path data) throws IOException {
    Path file = data.resolve("keys").resolve("overlay.secret");
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > SECRET_BYTES) {
      return "";
    }
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private static void give(Path path, int uid) throws IOException {
    Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(path, "unix:gid", uid, LinkOption.NOFOLLOW_LINKS);
  }

  private static void write(Path file, String text, String mode, int uid) throws IOException {
    Path part = file.resolveSibling("." + file.getFileName() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(part, text);
    give(part, uid);
    Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(mode));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
