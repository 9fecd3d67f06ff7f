package org.gridappliance.webdav;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.round.SeenList;
import org.gridappliance.webdav.round.Sight;
import org.gridappliance.webdav.tree.LastKnown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rounds of one home: one at a time, every {@link #EVERY}, or less often where one takes so
 * long that it would cost more than half a percent of a processor. Thread-safe.
 */
final class Rounds {
  private static final Logger log = LoggerFactory.getLogger(Rounds.class);
  private static final Duration EVERY = Duration.ofMinutes(10);
  private static final int TIMES = 200;
  private static final Duration QUICK = Duration.ofSeconds(2);
  private static final Duration JUST_NOW = Duration.ofMillis(500);
  private static final int MAX_REMOVED = 10_000;

  private final ReentrantLock running = new ReentrantLock();
  private final List<Kept> removed = new ArrayList<>(); // for good, since the last round
  private boolean isFirst = true;
  private boolean isDue;
  private long endedNanos;
  private long tookNanos;

  /** Is told what was removed from versions or trash for good. */
  synchronized void removed(List<Kept> gone) {
    removed.addAll(gone.subList(0, Math.min(gone.size(), MAX_REMOVED - removed.size())));
  }

  private synchronized List<Kept> removed() {
    return List.copyOf(removed);
  }

  private synchronized void ended(List<Kept> known, boolean wasQuick, long took) {
    removed.removeAll(known);
    isDue = wasQuick && (isDue || isFirst); // what it left to the next is soon to be done
    isFirst = false;
    endedNanos = System.nanoTime();
    tookNanos = took;
  }

  synchronized boolean isDue() {
    return isFirst
        || isDue
        || System.nanoTime() - endedNanos >= Math.max(EVERY.toNanos(), TIMES * tookNanos);
  }

  synchronized boolean isWorthAGlance() {
    return isFirst
        || (tookNanos < QUICK.toNanos() && System.nanoTime() - endedNanos > JUST_NOW.toNanos());
  }

  Optional<Sight> run(HomeStorage storage, boolean isQuick) throws IOException {
    if (!running.tryLock()) {
      return Optional.empty();
    }
    long began = System.nanoTime();
    List<Kept> known = List.of();
    try {
      if (!isQuick) {
        makeRoom(storage);
      }
      known = removed();
      return Optional.of(look(storage, isQuick, known));
    } finally {
      ended(known, isQuick, System.nanoTime() - began);
      running.unlock();
    }
  }

  private static Sight look(HomeStorage storage, boolean isQuick, List<Kept> known)
      throws IOException {
    try (LastKnown last = new LastKnown(storage.tree(), folder(storage.home().last()))) {
      Dealt dealt = new Dealt();
      known.forEach(dealt::add);
      Round.Done done =
          new Round(storage, last, dealt, isQuick)
              .run(new SeenList(storage.home().last().resolveSibling("last.list")));
      if (done.versions() + done.trashed() + done.moved() > 0) {
        storage.state().recount();
        log.info(
            "home looked through home={} versions={} trashed={} moved={}",
            storage.home().id(),
            done.versions(),
            done.trashed(),
            done.moved());
      }
      return done.sight();
    }
  }

  /** Others may have written beyond the quota: the past gives way, as it does to WebDAV. */
  private static void makeRoom(HomeStorage storage) throws IOException {
    storage.state().recount();
    storage.keeping().makeRoom(0);
  }

  private static Path folder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return folder;
  }
}
