package org.gridappliance.jobs.trigger;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Asks the kernel whether some process has a file open for writing: a read lease (fcntl(2)
 * F_SETLEASE) is given only when none has. It is given back at once; a writer that opens the file
 * in between waits that long. The signal that tells the holder of such a writer is made SIGURG,
 * which is ignored by default (it would be SIGIO, which ends a process).
 */
@SuppressWarnings("restricted") // four functions of the C library, called as declared
final class Writers {
  private static final long SYS_OPENAT2 = 437;
  private static final int O_RDONLY_SAFE = 0x800 | 0x20000 | 0x80000; // NONBLOCK, NOFOLLOW, CLOEXEC
  private static final int O_PATH_FOLDER = 0x200000 | 0x10000 | 0x80000;
  private static final long RESOLVE_BENEATH = 0x08;
  private static final long RESOLVE_NO_LINKS = 0x04 | 0x02;
  private static final int F_SETSIG = 10;
  private static final int F_SETLEASE = 1024;
  private static final int F_RDLCK = 0;
  private static final int F_UNLCK = 2;
  private static final int SIGURG = 23;
  private static final int EAGAIN = 11;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle FCNTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("fcntl"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2),
          Linker.Option.captureCallState("errno"));
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("close"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private Writers() {}

  /**
   * {@return whether the file is open for writing now; false also where the file system knows no
   * leases (NFS, FUSE), or the file is another user's}
   *
   * @param path relative to the home; links in it are not followed
   */
  static boolean writing(Path home, String path) {
    try (Arena arena = Arena.ofConfined()) {
      int folder =
          (int)
              OPEN.invokeExact(
                  arena.allocateFrom(home.toString(), StandardCharsets.UTF_8), O_PATH_FOLDER);
      if (folder < 0) {
        return false;
      }
      int file = openBeneath(arena, folder, path);
      int _ = (int) CLOSE.invokeExact(folder);
      return file >= 0 && refusesLease(arena, file);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // what a method handle declares; none of these throws
      throw new IllegalStateException(e);
    }
  }

  private static int openBeneath(Arena arena, int folder, String path) throws Throwable {
    MemorySegment how = arena.allocate(ValueLayout.JAVA_LONG, 3); // flags, mode, resolve
    how.setAtIndex(ValueLayout.JAVA_LONG, 0, O_RDONLY_SAFE);
    how.setAtIndex(ValueLayout.JAVA_LONG, 2, RESOLVE_BENEATH | RESOLVE_NO_LINKS);
    return (int)
        (long)
            SYSCALL.invokeExact(
                SYS_OPENAT2,
                (long) folder,
                arena.allocateFrom(path, StandardCharsets.UTF_8),
                how,
                how.byteSize());
  }

  private static boolean refusesLease(Arena arena, int file) throws Throwable {
    MemorySegment state = arena.allocate(STATE);
    int _ = (int) FCNTL.invokeExact(state, file, F_SETSIG, SIGURG);
    int given = (int) FCNTL.invokeExact(state, file, F_SETLEASE, F_RDLCK);
    boolean written = given < 0 && (int) ERRNO.get(state, 0L) == EAGAIN;
    if (given == 0) {
      int _ = (int) FCNTL.invokeExact(state, file, F_SETLEASE, F_UNLCK);
    }
    int _ = (int) CLOSE.invokeExact(file);
    return written;
  }
}
