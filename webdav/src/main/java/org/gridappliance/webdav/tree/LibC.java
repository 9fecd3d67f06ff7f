package org.gridappliance.webdav.tree;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of Linux that take a folder's descriptor, named and ordered as in man section 2. Names
 * are bytes ended by NUL, so that the JVM's locale does not matter. Every call is short but for
 * {@link #fsync}; each holds its carrier thread.
 */
final class LibC {
  /** openat2(2) has one number on every architecture. */
  static final long SYS_OPENAT2 = 437;

  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_REMOVEDIR = 0x200;
  static final int AT_EMPTY_PATH = 0x1000;

  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_NONBLOCK = 04000;
  static final int O_CLOEXEC = 02000000;

  // O_DIRECTORY and O_NOFOLLOW swap values between x86-64 and the generic numbering arm64 alters.
  static final int O_DIRECTORY = isArm() ? 040000 : 0200000;
  static final int O_NOFOLLOW = isArm() ? 0100000 : 0400000;

  static final long RESOLVE_NO_MAGICLINKS = 0x02;
  static final long RESOLVE_NO_SYMLINKS = 0x04;
  static final long RESOLVE_BENEATH = 0x08;

  static final int RENAME_NOREPLACE = 1;
  static final int RENAME_EXCHANGE = 2;

  static final int STATX_BASIC_STATS = 0x7ff;
  static final int STATX_BTIME = 0x800;

  /** _IOW(0x94, 9, int), on x86-64 and arm64. */
  static final long FICLONE = 0x40049409L;

  /** BTRFS_IOC_SUBVOL_CREATE, _IOW(0x94, 14, struct btrfs_ioctl_vol_args), on x86-64 and arm64. */
  static final long SUBVOL_CREATE = 0x5000940EL;

  private static final int VOL_ARGS = 4096;
  private static final int VOL_NAME = 8;

  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int EACCES = 13;
  static final int EEXIST = 17;
  static final int EXDEV = 18;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int ENXIO = 6;
  static final int ENOSPC = 28;
  static final int ENAMETOOLONG = 36;
  static final int ENOTEMPTY = 39;
  static final int ELOOP = 40;
  static final int EDQUOT = 122;

  /** The kernel said no. Without a trace: to find nothing under a name is no accident. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;
    private final int errno;

    Failed(int errno) {
      super("errno " + errno, null, false, false);
      this.errno = errno;
    }

    int errno() {
      return errno;
    }
  }

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle SYSCALL =
      variadic("syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle IOCTL =
      variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle IOCTL_OF =
      variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle CLOSE = plain("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle MKDIRAT =
      plain("mkdirat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle UNLINKAT =
      plain("unlinkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RENAMEAT2 =
      plain("renameat2", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle LINKAT =
      plain("linkat", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle STATX =
      plain("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle FCHMOD = plain("fchmod", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle GETDENTS64 =
      plain("getdents64", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = plain("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle FSYNC = plain("fsync", JAVA_INT, JAVA_INT);

  private LibC() {}

  /** {@return a descriptor} Links in the path are followed. */
  static int open(byte[] path, int flags, int mode) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return checked((int) OPEN.invokeExact(state, name(arena, path), flags, mode), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  /** {@return a descriptor} As struct open_how has it. */
  static int openat2(int folder, byte[] path, long flags, long mode, long resolve) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment how = arena.allocateFrom(JAVA_LONG, flags, mode, resolve);
      long result =
          (long)
              SYSCALL.invokeExact(
                  state, SYS_OPENAT2, folder, name(arena, path), how, how.byteSize());
      return checked((int) result, state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  /** Gives a descriptor back; nothing can be done when that fails. */
  static void close(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      int _ = (int) CLOSE.invokeExact(arena.allocate(STATE), fd);
    } catch (Throwable e) { // what invokeExact declares
      throw new AssertionError(e);
    }
  }

  static void mkdirat(int folder, byte[] path, int mode) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      checked((int) MKDIRAT.invokeExact(state, folder, name(arena, path), mode), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  static void unlinkat(int folder, byte[] path, int flags) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      checked((int) UNLINKAT.invokeExact(state, folder, name(arena, path), flags), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  static void renameat2(int from, byte[] path, int to, byte[] newPath, int flags) throws Failed {
    twoNames(RENAMEAT2, from, path, to, newPath, flags);
  }

  static void linkat(int from, byte[] path, int to, byte[] newPath, int flags) throws Failed {
    twoNames(LINKAT, from, path, to, newPath, flags);
  }

  private static void twoNames(
      MethodHandle call, int from, byte[] path, int to, byte[] newPath, int flags) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int result =
          (int) call.invokeExact(state, from, name(arena, path), to, name(arena, newPath), flags);
      checked(result, state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  /** {@return struct statx, in this arena} */
  static MemorySegment statx(Arena arena, int folder, byte[] path, int flags, int mask)
      throws Failed {
    try {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment found = arena.allocate(256, 8);
      checked((int) STATX.invokeExact(state, folder, name(arena, path), flags, mask, found), state);
      return found;
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  static void fchmod(int fd, int mode) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      checked((int) FCHMOD.invokeExact(state, fd, mode), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  /** {@return bytes read, 0 at the end} */
  static int getdents64(int fd, MemorySegment buffer) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return checked(
          (int) (long) GETDENTS64.invokeExact(state, fd, buffer, buffer.byteSize()), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  /** {@return bytes written} */
  static int write(int fd, MemorySegment bytes) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return checked((int) (long) WRITE.invokeExact(state, fd, bytes, bytes.byteSize()), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  static void fsync(int fd) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      checked((int) FSYNC.invokeExact(state, fd), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  /** ioctl_ficlone(2): makes one file share all blocks of another. */
  static void ficlone(int target, int source) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      checked((int) IOCTL.invokeExact(state, target, FICLONE, source), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  /** Makes a subvolume of btrfs in a folder; {@code name} is not ended by NUL. */
  static void makeSubvolume(int folder, byte[] name) throws Failed {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment arguments = arena.allocate(VOL_ARGS, 8);
      MemorySegment.copy(name, 0, arguments, ValueLayout.JAVA_BYTE, VOL_NAME, name.length);
      checked((int) IOCTL_OF.invokeExact(state, folder, SUBVOL_CREATE, arguments), state);
    } catch (Throwable e) { // what invokeExact declares
      throw thrown(e);
    }
  }

  private static MemorySegment name(Arena arena, byte[] endedByNul) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, endedByNul);
  }

  private static int checked(int result, MemorySegment state) throws Failed {
    if (result < 0) {
      throw new Failed((int) ERRNO.get(state, 0L));
    }
    return result;
  }

  /** {@return what a call threw, as what it may throw} */
  private static Failed thrown(Throwable e) {
    return switch (e) {
      case Failed failed -> failed;
      case RuntimeException fault -> throw fault;
      case Error error -> throw error;
      default -> throw new AssertionError(e);
    };
  }

  private static MethodHandle plain(String name, ValueLayout result, ValueLayout... arguments) {
    return handle(name, FunctionDescriptor.of(result, arguments));
  }

  private static MethodHandle variadic(
      String name, int fixed, ValueLayout result, ValueLayout... arguments) {
    return handle(
        name, FunctionDescriptor.of(result, arguments), Linker.Option.firstVariadicArg(fixed));
  }

  @SuppressWarnings("restricted") // the JVM is started with --enable-native-access
  private static MethodHandle handle(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    Linker linker = Linker.nativeLinker();
    Linker.Option[] all = java.util.Arrays.copyOf(options, options.length + 1);
    all[options.length] = Linker.Option.captureCallState("errno");
    return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor, all);
  }

  private static boolean isArm() {
    return System.getProperty("os.arch", "").equals("aarch64");
  }
}
