package org.gridappliance.agent.ipsec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where this machine's key and certificate lie: a folder that only root enters, apart from the data
 * folder, which the portal may write.
 *
 * @param root {@code /var/lib/grid-appliance-agent/<data folder, dashes for slashes>/ipsec}
 */
record IpsecFolder(Path root) {
  private static final Path OF_ROOT = Path.of("/var/lib/grid-appliance-agent");

  static IpsecFolder of(Path data) {
    String key = data.toString().substring(1).replace('/', '-');
    return new IpsecFolder(OF_ROOT.resolve(key).resolve("ipsec"));
  }

  Path file(String name) {
    return root.resolve(name);
  }

  void make() throws IOException {
    Files.createDirectories(root);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
  }

  boolean has(String name) {
    return Files.exists(file(name));
  }

  void write(String name, byte[] bytes) throws IOException {
    Path part = file("." + name + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(part, bytes);
    Files.move(
        part, file(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  void write(String name, String text) throws IOException {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] read(String name) throws IOException {
    return Files.readAllBytes(file(name));
  }

  void forget(String... names) throws IOException {
    for (String name : names) {
      Files.deleteIfExists(file(name));
    }
  }
}
