package org.gridappliance.jobs.trigger;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.http.Caller;

/**
 * Looks at one drop folder and fires for each new complete file. A file is complete when no process
 * has it open for writing ({@link Writers}) and its size and time stayed the same for as long as
 * the trigger says: writers that open a file again and again, as over SMB, are only quiet when they
 * are done. Used by one thread at a time.
 */
final class FolderScan {
  private record Waiting(String etag, long sinceNanos) {}

  private final TriggerStore store;
  private final Firing firing;
  private volatile Map<String, Waiting> waiting = Map.of();

  FolderScan(TriggerStore store, Firing firing) {
    this.store = store;
    this.firing = firing;
  }

  /** {@return whether a file is there that is not complete yet} */
  boolean hasWaiting() {
    return !waiting.isEmpty();
  }

  /** {@return why files wait, when they do for more than their own completion} */
  Optional<String> look(Trigger trigger, TriggerSpec.Cause.Folder folder, Caller owner)
      throws IOException {
    List<DropFolder.Entry> entries;
    try {
      entries = DropFolder.list(owner.home(), folder.path());
    } catch (DropFolder.Unusable e) {
      waiting = Map.of();
      return Optional.ofNullable(e.getMessage());
    }
    Map<String, String> seen = store.seen(trigger.id());
    Set<String> gone = new HashSet<>(seen.keySet());
    entries.forEach(entry -> gone.remove(entry.name()));
    if (!gone.isEmpty()) {
      store.forget(trigger.id(), gone);
    }
    long now = System.nanoTime();
    Map<String, Waiting> still = new HashMap<>();
    Optional<String> held = Optional.empty();
    for (DropFolder.Entry entry : entries) {
      if (entry.etag().equals(seen.get(entry.name()))) {
        continue;
      }
      Waiting before = waiting.get(entry.name());
      Waiting since =
          before != null && before.etag().equals(entry.etag())
              ? before
              : new Waiting(entry.etag(), now);
      boolean quiet = now - since.sinceNanos() >= TimeUnit.SECONDS.toNanos(folder.settleSeconds());
      String path = folder.shown() + "/" + entry.name();
      if (!quiet || Writers.writing(owner.home(), path)) {
        still.put(entry.name(), since);
      } else if (held.isEmpty()) {
        held = firing.file(trigger, folder, entry, owner);
        if (held.isPresent()) {
          still.put(entry.name(), since);
        }
      }
    }
    waiting = held.isPresent() ? Map.of() : still; // the rescan comes back to what is held
    return held;
  }
}
