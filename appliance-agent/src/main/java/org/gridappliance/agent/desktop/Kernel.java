package org.gridappliance.agent.desktop;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.gridappliance.agent.envelope.Posix;
import org.gridappliance.agent.envelope.Syscall;

/**
 * System calls on descriptors, mounts and Unix sockets that neither the JDK nor {@link Posix} has:
 * a literal mirror, Linux on x86-64 (numbers: asm/unistd_64.h). None of them blocks for long.
 * Descriptors are numbered from 64 on, so that they never stand where a child's own go.
 */
public final class Kernel {
  static final long MOUNT_ATTR_NOSUID = 0x2;
  static final long MOUNT_ATTR_NODEV = 0x4;
  static final long MOUNT_ATTR_IDMAP = 0x100000;

  private static final long SYS_SOCKET = 41;
  private static final long SYS_BIND = 49;
  private static final long SYS_LISTEN = 50;
  private static final long SYS_FCNTL = 72;
  private static final long SYS_UMOUNT2 = 166;
  private static final long SYS_OPENAT = 257;
  private static final long SYS_OPEN_TREE = 428;
  private static final long SYS_MOVE_MOUNT = 429;
  private static final long SYS_OPENAT2 = 437;
  private static final long SYS_MOUNT_SETATTR = 442;

  private static final long AT_FDCWD = -100;
  private static final long AT_EMPTY_PATH = 0x1000;
  private static final long O_CLOEXEC = 0x80000;
  private static final long O_DIRECTORY = 0x10000;
  private static final long O_NOFOLLOW = 0x20000;
  private static final long O_PATH = 0x200000;
  private static final long RESOLVE_NO_SYMLINKS = 0x04;
  private static final long RESOLVE_BENEATH = 0x08;
  private static final long MNT_DETACH = 2;
  private static final long F_DUPFD_CLOEXEC = 1030;
  private static final int PATH_MAX_SOCKET = 107;

  private Kernel() {}

  /** {@return a descriptor of a folder, for its path alone} The last step follows no link. */
  public static int openFolder(String path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
      return lift(check("open " + path, SYS_OPENAT, AT_FDCWD, text(arena, path), flags, 0, 0));
    }
  }

  /** {@return a descriptor of a folder below another, reached without a link and not left} */
  static int openBeneath(int folder, String path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocate(24, 8); // struct open_how
      how.set(JAVA_LONG, 0, O_PATH | O_DIRECTORY | O_CLOEXEC);
      how.set(JAVA_LONG, 16, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
      return lift(
          check(
              "open " + path,
              SYS_OPENAT2,
              folder,
              text(arena, path),
              how.address(),
              how.byteSize(),
              0));
    }
  }

  /** {@return a descriptor of a file such as {@code /proc/7/ns/user}} */
  static int openFile(String path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return lift(check("open " + path, SYS_OPENAT, AT_FDCWD, text(arena, path), O_CLOEXEC, 0, 0));
    }
  }

  /** {@return a descriptor of a new mount of a folder, attached nowhere yet} */
  static int cloneMount(int folder) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long flags = 1 | O_CLOEXEC | AT_EMPTY_PATH; // OPEN_TREE_CLONE
      return lift(check("open_tree", SYS_OPEN_TREE, folder, text(arena, ""), flags, 0, 0));
    }
  }

  /** Lets user numbers on a mount that is attached nowhere appear as a user namespace says. */
  static void mapOwners(int mount, int userNamespace) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(JAVA_LONG, 4); // struct mount_attr
      attr.setAtIndex(JAVA_LONG, 0, MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
      attr.setAtIndex(JAVA_LONG, 3, userNamespace);
      check(
          "mount_setattr",
          SYS_MOUNT_SETATTR,
          mount,
          text(arena, ""),
          AT_EMPTY_PATH,
          attr.address(),
          attr.byteSize());
    }
  }

  /** Attaches a mount at a folder. */
  static void attach(int mount, String folder) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long flags = 4; // MOVE_MOUNT_F_EMPTY_PATH
      check(
          "mount at " + folder,
          SYS_MOVE_MOUNT,
          mount,
          text(arena, ""),
          AT_FDCWD,
          text(arena, folder),
          flags);
    }
  }

  /** Detaches what is mounted at a folder, if anything is. */
  static void unmount(String folder) {
    try (Arena arena = Arena.ofConfined()) {
      Syscall.call(SYS_UMOUNT2, text(arena, folder), MNT_DETACH, 0, 0, 0);
    }
  }

  /** {@return a listening Unix socket; its file must not be there yet} */
  public static int listen(String path, int backlog) throws IOException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (name.length > PATH_MAX_SOCKET) {
      throw new IOException(
          path + " has " + name.length + " bytes; a socket's path has at most " + PATH_MAX_SOCKET);
    }
    try (Arena arena = Arena.ofConfined()) {
      int fd = lift(check("socket", SYS_SOCKET, 1, 1 | O_CLOEXEC, 0, 0, 0)); // AF_UNIX, STREAM
      try {
        MemorySegment address = arena.allocate(110, 2); // struct sockaddr_un
        address.set(JAVA_SHORT, 0, (short) 1);
        MemorySegment.copy(MemorySegment.ofArray(name), 0, address, 2, name.length);
        check("bind " + path, SYS_BIND, fd, address.address(), name.length + 3L, 0, 0);
        check("listen", SYS_LISTEN, fd, backlog, 0, 0, 0);
        return fd;
      } catch (IOException e) {
        Posix.close(fd);
        throw e;
      }
    }
  }

  private static int lift(long fd) throws IOException {
    if (fd >= 64) {
      return (int) fd;
    }
    try {
      return (int) check("fcntl", SYS_FCNTL, fd, F_DUPFD_CLOEXEC, 64, 0, 0);
    } finally {
      Posix.close((int) fd);
    }
  }

  private static long text(Arena arena, String text) {
    return arena.allocateFrom(text).address();
  }

  private static long check(String what, long nr, long a, long b, long c, long d, long e)
      throws IOException {
    long got = Syscall.call(nr, a, b, c, d, e);
    if (got < 0) {
      throw new IOException(what + ": error " + -got);
    }
    return got;
  }
}
