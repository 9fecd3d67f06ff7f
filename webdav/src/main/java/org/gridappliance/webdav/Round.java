package org.gridappliance.webdav;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.webdav.history.History;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.round.Changes;
import org.gridappliance.webdav.round.Changes.Loss;
import org.gridappliance.webdav.round.Changes.Moved;
import org.gridappliance.webdav.round.Changes.Overwritten;
import org.gridappliance.webdav.round.Seen;
import org.gridappliance.webdav.round.SeenList;
import org.gridappliance.webdav.round.Sight;
import org.gridappliance.webdav.tree.LastKnown;
import org.gridappliance.webdav.tree.LastKnown.Part;
import org.gridappliance.webdav.tree.Staged;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreeException.Reason;
import org.gridappliance.webdav.tree.TreePath;

/**
 * One look through a whole home for what came by no door of ours: Samba, desktops, terminals and
 * jobs write into the folder itself. What they overwrote since the last round becomes a version,
 * what they deleted goes to the trash, properties and versions follow what they moved, and every
 * file is held ({@link LastKnown}) as it is now, so that the next round has it (decision 0305).
 *
 * <p>A crash between any two steps costs at most what one round would have kept: a held file goes
 * by its content, and the list is written last. Owned by one thread; one at a time in a home.
 */
final class Round {
  /** The most files and folders of a home that are looked after; 600 bytes of memory each. */
  static final int MAX_ENTRIES = 100_000;

  /** Versions that other programs cause are at least so far apart. */
  static final Duration APART = Duration.ofHours(1);

  /** What is copied at most in one round, and in one that somebody waits for. */
  private static final long MAX_COPIED_BYTES = 512L << 20;

  private static final long MAX_QUICK_BYTES = 8L << 20;
  private static final int MAX_COPIED = 2_000;
  private static final int MAX_QUICK = 50;
  private static final int MAX_DEPTH = 200;

  /** Characters; nobody can ask for longer paths. */
  private static final int MAX_KEY = 3_500;

  private final HomeStorage storage;
  private final LastKnown last;
  private final Dealt dealt;
  private final Map<String, Long> held; // inodes by state
  private final boolean isQuick;
  private final long share; // bytes that may be kept of the past
  private int versions;
  private int trashed;
  private int moved;

  /**
   * @param isQuick copies little now and leaves the rest to the next
   */
  Round(HomeStorage storage, LastKnown last, Dealt dealt, boolean isQuick) throws IOException {
    this.isQuick = isQuick;
    this.storage = storage;
    this.last = last;
    this.dealt = dealt;
    this.held = last.all();
    this.share = history().retention().share(storage.home().quotaBytes());
  }

  /**
   * What a round did and found.
   *
   * @param sight the home as it is, its first {@link #MAX_ENTRIES}
   */
  record Done(int versions, int trashed, int moved, Sight sight) {}

  Done run(SeenList list) throws IOException {
    Sight before = list.read();
    Sight now = look();
    Changes changes = Changes.between(before, now);
    if (!changes.gone().isEmpty()) { // may have been moved from what was not seen yet to what was
      now = look();
      changes = Changes.between(before, now);
    }
    history().all(storage.home().id()).forEach(dealt::add);
    for (Moved move : changes.moved()) {
      follow(move);
    }
    for (Overwritten change : changes.overwritten()) {
      keepVersion(change);
    }
    if (now.size() < MAX_ENTRIES) { // else what is not seen may be there
      for (Loss loss : changes.without(dealt::isGone).losses()) {
        keepLoss(loss);
      }
    }
    hold(now);
    list.write(now);
    return new Done(versions, trashed, moved, now);
  }

  private Sight look() throws IOException {
    Sight sight = new Sight();
    look(TreePath.ROOT, sight, 0);
    return sight;
  }

  private void look(TreePath folder, Sight sight, int depth) throws IOException {
    List<TreePath> inner = new ArrayList<>();
    storage
        .tree()
        .list(
            folder,
            (name, node) -> {
              TreePath path = folder.child(name);
              String key = path.key();
              if (sight.size() < MAX_ENTRIES && key.length() <= MAX_KEY) {
                sight.add(Seen.of(key, node));
                if (node.isFolder()) {
                  inner.add(path);
                }
              }
            });
    for (TreePath path : inner) {
      if (depth < MAX_DEPTH) {
        lookInto(path, sight, depth + 1);
      }
    }
  }

  private void lookInto(TreePath folder, Sight sight, int depth) throws IOException {
    try {
      look(folder, sight, depth);
    } catch (TreeException e) {
      if (e.reason() != Reason.NOT_FOUND && e.reason() != Reason.NO_PARENT) {
        throw e;
      } // else a program removed it meanwhile, or put a file in its place
    }
  }

  /** Properties and versions belong to a path: they go along while nothing else has the old one. */
  private void follow(Moved move) throws IOException {
    TreePath from = TreePath.ofKey(move.before().key());
    TreePath to = TreePath.ofKey(move.now().key());
    storage.state().mutex.lock();
    try {
      boolean isSo =
          storage.tree().stat(from).isEmpty()
              && storage.tree().stat(to).filter(n -> n.inode() == move.now().inode()).isPresent();
      if (isSo && storage.properties().follow(storage.home().id(), from.key(), to.key())) {
        moved++;
      }
    } finally {
      storage.state().mutex.unlock();
    }
  }

  private void keepVersion(Overwritten change) throws IOException {
    Seen before = change.before();
    Long inode = held.get(before.state());
    boolean isLost = inode == null || (change.isInPlace() && inode == change.now().inode());
    TreePath path = TreePath.ofKey(change.now().key());
    if (isLost
        || dealt.isVersion(before)
        || before.size() > share / 2
        || history().hasRecent(storage.home().id(), path, APART)) {
      return;
    }
    Optional<Kept> kept =
        storage.keeping().begin(true, path, before.node(), before.size(), Optional.empty());
    if (kept.isPresent()) {
      last.keep(before.state(), kept.get().id());
      held.remove(before.state());
      storage.keeping().done(kept.get());
      versions++;
    }
  }

  private void keepLoss(Loss loss) throws IOException {
    List<Seen> files =
        loss.files().stream().filter(file -> held.containsKey(file.state())).toList();
    long bytes = files.stream().mapToLong(Seen::size).sum();
    if (bytes > share / 2 || files.isEmpty()) {
      return;
    }
    TreePath path = TreePath.ofKey(loss.root().key());
    Optional<Kept> kept =
        loss.root().isFolder() ? keepFolder(path, files, bytes) : keepFile(path, loss.root());
    if (kept.isPresent()) {
      storage.keeping().done(kept.get());
      trashed++;
    }
  }

  private Optional<Kept> keepFile(TreePath path, Seen file) throws IOException {
    Optional<Kept> kept =
        storage.keeping().begin(false, path, file.node(), file.size(), Optional.empty());
    if (kept.isPresent()) {
      last.keep(file.state(), kept.get().id());
    }
    return kept;
  }

  private Optional<Kept> keepFolder(TreePath path, List<Seen> files, long bytes)
      throws IOException {
    List<Part> parts = new ArrayList<>();
    for (Seen file : files) {
      parts.add(new Part(TreePath.ofKey(file.key()).beneath(path), file.state()));
    }
    try (Staged folder = last.gather(parts)) {
      Optional<Kept> kept =
          storage.keeping().begin(false, path, folder.node(), bytes, Optional.empty());
      if (kept.isPresent()) {
        storage.tree().past().keep(folder, kept.get().id());
      }
      return kept;
    }
  }

  /**
   * Holds every file as it is now. Where blocks are shared they are clones; else the last changed
   * are copies, up to half of what may be kept and of what the disk has left; the others are second
   * names.
   */
  private void hold(Sight now) throws IOException {
    Map<String, Seen> wanted = new LinkedHashMap<>();
    if (history().retention().days() > 0) {
      now.all().stream()
          .filter(seen -> !seen.isFolder())
          .sorted(Comparator.comparingLong(Seen::modified).reversed())
          .forEach(file -> wanted.putIfAbsent(file.state(), file));
    }
    for (String name : held.keySet()) {
      if (!wanted.containsKey(name)) {
        last.drop(name);
      }
    }
    Holding holding = new Holding();
    try {
      for (Seen file : wanted.values()) {
        holding.hold(file);
      }
    } catch (TreeException e) {
      if (e.reason() != Reason.FULL) {
        throw e;
      } // else who fills his home to the brim has less of the past, as with all that is kept
    }
  }

  /** What one round may still copy, and what may be copies in all. */
  private final class Holding {
    private final boolean canClone = last.canClone();

    // what is larger would not be kept, or not be allowed to change in place at a wall
    private final long mostClonedBytes;
    private final long maxBytes = isQuick ? MAX_QUICK_BYTES : MAX_COPIED_BYTES;
    private final int maxFiles = isQuick ? MAX_QUICK : MAX_COPIED;
    private long room = Math.min(share, storage.spareBytes()) / 2;
    private long bytes;
    private int files;

    Holding() throws IOException {
      mostClonedBytes = Math.min(share / 2, storage.quotaLeft());
    }

    void hold(Seen file) throws IOException {
      boolean mayBeCopy = file.size() <= (canClone ? mostClonedBytes : room);
      room -= mayBeCopy && !canClone ? file.size() : 0;
      Long inode = held.get(file.state());
      boolean isCopy = inode != null && inode != file.inode();
      boolean mayCopyNow =
          mayBeCopy && (canClone || (bytes + file.size() <= maxBytes && files < maxFiles));
      if (inode != null && (isCopy ? mayBeCopy : !mayCopyNow)) {
        return;
      }
      boolean isHeld = last.hold(TreePath.ofKey(file.key()), file.node(), file.state(), mayCopyNow);
      if (isHeld && mayCopyNow && !canClone) {
        bytes += file.size();
        files++;
      }
    }
  }

  private History history() {
    return storage.history();
  }
}
