package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.jobs.lease.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Ends programs that use more than they may of what the kernel does not count for us: time, output,
 * scratch space, and memory where there is no {@link ControlGroup}. One thread for all slots; it
 * sleeps while nothing runs and looks 20 times a second otherwise, at memory twice a second (five
 * times where only this keeps the limit), at scratch folders at most once a second and for at most
 * a twentieth of its time.
 */
final class Watch implements AutoCloseable {
  private static final long TICK_NANOS = 50_000_000;
  private static final long MEMORY_NANOS = 500_000_000;
  private static final long DISK_NANOS = 1_000_000_000;
  private static final int MAX_DEPTH = 128;
  private static final int SMALLEST_FILE = 4096;

  private static final class Due {
    long memory = System.nanoTime();
    long disk = System.nanoTime() + DISK_NANOS / 2;
  }

  private final Map<Running, Due> watched = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile boolean closed;

  Watch() {
    thread = Thread.ofPlatform().name("envelope-watch").daemon().start(this::loop);
  }

  void add(Running running) {
    boolean first = watched.isEmpty();
    watched.put(running, new Due());
    if (first) {
      LockSupport.unpark(thread);
    }
  }

  void remove(Running running) {
    watched.remove(running);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void loop() {
    while (!closed) {
      if (watched.isEmpty()) {
        LockSupport.park(this);
        continue;
      }
      LockSupport.parkNanos(this, TICK_NANOS);
      for (Iterator<Map.Entry<Running, Due>> i = watched.entrySet().iterator(); i.hasNext(); ) {
        Map.Entry<Running, Due> entry = i.next();
        look(entry.getKey(), entry.getValue());
      }
    }
  }

  private static void look(Running running, Due due) {
    Spec spec = running.spec();
    double seconds = running.wall().toNanos() / 1e9;
    if (seconds > spec.limits().wallSeconds()) {
      running.fail(time(seconds, spec.limits().wallSeconds()));
      return;
    }
    running.insist();
    outputs(running);
    long now = System.nanoTime();
    if (now - due.memory >= 0) {
      due.memory = now + (running.watchMemory() ? TICK_NANOS * 4 : MEMORY_NANOS);
      long bytes = running.residentBytes();
      if (running.watchMemory() && bytes > spec.limits().memoryBytes()) {
        running.fail(memory(bytes, spec.limits().memoryBytes()));
      }
    }
    if (now - due.disk >= 0) {
      scratch(running);
      due.disk = System.nanoTime() + Math.max(DISK_NANOS, 20 * (System.nanoTime() - now));
    }
  }

  private static void outputs(Running running) {
    Failure failure = outputLimit(running.spec());
    if (failure != null) {
      running.fail(failure);
    }
  }

  /** {@return what to say when it wrote more output than allowed, else null} */
  static @Nullable Failure outputLimit(Spec spec) {
    long most = spec.limits().outputBytes();
    for (boolean error : new boolean[] {false, true}) {
      if (spec.printed(error) > most) {
        return limit(
            "It wrote more than %s to %s.".formatted(size(most), error ? "stderr" : "stdout"),
            "Let the program print less, or write to a file that is an output.");
      }
    }
    return null;
  }

  private static void scratch(Running running) {
    Usage usage = new Usage(running.spec().limits().diskBytes());
    try {
      EnumSet<FileVisitOption> noLinks = EnumSet.noneOf(FileVisitOption.class);
      Files.walkFileTree(running.spec().work(), noLinks, MAX_DEPTH, usage);
      Files.walkFileTree(running.spec().tmp(), noLinks, MAX_DEPTH, usage);
    } catch (IOException e) { // files come and go under our eyes; the next look counts again
      return;
    }
    if (usage.bytes > usage.most) {
      running.fail(disk(usage.most));
    } else if (usage.tooDeep) {
      running.fail(
          limit(
              "It nested folders deeper than " + MAX_DEPTH + " levels.",
              "Let the program use fewer levels."));
    }
  }

  static Failure time(double seconds, double most) {
    return limit(
        "It ran for %s s; at most %s s are allowed.".formatted(decimal(seconds), decimal(most)),
        "Give each subjob less to do (more chunks), or have the time limit raised.");
  }

  static Failure memory(long bytes, long most) {
    return limit(
        "It used %s of memory; at most %s are allowed.".formatted(size(bytes), size(most)),
        "Give each subjob less to do (more chunks), or have the memory limit raised.");
  }

  static Failure disk(long most) {
    return limit(
        "It wrote more than %s to its scratch folder.".formatted(size(most)),
        "Let the program write less, or have the disk limit raised.");
  }

  static Failure limit(String message, String remedy) {
    return Failure.of(Failure.Kind.LIMIT, message, remedy);
  }

  private static String decimal(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(java.util.Locale.ROOT, "%.1f", value);
  }

  /** In the units that people read. */
  static String size(long bytes) {
    if (bytes < 10_000) {
      return bytes + " bytes";
    }
    String[] units = {"kB", "MB", "GB", "TB"};
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(
        java.util.Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }

  /** Adds up; every file counts for at least a block, so that many empty ones count too. */
  private static final class Usage extends SimpleFileVisitor<Path> {
    private final long most;
    private long bytes;
    private boolean tooDeep;

    Usage(long most) {
      this.most = most;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
      tooDeep |= a.isDirectory(); // a folder is visited as a file only at the deepest level
      bytes += Math.max(SMALLEST_FILE, a.size());
      return bytes > most ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE; // it went away, or is closed to us
    }
  }
}
