package org.gridappliance.agent.wall;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.agent.envelope.Syscall;

/**
 * The calls about quotas that the JDK has not: a literal mirror, Linux on x86-64 (numbers:
 * asm/unistd_64.h). Descriptors are real ones, closed with {@code Posix.close}.
 */
final class Syscalls {
  static final int ENOENT = 2;
  static final int ENXIO = 6;
  static final int ELOOP = 40;

  private static final long SYS_IOCTL = 16;
  private static final long SYS_FSTATFS = 138;
  private static final long SYS_GETDENTS64 = 217;
  private static final long SYS_OPENAT2 = 437;
  private static final long SYS_QUOTACTL_FD = 443; // Linux 5.14

  private static final long O_NONBLOCK = 0x800;
  private static final long O_DIRECTORY = 0x10000;
  private static final long O_NOFOLLOW = 0x20000;
  private static final long O_CLOEXEC = 0x80000;
  private static final long RESOLVE_NO_SYMLINKS = 0x04;
  private static final long RESOLVE_BENEATH = 0x08;
  private static final int DT_REG = 8;
  private static final int DT_DIR = 4;

  /** The kernel said no. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1L;
    private final int errno;

    Failed(String what, int errno) {
      super(what + ": error " + errno);
      this.errno = errno;
    }

    int errno() {
      return errno;
    }
  }

  /**
   * A regular file or folder of a folder.
   *
   * @param name as the kernel has it, a character for a byte
   */
  record Entry(String name, boolean isFolder) {}

  private Syscalls() {}

  /** {@return a descriptor of what lies below a folder, reached without a link and not left} */
  static int openBeneath(int folder, String name, boolean isFolder) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocate(24, 8); // struct open_how, for reading
      long flags = O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
      how.set(JAVA_LONG, 0, isFolder ? flags | O_DIRECTORY : flags);
      how.set(JAVA_LONG, 16, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
      MemorySegment path = arena.allocateFrom(name, StandardCharsets.ISO_8859_1);
      return (int) check("open", SYS_OPENAT2, folder, path.address(), how.address(), 24);
    }
  }

  /** {@return the magic number of the file system, as statfs(2) lists them} */
  static long fileSystem(int fd) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(120, 8); // struct statfs
      check("statfs", SYS_FSTATFS, fd, found.address(), 0, 0);
      return found.get(JAVA_LONG, 0) & 0xffff_ffffL;
    }
  }

  static void ioctl(String what, int fd, long request, MemorySegment argument) throws Failed {
    check(what, SYS_IOCTL, fd, request, argument.address(), 0);
  }

  /**
   * quotactl_fd(2).
   *
   * @param command as {@code QCMD} makes it
   */
  static void quotactl(String what, int fd, int command, int id, MemorySegment argument)
      throws Failed {
    check(what, SYS_QUOTACTL_FD, fd, command & 0xffff_ffffL, id, argument.address());
  }

  /** {@return the regular files and folders of an open folder} */
  static List<Entry> list(int folder) throws Failed {
    List<Entry> found = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(64 << 10, 8);
      for (long n = 1; n > 0; ) {
        n = check("list", SYS_GETDENTS64, folder, buffer.address(), buffer.byteSize(), 0);
        for (long at = 0; at < n; at += Short.toUnsignedInt(buffer.get(JAVA_SHORT, at + 16))) {
          String name = buffer.getString(at + 19, StandardCharsets.ISO_8859_1); // linux_dirent64
          int kind = buffer.get(JAVA_BYTE, at + 18);
          boolean isItself = name.equals(".") || name.equals("..");
          if (!isItself && (kind == DT_REG || kind == DT_DIR)) {
            found.add(new Entry(name, kind == DT_DIR));
          }
        }
      }
      return found;
    }
  }

  private static long check(String what, long nr, long a, long b, long c, long d) throws Failed {
    long got = Syscall.call(nr, a, b, c, d, 0);
    if (got < 0) {
      throw new Failed(what, (int) -got);
    }
    return got;
  }
}
