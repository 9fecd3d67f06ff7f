package org.gridappliance.agent.samba;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where our smbd keeps what is its own: beneath a folder that only root can write, because the data
 * folder belongs to the portal's user, who could put links there.
 *
 * @param root {@code /var/lib/grid-appliance-agent/<data folder, dashes for slashes>/samba}
 */
record SambaFolders(Path root) {
  private static final Path OF_ROOT = Path.of("/var/lib/grid-appliance-agent");

  static SambaFolders of(Path data) {
    String key = data.toString().substring(1).replace('/', '-');
    return new SambaFolders(OF_ROOT.resolve(key).resolve("samba"));
  }

  /** Makes them; what an earlier run left of clients and links is removed. */
  void make() throws IOException {
    makeOpen(OF_ROOT);
    makeOpen(parent());
    makeOpen(root);
    for (String name : List.of("at", "clients")) {
      makeOpen(root.resolve(name));
      try (Stream<Path> old = Files.list(root.resolve(name))) {
        for (Path path : old.toList()) {
          Files.delete(path);
        }
      }
    }
    for (String name : List.of("private", "state", "lock", "cache", "pid", "rpc", "log")) {
      Path folder = Files.createDirectories(root.resolve(name));
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    // the portal looks whether there is a client at all
    Files.setPosixFilePermissions(clients(), PosixFilePermissions.fromString("rwxr-xr-x"));
    // smbd wants this one to be searchable by those it serves
    Files.setPosixFilePermissions(lock(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(
        root.resolve("rpc"), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path parent() {
    Path parent = root.getParent();
    if (parent == null) {
      throw new IllegalStateException(root + " has no parent");
    }
    return parent;
  }

  /** Those that serve a person pass through; nobody else looks or writes. */
  private static void makeOpen(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
  }

  Path config() {
    return root.resolve("smb.conf");
  }

  /** {@return links, one for each name that may log in, to that person's home} */
  Path at() {
    return root.resolve("at");
  }

  /** {@return a file for each smbd process that serves a client, named by its number} */
  Path clients() {
    return root.resolve("clients");
  }

  Path lock() {
    return root.resolve("lock");
  }

  Path accounts() {
    return root.resolve("passwd");
  }

  Path groups() {
    return root.resolve("group");
  }

  Path log() {
    return root.resolve("log").resolve("smbd.log");
  }

  /** Writes a file whole or not at all. */
  static void write(Path file, String text, String mode) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(part, text.getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(mode));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
