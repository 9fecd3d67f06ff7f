package org.gridappliance.webdav;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.gridappliance.webdav.history.History;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreeException.Reason;
import org.gridappliance.webdav.tree.TreePath;

/**
 * Trash and versions of one home, opened for one request: {@link HomeStorage#keeping}. A view sees
 * what lies beneath its root; restoring and removing need a view that can be written. Owned by one
 * thread; blocks.
 */
public final class Keeping {
  private final HomeStorage storage;

  Keeping(HomeStorage storage) {
    this.storage = storage;
  }

  /**
   * How much the home holds.
   *
   * @param usedBytes all together
   * @param quotaBytes {@link Long#MAX_VALUE} for none
   */
  public record Totals(
      long usedBytes, long quotaBytes, long availableBytes, long trashBytes, long versionBytes) {}

  /** {@return how much the home holds} */
  public Totals totals() throws IOException {
    long trash = 0;
    long versions = 0;
    for (Kept kept : history().all(id())) {
      trash += kept.isVersion() ? 0 : kept.bytes();
      versions += kept.isVersion() ? kept.bytes() : 0;
    }
    return new Totals(
        storage.usedBytes(),
        storage.home().quotaBytes(),
        storage.availableBytes(),
        trash,
        versions);
  }

  /** {@return what was deleted, the latest first} */
  public List<Kept> trash() {
    return history().trash(id()).stream().filter(this::isSeen).toList();
  }

  /** {@return the earlier versions of a file, the latest first} */
  public List<Kept> versions(TreePath path) {
    return history().versions(id(), storage.at(path));
  }

  /** {@return the path that something kept had, in this view} */
  public TreePath pathOf(Kept kept) {
    return kept.path().beneath(storage.home().root());
  }

  /** {@return when something kept goes at the latest} */
  public Instant expires(Kept kept) {
    return history().expires(kept);
  }

  /** {@return one thing} NOT_FOUND when it is gone, or lies outside the view. */
  public Kept require(String keptId, boolean isVersion) throws TreeException {
    return history()
        .find(id(), keptId)
        .filter(k -> k.isVersion() == isVersion && isSeen(k))
        .orElseThrow(
            () ->
                new TreeException(
                    Reason.NOT_FOUND,
                    "there is no "
                        + (isVersion ? "version " : "thing in the trash ")
                        + keptId
                        + "; it was restored, removed, or its time was over"));
  }

  /** Opens a version; the caller closes it. */
  public OpenFile read(Kept version) throws IOException {
    return storage.tree().past().read(version.id());
  }

  /**
   * Puts something from the trash back where it was, or beside what is there now. Folders that are
   * missing are made.
   *
   * @return where it is
   */
  public TreePath restore(Kept deleted) throws IOException {
    storage.requireWritable();
    TreePath path = pathOf(deleted);
    storage.makeFolders(path.parent());
    for (int n = 0; n < 1000; n++) {
      TreePath free = n == 0 ? path : path.parent().child(numbered(path.name(), n));
      storage.state().mutex.lock();
      try {
        if (storage.stat(free).isEmpty()) {
          storage.requireUnlocked(free, true, true, java.util.Set.of());
          storage.tree().past().putBack(deleted.id(), storage.at(free));
          history().abandon(id(), deleted);
          storage.state().keep(-deleted.bytes());
          storage.syncFolder(free.parent());
          return free;
        }
      } finally {
        storage.state().mutex.unlock();
      }
    }
    throw new TreeException(Reason.EXISTS, path + " exists already, restored a thousand times");
  }

  /** {@code plot.png} becomes {@code plot (restored 2).png}. */
  private static String numbered(String name, int n) {
    int dot = name.lastIndexOf('.');
    int end = dot > 0 ? dot : name.length();
    String mark = n == 1 ? " (restored)" : " (restored " + n + ")";
    return name.substring(0, end) + mark + name.substring(end);
  }

  /** Makes a version the file again; what is there now becomes a version in its turn. */
  public Writing.Placed restore(Kept version, Guard guard) throws IOException {
    TreePath path = pathOf(version);
    try (OpenFile old = read(version);
        Writing writing = storage.put(path, old.node().size(), guard)) {
      ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
      while (old.channel().read(bytes) >= 0) {
        writing.write(bytes.flip());
        bytes.clear();
      }
      return writing.finish();
    }
  }

  /** Removes one thing for good. */
  public void remove(Kept kept) throws IOException {
    storage.requireWritable();
    purge(List.of(kept));
  }

  /** Removes everything from the trash for good. */
  public void empty() throws IOException {
    storage.requireWritable();
    purge(trash());
  }

  /** Removes what the retention rule no longer keeps. */
  public void sweep() throws IOException {
    purge(history().expired(id()));
    long over =
        storage.state().keptBytes() - history().retention().share(storage.home().quotaBytes());
    if (over > 0) {
      purge(history().oldest(id(), over, Optional.empty()));
    }
  }

  /** Makes room by removing the oldest. {@return whether something was removed} */
  boolean giveWay(long bytes) throws IOException {
    return giveWay(bytes, Optional.empty());
  }

  /**
   * As above.
   *
   * @param but what was only begun to be kept
   */
  boolean giveWay(long bytes, Optional<Kept> but) throws IOException {
    List<Kept> oldest =
        storage.state().keptBytes() == 0 ? List.of() : history().oldest(id(), bytes, but);
    purge(oldest);
    return !oldest.isEmpty();
  }

  /** Lets the past give way until so many bytes fit the quota, or nothing is kept. */
  void makeRoom(long bytes) throws IOException {
    long over = storage.usedBytes() - (storage.home().quotaBytes() - bytes);
    if (storage.home().quotaBytes() != Long.MAX_VALUE && over > 0) {
      giveWay(over);
    }
  }

  /**
   * Begins to keep what a change is about to take away; under the home's mutex.
   *
   * @param via where a MOVE puts it for a moment
   */
  Optional<Kept> begin(
      boolean isVersion, TreePath path, Node node, long bytes, Optional<TreePath> via) {
    return history().begin(id(), isVersion, storage.at(path), node, bytes, via.map(storage::at));
  }

  /** It was kept: counts it, and removes what is now too much. */
  void done(Kept kept) throws IOException {
    storage.state().keep(kept.bytes());
    if (storage.isSynced()) {
      storage.tree().past().sync();
    }
    if (kept.isVersion()) {
      purge(history().surplus(id(), kept.path()));
    }
    if (storage.state().isSweepDue()
        || storage.state().keptBytes() > history().retention().share(storage.home().quotaBytes())) {
      sweep();
    }
  }

  /** It was not kept after all. */
  void undo(Kept kept) throws IOException {
    history().purge(id(), storage.tree(), List.of(kept));
  }

  private void purge(List<Kept> gone) throws IOException {
    if (!gone.isEmpty()) {
      storage.state().rounds.removed(gone);
      storage.state().forget(history().purge(id(), storage.tree(), gone));
    }
  }

  private boolean isSeen(Kept kept) {
    return kept.path().isWithin(storage.home().root());
  }

  private History history() {
    return storage.history();
  }

  private String id() {
    return storage.home().id();
  }
}
