package org.gridappliance.agent.wall;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gridappliance.agent.envelope.Posix;

/**
 * ext4 and XFS: everything beneath the folder belongs to one project, new files inherit it, and the
 * project has a limit (linux/fs.h, linux/quota.h; quotactl(2)). The file system must be mounted
 * with prjquota.
 */
record ProjectQuota() implements HomeWall {
  static final long EXT4 = 0xEF53L;
  static final long XFS = 0x58465342L;

  private static final long IOC_GETXATTR = 0x801C581FL; // FS_IOC_FSGETXATTR, struct fsxattr
  private static final long IOC_SETXATTR = 0x401C5820L;
  private static final int INHERIT = 0x200; // FS_XFLAG_PROJINHERIT
  private static final int PROJECTS = 2; // PRJQUOTA
  private static final int Q_GETQUOTA = (0x800007 << 8) | PROJECTS;
  private static final int Q_SETQUOTA = (0x800008 << 8) | PROJECTS;
  private static final int Q_XGETQSTATV = ((('X' << 8) + 8) << 8) | PROJECTS;
  private static final int ENFORCED = 1 << 5; // FS_QUOTA_PDQ_ENFD
  private static final int BLOCK_LIMITS = 1; // QIF_BLIMITS
  private static final int OURS = 0x4000_0000; // projects an administrator numbers are small
  private static final int RANGE = 0xC000_0000;
  private static final int MOST_TRIES = 100;
  private static final int MAX_DEPTH = 400;
  private static final int ENOSYS = 38;
  private static final int EAGAIN = 11;
  private static final int ENOTTY = 25;

  @Override
  public String kind() {
    return "project";
  }

  @Override
  public boolean copiesTakeRoom() {
    return true;
  }

  @Override
  public void limit(int folder, long bytes) throws IOException, Cannot {
    requireEnforced(folder);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(28, 8);
      Syscalls.ioctl("project of a folder", folder, IOC_GETXATTR, attributes);
      int project = attributes.get(JAVA_INT, 12);
      if ((project & RANGE) != OURS) { // none, or one that an administrator gave all of the data
        project = free(folder, arena);
      }
      MemorySegment quota = arena.allocate(72, 8); // struct if_dqblk
      quota.set(JAVA_LONG, 0, bytes >> 10);
      quota.set(JAVA_INT, 64, BLOCK_LIMITS);
      Syscalls.quotactl("limit of a project", folder, Q_SETQUOTA, project, quota);
      mark(folder, project, true, 0);
    } catch (Syscalls.Failed e) {
      throw Cannot.unless(e);
    }
  }

  private static void requireEnforced(int folder) throws Cannot {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(256, 8); // struct fs_quota_statv
      state.set(java.lang.foreign.ValueLayout.JAVA_BYTE, 0, (byte) 1); // FS_QSTATV_VERSION1
      Syscalls.quotactl("state of quotas", folder, Q_XGETQSTATV, 0, state);
      if ((state.get(JAVA_SHORT, 2) & ENFORCED) == 0) {
        throw new Cannot(OTHERS);
      }
    } catch (Syscalls.Failed e) {
      throw new Cannot(
          e.errno() == ENOSYS ? OTHERS + "; this Linux has no quotas at all, though" : OTHERS);
    }
  }

  /** {@return a project that nobody has, known again by the folder's inode} */
  private static int free(int folder, Arena arena) throws IOException {
    Path path = Path.of("/proc/self/fd", Integer.toString(folder));
    long inode = (Long) Files.getAttribute(path, "unix:ino");
    MemorySegment quota = arena.allocate(72, 8);
    for (int tried = 0; tried < MOST_TRIES; tried++) {
      int project = OURS | (int) ((inode + tried) & (OURS - 1));
      quota.fill((byte) 0);
      try {
        Syscalls.quotactl("usage of a project", folder, Q_GETQUOTA, project, quota);
      } catch (Syscalls.Failed e) {
        if (e.errno() == Syscalls.ENOENT) {
          return project; // XFS: never heard of
        }
        throw e;
      }
      if (quota.get(JAVA_LONG, 0) == 0 && quota.get(JAVA_LONG, 16) == 0) {
        return project;
      }
    }
    throw new IOException("the projects from " + (OURS | inode) + " on are all in use");
  }

  /** Gives a file, or a folder and what it holds, to a project; what has it already is left. */
  static void mark(int fd, int project, boolean isFolder, int depth) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(28, 8);
      Syscalls.ioctl("project of a file", fd, IOC_GETXATTR, attributes);
      int flags = attributes.get(JAVA_INT, 0);
      int wanted = isFolder ? flags | INHERIT : flags;
      if (attributes.get(JAVA_INT, 12) != project || flags != wanted) {
        attributes.set(JAVA_INT, 0, wanted);
        attributes.set(JAVA_INT, 12, project);
        Syscalls.ioctl("project of a file", fd, IOC_SETXATTR, attributes);
      }
    }
    if (!isFolder || depth > MAX_DEPTH) {
      return;
    }
    for (Syscalls.Entry entry : Syscalls.list(fd)) {
      try {
        int inner = Syscalls.openBeneath(fd, entry.name(), entry.isFolder());
        try {
          mark(inner, project, entry.isFolder(), depth + 1);
        } finally {
          Posix.close(inner);
        }
      } catch (Syscalls.Failed e) {
        if (e.errno() != Syscalls.ENOENT
            && e.errno() != Syscalls.ELOOP
            && e.errno() != Syscalls.ENXIO
            && e.errno() != EAGAIN
            && e.errno() != ENOTTY) {
          throw e;
        } // else removed, replaced or held by a lease meanwhile: it counts with the next writing
      }
    }
  }
}
