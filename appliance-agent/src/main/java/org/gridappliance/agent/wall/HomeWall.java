package org.gridappliance.agent.wall;

import java.io.IOException;

/**
 * How one kind of file system holds a folder, and whoever writes beneath it, to a number of bytes.
 * Wants root. What it sets stays on the disk: it needs nobody who watches.
 */
sealed interface HomeWall permits BtrfsLimit, ProjectQuota {
  /** It cannot be held here; the message is for the administrator and says what can. */
  final class Cannot extends Exception {
    private static final long serialVersionUID = 1L;

    Cannot(String message) {
      super(message, null, false, false);
    }

    /**
     * {@return that the kernel does not let us, which no second try changes}
     *
     * @throws Syscalls.Failed what it was, where it is something else
     */
    static Cannot unless(Syscalls.Failed e) throws Syscalls.Failed {
      return switch (e.errno()) {
        case 1, 13 -> // EPERM, EACCES
            new Cannot(
                "this machine's kernel does not let the appliance set limits, as in many"
                    + " containers; only the rounds notice who exceeds his quota");
        case 2, 22, 38, 95 -> new Cannot(OTHERS); // ENOENT, EINVAL, ENOSYS, EOPNOTSUPP
        default -> throw e;
      };
    }
  }

  String OTHERS =
      "this disk cannot hold people to their quota at once, only the rounds notice who exceeds it;"
          + " btrfs, or ext4 or XFS mounted with prjquota, can";

  /** {@return what holds the folder of this descriptor} */
  static HomeWall of(int folder) throws IOException, Cannot {
    long fileSystem = Syscalls.fileSystem(folder);
    if (fileSystem == BtrfsLimit.MAGIC) {
      return new BtrfsLimit();
    }
    if (fileSystem == ProjectQuota.EXT4 || fileSystem == ProjectQuota.XFS) {
      return new ProjectQuota();
    }
    throw new Cannot(OTHERS);
  }

  /** {@return {@code btrfs} or {@code project}} */
  String kind();

  /** {@return whether copies of a file, as rounds make them, take room of their own} */
  boolean copiesTakeRoom();

  /**
   * Sets the limit; what stands there already is replaced.
   *
   * @param folder a person's, above his home and what is kept of it
   * @param bytes that all of it may take on the disk, a multiple of 1,024
   * @throws Cannot when this folder or file system cannot be held
   */
  void limit(int folder, long bytes) throws IOException, Cannot;
}
