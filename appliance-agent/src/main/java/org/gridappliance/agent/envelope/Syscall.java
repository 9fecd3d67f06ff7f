package org.gridappliance.agent.envelope;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** syscall(2), for what neither the JDK nor {@link Posix} has. */
@SuppressWarnings("restricted") // the JVM is started with --enable-native-access=ALL-UNNAMED
public final class Syscall {
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SYSCALL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
              Linker.Option.captureCallState("errno"));

  private Syscall() {}

  /**
   * {@return what the call gave, or minus the error number}
   *
   * @param nr of asm/unistd_64.h
   */
  public static long call(long nr, long a, long b, long c, long d, long e) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long got = (long) SYSCALL.invokeExact(state, nr, a, b, c, d, e);
      return got < 0 ? -(int) ERRNO.get(state, 0L) : got;
    } catch (RuntimeException | Error problem) {
      throw problem;
    } catch (Throwable problem) { // a downcall declares Throwable and throws nothing checked
      throw new IllegalStateException(problem);
    }
  }
}
