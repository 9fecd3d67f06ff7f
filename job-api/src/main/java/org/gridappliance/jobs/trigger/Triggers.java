package org.gridappliance.jobs.trigger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.JobAudit;
import org.gridappliance.jobs.http.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts jobs by event. One thread watches: the kernel tells it of changed folders, twice a second
 * it looks at the clock, every 20 s it reads every folder again in case the kernel said nothing.
 * What is due runs on virtual threads, each trigger once at a time, at most {@value #AT_ONCE}
 * together.
 *
 * <p>A file's way: change noticed → {@link DropFolder} lists → {@link FolderScan} waits until it is
 * complete → {@link Firing} submits the job and notes the file in one transaction, so that each
 * file starts once, also over {@code kill -9}.
 */
public final class Triggers implements AutoCloseable {
  static final int AT_ONCE = 4;

  private static final Logger log = LoggerFactory.getLogger(Triggers.class);
  private static final long TICK_MILLIS = 500;
  private static final long RESCAN_NANOS = TimeUnit.SECONDS.toNanos(20);

  final TriggerStore store;
  private final Homes homes;
  private final Clock clock;
  private final Firing firing;
  private final WatchService watch;
  private final Map<Long, WatchKey> watched = new HashMap<>();

  /** Triggers whose folder changed since they were run; the watcher's own. */
  private final Set<Long> dirty = new HashSet<>();

  private final Map<Long, Long> scannedAt = new ConcurrentHashMap<>();
  private final Map<Long, FolderScan> scans = new ConcurrentHashMap<>();

  /** Why a trigger does nothing now though it is not paused. */
  private final Map<Long, String> waits = new ConcurrentHashMap<>();

  private final Set<Long> busy = ConcurrentHashMap.newKeySet();
  private final Semaphore room = new Semaphore(AT_ONCE);
  private final ExecutorService runs = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread watcher =
      Thread.ofPlatform().name("jobs-triggers").daemon().unstarted(this::watch);
  private volatile List<Trigger> all = List.of();
  private volatile boolean closed;

  public Triggers(
      TriggerStore store, Homes homes, Submitter submitter, Clock clock, JobAudit audit) {
    this.store = store;
    this.homes = homes;
    this.clock = clock;
    this.firing = new Firing(store, submitter, clock, audit);
    try {
      this.watch = FileSystems.getDefault().newWatchService();
    } catch (IOException e) {
      throw new UncheckedIOException("no folder can be watched", e);
    }
  }

  /** Begins to watch. */
  public void start() {
    changed();
    watcher.start();
  }

  /** Looks at everything again, after a trigger was made, changed or deleted. */
  void changed() {
    reload();
    scannedAt.clear();
  }

  private void reload() {
    all = store.list(null);
    Set<Long> there = new HashSet<>();
    all.forEach(trigger -> there.add(trigger.id()));
    waits.keySet().retainAll(there);
    scans.keySet().retainAll(there);
  }

  /** {@return why a trigger that is not paused does nothing now} */
  Optional<String> waits(long id) {
    return Optional.ofNullable(waits.get(id));
  }

  /** Runs a timer's job once, now; its times stay as they are. */
  void runNow(Trigger trigger, Caller owner) throws IOException {
    firing.now(trigger, owner);
  }

  private void watch() {
    try {
      while (!closed) {
        WatchKey key = watch.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
        Set<WatchKey> touched = new HashSet<>();
        for (; key != null; key = watch.poll()) {
          key.pollEvents();
          key.reset();
          touched.add(key);
        }
        tick(touched);
      }
    } catch (InterruptedException e) {
      log.debug("triggers end");
    }
  }

  private void tick(Set<WatchKey> touched) {
    for (Trigger trigger : all) {
      WatchKey key = watched.get(trigger.id());
      if (key != null && touched.contains(key)) {
        dirty.add(trigger.id());
      }
      try {
        if (trigger.paused()) {
          waits.remove(trigger.id());
        } else if (isDue(trigger) && run(trigger)) {
          dirty.remove(trigger.id());
          scannedAt.put(trigger.id(), System.nanoTime());
        }
      } catch (RuntimeException e) { // one trigger's trouble must not end the others' watch
        log.error("trigger not looked at trigger={}", trigger.id(), e);
      }
    }
  }

  private boolean isDue(Trigger trigger) {
    return switch (trigger.spec().cause()) {
      case TriggerSpec.Cause.Timer _ ->
          trigger.nextAt() != null && trigger.nextAt() <= clock.millis();
      case TriggerSpec.Cause.Folder folder -> {
        FolderScan scan = scans.get(trigger.id());
        Long scanned = scannedAt.get(trigger.id());
        boolean due =
            scan == null
                || scan.hasWaiting()
                || dirty.contains(trigger.id())
                || scanned == null
                || System.nanoTime() - scanned >= RESCAN_NANOS;
        if (due) {
          listen(trigger, folder); // before the folder is read, so that nothing falls between
        }
        yield due;
      }
    };
  }

  /** Asks the kernel to tell of the folder; where it cannot, the rescan finds what is new. */
  private void listen(Trigger trigger, TriggerSpec.Cause.Folder folder) {
    WatchKey key = watched.get(trigger.id());
    if (key != null && key.isValid()) {
      return;
    }
    try {
      Optional<Caller> owner = homes.caller(trigger.owner());
      if (owner.isPresent()) {
        Path path = owner.get().home().resolve(folder.shown());
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          watched.put(
              trigger.id(),
              path.register(
                  watch,
                  StandardWatchEventKinds.ENTRY_CREATE,
                  StandardWatchEventKinds.ENTRY_MODIFY));
        }
      }
    } catch (IOException e) {
      log.debug("folder not watched trigger={}", trigger.id(), e);
    }
  }

  /** {@return whether it runs now; else the next tick tries again} */
  private boolean run(Trigger trigger) {
    if (!busy.add(trigger.id())) {
      return false;
    }
    if (!room.tryAcquire()) {
      busy.remove(trigger.id());
      return false;
    }
    runs.execute(
        () -> {
          try {
            fire(trigger.id());
          } catch (IOException | RuntimeException e) { // shown at the trigger; tried again
            log.error("trigger failed trigger={}", trigger.id(), e);
            waits.put(trigger.id(), "waits: " + e.getMessage());
          } finally {
            busy.remove(trigger.id());
            room.release();
          }
        });
    return true;
  }

  private void fire(long id) throws IOException {
    Trigger trigger = store.find(id).filter(one -> !one.paused()).orElse(null);
    if (trigger == null) {
      return;
    }
    Optional<Caller> owner = homes.caller(trigger.owner());
    if (owner.isEmpty()) {
      waits.put(id, "the account " + trigger.owner() + " is disabled; nothing is started");
      return;
    }
    Optional<String> wait =
        switch (trigger.spec().cause()) {
          case TriggerSpec.Cause.Timer timer -> firing.timer(trigger, timer, owner.get());
          case TriggerSpec.Cause.Folder folder ->
              scans
                  .computeIfAbsent(id, i -> new FolderScan(store, firing))
                  .look(trigger, folder, owner.get());
        };
    if (wait.isPresent()) {
      waits.put(id, wait.get());
    } else {
      waits.remove(id);
    }
    if (store.find(id).map(now -> !now.equals(trigger)).orElse(true)) {
      reload();
    }
  }

  /** Ends; what was under way is finished or done again after the next start. */
  @Override
  public void close() {
    closed = true;
    watcher.interrupt();
    runs.shutdown();
    try {
      watcher.join(5_000);
      if (!runs.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("a trigger is still submitting");
      }
      watch.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.debug("watch not closed", e);
    }
  }
}
