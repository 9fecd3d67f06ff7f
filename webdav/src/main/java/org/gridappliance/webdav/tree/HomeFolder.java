package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder that holds one person's home and what is kept of it. On btrfs it is a subvolume, which
 * needs no right, so that the file system can count what lies in it and hold it to a quota.
 */
public final class HomeFolder {
  private static final String MODE = "rwx------";

  private HomeFolder() {}

  /**
   * Makes it, for its owner alone, unless it is there. Its parent must be there.
   *
   * @throws IOException when it cannot be made
   */
  public static void make(Path folder) throws IOException {
    if (Files.exists(folder)) {
      return;
    }
    Path parent = folder.toAbsolutePath().getParent();
    if (parent != null
        && Files.getFileStore(parent).type().equals("btrfs")
        && subvolume(parent, folder)) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(MODE));
    } else {
      Files.createDirectories(
          folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE)));
    }
  }

  /** Where the kernel refuses, as it may in a container, it becomes a folder like any other. */
  private static boolean subvolume(Path parent, Path folder) throws IOException {
    try (Fd in = Fd.ofFolder(parent)) {
      return in.makeSubvolume(folder.getFileName().toString().getBytes(StandardCharsets.UTF_8));
    }
  }
}
