package org.gridappliance.jobs.condor;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.pool.LocalPool;
import org.gridappliance.jobs.pool.LocalPool.HeldLease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What running subjobs write, brought here by condor_tail while somebody looks. A look holds for
 * {@value #MINUTES} minutes; at most {@value #MOST} are followed at once, the one looked at longest
 * ago gives way. Thread-safe.
 */
final class Tails implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Tails.class);
  private static final int MOST = 8;
  private static final int MINUTES = 10;
  private static final int MOST_BYTES = 16 << 20;

  private record Watched(long job, int index, String stream) {}

  private static final class Tail {
    final Process process;
    long lookedAt = System.nanoTime();

    Tail(Process process) {
      this.process = process;
    }
  }

  private final LocalPool pool;
  private final Map<Watched, Tail> tails = new LinkedHashMap<>(16, 0.75f, true);
  private boolean closed;

  Tails(LocalPool pool) {
    this.pool = pool;
  }

  /** Somebody looks at what a subjob writes. Returns at once. */
  void look(CondorWork work, long job, int index, String stream) {
    Watched watched = new Watched(job, index, stream);
    synchronized (tails) {
      Tail known = tails.get(watched);
      if (known != null && known.process.isAlive()) {
        known.lookedAt = System.nanoTime();
        return;
      }
      tails.remove(watched);
      Optional<Ledger.Place> place = closed ? Optional.empty() : work.place(job, index);
      if (place.isEmpty()) {
        return; // it waits, or its task has several short ones
      }
      endOld();
      try {
        Tail made = new Tail(start(work.access(), place.get(), stream));
        tails.put(watched, made);
        Thread.ofVirtual()
            .name("condor-tail")
            .start(() -> follow(made, place.get().lease(), watched));
      } catch (IOException e) {
        log.debug("no live output job={} index={}: {}", job, index, e.getMessage());
      }
    }
  }

  private void endOld() {
    long now = System.nanoTime();
    Iterator<Tail> all = tails.values().iterator();
    while (all.hasNext()) {
      Tail one = all.next();
      boolean old = now - one.lookedAt > TimeUnit.MINUTES.toNanos(MINUTES);
      if (old || !one.process.isAlive() || tails.size() >= MOST) {
        one.process.destroyForcibly();
        all.remove();
      }
    }
  }

  private static Process start(CondorDoor.Access access, Ledger.Place place, String stream)
      throws IOException {
    List<String> command = new ArrayList<>(access.command());
    command.addAll(
        List.of(
            "stdbuf", // else it keeps what it has until it ends
            "-o0",
            "condor_tail",
            "-no-stdout", // that of the task's own script, which says nothing
            "-name",
            access.schedd(),
            "-f",
            "-maxbytes",
            Integer.toString(MOST_BYTES),
            place.cluster() + "." + place.proc(),
            "live." + stream));
    return new ProcessBuilder(command)
        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Begins the output anew and appends what comes, until it ends or its lease does. */
  private void follow(Tail tail, HeldLease lease, Watched watched) {
    byte[] buffer = new byte[1 << 16];
    long at = 0;
    try (InputStream in = tail.process.getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        long size = pool.append(lease, watched.stream, at, Arrays.copyOf(buffer, n));
        if (size < at) {
          return; // its end came meanwhile and brought the whole
        }
        at = size;
      }
    } catch (IOException e) {
      log.debug("live output ends job={} index={}", watched.job, watched.index, e);
    } finally {
      tail.process.destroyForcibly();
    }
  }

  @Override
  public void close() {
    synchronized (tails) {
      closed = true;
      tails.values().forEach(one -> one.process.destroyForcibly());
      tails.clear();
    }
  }
}
