package org.gridappliance.agent.envelope;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the C library that the JDK has no way to: a literal mirror, Linux on x86-64 with
 * glibc ≥ 2.34. All policy is elsewhere. Calls that can block ({@link #wait4}, {@link #read}) hold
 * the calling thread, so they belong on platform threads.
 */
@SuppressWarnings("restricted") // the JVM is started with --enable-native-access=ALL-UNNAMED
public final class Posix {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY_APPEND = 1 | 0x400;
  static final int EINTR = 4;
  static final int RLIMIT_FSIZE = 1;
  public static final int RLIMIT_DATA = 2;
  public static final int RLIMIT_CORE = 4;
  static final int RLIMIT_NPROC = 6;
  public static final int RLIMIT_NOFILE = 7;

  private static final int O_CLOEXEC = 0x80000;
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final short SPAWN_FLAGS = 0x04 | 0x08 | 0x80; // SETSIGDEF, SETSIGMASK, SETSID
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final long SYS_IOPRIO_SET = 251;
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SPAWN =
      plain("posix_spawn", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  private static final MethodHandle ACTIONS_INIT = plain("posix_spawn_file_actions_init", ADDRESS);
  private static final MethodHandle ACTIONS_DESTROY =
      plain("posix_spawn_file_actions_destroy", ADDRESS);
  private static final MethodHandle ADD_OPEN =
      plain("posix_spawn_file_actions_addopen", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle ADD_DUP2 =
      plain("posix_spawn_file_actions_adddup2", ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle ADD_CLOSEFROM =
      plain("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
  private static final MethodHandle ATTR_INIT = plain("posix_spawnattr_init", ADDRESS);
  private static final MethodHandle ATTR_FLAGS =
      plain("posix_spawnattr_setflags", ADDRESS, JAVA_INT);
  private static final MethodHandle ATTR_SIGDEFAULT =
      plain("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);
  private static final MethodHandle ATTR_SIGMASK =
      plain("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
  private static final MethodHandle WAIT4 =
      errno("wait4", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle PIPE2 = errno("pipe2", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SOCKETPAIR =
      errno("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle SEND =
      errno("send", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle READ = errno("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE = errno("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle CLOSE = plain("close", JAVA_INT);
  private static final MethodHandle FCNTL = plain("fcntl", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle KILL = plain("kill", JAVA_INT, JAVA_INT);
  private static final MethodHandle LCHOWN = errno("lchown", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle GETEUID = plain("geteuid");
  private static final MethodHandle PRLIMIT =
      plain("prlimit64", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SETPRIORITY =
      plain("setpriority", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle SYSCALL =
      handle("syscall", JAVA_LONG, List.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PRCTL =
      plain("prctl", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private Posix() {}

  /** A pipe: what is written to one end is read from the other. Both close on exec. */
  public record Pipe(int readEnd, int writeEnd) {}

  /**
   * How a child ended.
   *
   * @param status 0..255, 128 + signal when a signal ended it
   * @param cpuNanos user and system time of it and of what it waited for
   * @param maxRssBytes of the largest of them
   */
  public record Ended(int status, long cpuNanos, long maxRssBytes) {}

  /** A descriptor of the child: {@code fd} is ours, the child sees it as {@code as}. */
  public record Passed(int fd, int as) {}

  /** A file opened in the child as descriptor {@code as}. */
  public record Opened(String path, int as, int flags) {}

  public static int geteuid() {
    return (int) call(GETEUID);
  }

  /**
   * Starts a program in a session of its own with default signals, nothing but the named
   * descriptors open; they must be numbered without a gap from 0.
   *
   * @return its pid, or minus the error number
   */
  public static int spawn(
      List<String> argv, List<String> envp, List<Opened> opened, List<Passed> passed) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(512, 16); // posix_spawn_file_actions_t has 80 bytes
      MemorySegment attr = arena.allocate(1024, 16); // posix_spawnattr_t has 336
      call(ACTIONS_INIT, actions);
      try {
        for (Passed p : passed) {
          call(ADD_DUP2, actions, p.fd(), p.as());
        }
        for (Opened o : opened) {
          call(ADD_OPEN, actions, o.as(), arena.allocateFrom(o.path()), o.flags(), 0);
        }
        call(ADD_CLOSEFROM, actions, opened.size() + passed.size());
        call(ATTR_INIT, attr);
        call(ATTR_FLAGS, attr, (int) SPAWN_FLAGS);
        MemorySegment set = arena.allocate(128, 8); // sigset_t
        call(ATTR_SIGMASK, attr, set);
        set.set(JAVA_LONG, 0, 0x7fffffffL);
        call(ATTR_SIGDEFAULT, attr, set);
        MemorySegment pid = arena.allocate(JAVA_INT);
        MemorySegment path = arena.allocateFrom(argv.getFirst());
        int error =
            (int) call(SPAWN, pid, path, actions, attr, strings(arena, argv), strings(arena, envp));
        return error == 0 ? pid.get(JAVA_INT, 0) : -error;
      } finally {
        call(ACTIONS_DESTROY, actions);
      }
    }
  }

  private static MemorySegment strings(Arena arena, List<String> values) {
    MemorySegment array = arena.allocate(ADDRESS, values.size() + 1L);
    for (int i = 0; i < values.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(values.get(i)));
    }
    return array;
  }

  /**
   * Waits for the end of a child. Blocks.
   *
   * @return null when there is no such child
   */
  public static @Nullable Ended wait4(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment status = arena.allocate(JAVA_INT);
      MemorySegment usage = arena.allocate(JAVA_LONG, 18); // struct rusage
      while ((int) call(WAIT4, state, pid, status, 0, usage) < 0) {
        if ((int) ERRNO.get(state, 0L) != EINTR) {
          return null;
        }
      }
      int raw = status.get(JAVA_INT, 0);
      int signal = raw & 0x7f;
      long micros =
          1_000_000 * (usage.getAtIndex(JAVA_LONG, 0) + usage.getAtIndex(JAVA_LONG, 2))
              + usage.getAtIndex(JAVA_LONG, 1)
              + usage.getAtIndex(JAVA_LONG, 3);
      return new Ended(
          signal == 0 ? raw >> 8 & 0xff : 128 + signal,
          micros * 1000,
          usage.getAtIndex(JAVA_LONG, 4) * 1024);
    }
  }

  /**
   * {@return a pipe whose ends are numbered from 64 on, so that they never stand where a child's
   * own descriptors go; null when out of descriptors}
   */
  public static @Nullable Pipe pipe() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      if ((int) call(PIPE2, arena.allocate(STATE), ends, O_CLOEXEC) < 0) {
        return null;
      }
      int readEnd = lift(ends.getAtIndex(JAVA_INT, 0));
      int writeEnd = lift(ends.getAtIndex(JAVA_INT, 1));
      if (readEnd < 0 || writeEnd < 0) {
        close(readEnd);
        close(writeEnd);
        return null;
      }
      return new Pipe(readEnd, writeEnd);
    }
  }

  /**
   * {@return a pair of connected stream sockets, numbered as {@link #pipe}'s; both ends both ways}
   */
  static @Nullable Pipe socketPair() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      int kind = SOCK_STREAM | O_CLOEXEC; // SOCK_CLOEXEC has O_CLOEXEC's value
      if ((int) call(SOCKETPAIR, arena.allocate(STATE), AF_UNIX, kind, 0, ends) < 0) {
        return null;
      }
      int one = lift(ends.getAtIndex(JAVA_INT, 0));
      int other = lift(ends.getAtIndex(JAVA_INT, 1));
      if (one < 0 || other < 0) {
        close(one);
        close(other);
        return null;
      }
      return new Pipe(one, other);
    }
  }

  /** {@return whether all of it went; never a signal, and with {@code patient} false no waiting} */
  static boolean send(int fd, byte[] bytes, boolean patient) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment buffer = arena.allocateFrom(JAVA_BYTE, bytes);
      int flags = patient ? MSG_NOSIGNAL : MSG_NOSIGNAL | MSG_DONTWAIT;
      long sent = 0;
      while (sent < bytes.length) {
        long left = bytes.length - sent;
        long now = (long) call(SEND, state, fd, buffer.asSlice(sent), left, flags);
        if (now < 0 && (int) ERRNO.get(state, 0L) != EINTR) {
          return false;
        }
        sent += Math.max(0, now);
      }
      return true;
    }
  }

  private static int lift(int fd) {
    if (fd >= 64) {
      return fd;
    }
    int higher = (int) call(FCNTL, fd, F_DUPFD_CLOEXEC, 64);
    close(fd);
    return higher;
  }

  /** {@return the bytes read, at most as many as fit; 0 at the end, negative on an error} */
  public static int read(int fd, byte[] into, int offset) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment buffer = arena.allocate(into.length - offset);
      long got;
      do {
        got = (long) call(READ, state, fd, buffer, buffer.byteSize());
      } while (got < 0 && (int) ERRNO.get(state, 0L) == EINTR);
      if (got > 0) {
        MemorySegment.copy(buffer, JAVA_BYTE, 0, into, offset, (int) got);
      }
      return (int) got;
    }
  }

  /** Writes one byte. */
  public static void writeByte(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      call(WRITE, arena.allocate(STATE), fd, arena.allocate(1), 1L);
    }
  }

  public static void close(int fd) {
    if (fd >= 0) {
      call(CLOSE, fd);
    }
  }

  /** Gives a file, never what a link names, to a user and to the group of the same number. */
  static void chown(String path, int id) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      if ((int) call(LCHOWN, state, arena.allocateFrom(path), id, id) < 0) {
        throw new IOException(path + ": no owner " + id + ", error " + ERRNO.get(state, 0L));
      }
    }
  }

  /** {@return whether the signal was sent} */
  public static boolean kill(int pid, int signal) {
    return (int) call(KILL, pid, signal) == 0;
  }

  /** {@return a descriptor that names the process even when its pid is used again, or negative} */
  static int pidfdOpen(int pid) {
    int fd = (int) (long) call(SYSCALL, SYS_PIDFD_OPEN, (long) pid, 0L, 0L, 0L);
    return fd < 0 ? fd : lift(fd);
  }

  static void pidfdSendSignal(int pidfd, int signal) {
    call(SYSCALL, SYS_PIDFD_SEND_SIGNAL, (long) pidfd, (long) signal, 0L, 0L);
  }

  /** Sets soft and hard limit of another process; {@return whether that was allowed}. */
  public static boolean prlimit(int pid, int resource, long value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(JAVA_LONG, 2);
      limit.setAtIndex(JAVA_LONG, 0, value);
      limit.setAtIndex(JAVA_LONG, 1, value);
      return (int) call(PRLIMIT, pid, resource, limit, MemorySegment.NULL) == 0;
    }
  }

  /** Nice 19 and the idle class of IO for one process and what it starts. */
  static void lowestPriority(int pid) {
    call(SETPRIORITY, 0, pid, 19);
    call(SYSCALL, SYS_IOPRIO_SET, 1L, (long) pid, 3L << 13, 0L);
  }

  /** Orphans of our children become our children, so that their end can be awaited. */
  static void becomeSubreaper() {
    call(PRCTL, PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
  }

  private static Object call(MethodHandle handle, Object... arguments) {
    try {
      return (Object) handle.invokeExact(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // a downcall declares Throwable and throws nothing checked
      throw new IllegalStateException(e);
    }
  }

  private static MethodHandle plain(String name, MemoryLayout... arguments) {
    return handle(name, JAVA_INT, List.of(arguments));
  }

  private static MethodHandle errno(String name, MemoryLayout result, MemoryLayout... arguments) {
    return spread(
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow(name),
            FunctionDescriptor.of(result, arguments),
            Linker.Option.captureCallState("errno")));
  }

  private static MethodHandle handle(
      String name, MemoryLayout result, List<? extends MemoryLayout> arguments) {
    return spread(
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow(name),
            FunctionDescriptor.of(result, arguments.toArray(MemoryLayout[]::new))));
  }

  private static MethodHandle spread(MethodHandle downcall) {
    return downcall
        .asSpreader(Object[].class, downcall.type().parameterCount())
        .asType(MethodType.methodType(Object.class, Object[].class));
  }
}
