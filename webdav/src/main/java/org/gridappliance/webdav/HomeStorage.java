package org.gridappliance.webdav;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.history.History;
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.property.PropertyStore;
import org.gridappliance.webdav.round.Sight;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.Slot;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreeException.Reason;
import org.gridappliance.webdav.tree.TreePath;

/**
 * One home, or a view onto a part of one, opened for one request. Every change goes: the client's
 * {@link Guard} → locks → quota → the tree, at once for whoever looks → durable. Paths are those of
 * the view. Owned by one thread; blocks.
 *
 * <p>Refusals are {@link TreeException}, {@link DavException} (with a status), {@link
 * org.gridappliance.webdav.lock.LockedException} and {@link
 * org.gridappliance.webdav.lock.TooManyLocksException}; any other IOException is trouble.
 */
public final class HomeStorage implements AutoCloseable {
  private final Storage storage;
  private final Home home;
  private final HomeTree tree;
  private final HomeState state;

  HomeStorage(Storage storage, Home home, HomeTree tree, HomeState state) {
    this.storage = storage;
    this.home = home;
    this.tree = tree;
    this.state = state;
  }

  /**
   * {@return what has this path; empty when nothing has}
   *
   * @throws TreeException REFUSED for links, pipes, sockets and devices
   */
  public Optional<Node> stat(TreePath path) throws IOException {
    return tree.stat(at(path));
  }

  /** {@return what has this path; NOT_FOUND when nothing has} */
  public Node require(TreePath path) throws IOException {
    return stat(path).orElseThrow(() -> new TreeException(Reason.NOT_FOUND, "there is no " + path));
  }

  /** Tells the visitor every file and folder of a folder, in no order. */
  public void list(TreePath path, HomeTree.Visitor visitor) throws IOException {
    tree.list(at(path), visitor);
  }

  /** Opens a file; the caller closes it. */
  public OpenFile read(TreePath path) throws IOException {
    return tree.read(at(path));
  }

  /**
   * Begins to write a whole file; nothing of it is seen before {@link Writing#finish}.
   *
   * @param announcedBytes how large it will be, 0 when that is not known
   * @throws TreeException NO_PARENT, IS_FOLDER, FULL, REFUSED
   */
  public Writing put(TreePath path, long announcedBytes, Guard guard) throws IOException {
    Optional<Node> before;
    try (Slot slot = slot(path, guard)) {
      before = checkPut(path, slot, guard);
    }
    state.requireRoom(home, tree, announcedBytes, before.map(Node::size).orElse(0L));
    requireSize(announcedBytes);
    return new Writing(this, path, guard, before, tree.upload());
  }

  /**
   * {@return where a file shall be put} The guard is asked before it is said that there is no
   * folder.
   */
  Slot slot(TreePath path, Guard guard) throws IOException {
    requireWritable();
    if (at(path).isRoot()) {
      guard.admit(stat(path));
      throw new TreeException(Reason.IS_FOLDER, path + " is a folder; a PUT makes files");
    }
    try {
      return tree.slot(at(path));
    } catch (TreeException e) {
      if (e.reason() == Reason.NO_PARENT) {
        guard.admit(Optional.empty());
      }
      throw e;
    }
  }

  /** {@return what is there before a PUT that is allowed} */
  Optional<Node> checkPut(TreePath path, Slot slot, Guard guard) throws IOException {
    Optional<Node> node = slot.stat();
    Set<String> tokens = guard.admit(node);
    if (node.filter(Node::isFolder).isPresent()) {
      throw new TreeException(Reason.IS_FOLDER, path + " is a folder; a PUT makes files");
    }
    if (node.isEmpty()) {
      requireNotRoot(path);
    }
    requireUnlocked(path, false, node.isEmpty(), tokens);
    return node;
  }

  void requireSize(long bytes) throws DavException {
    if (bytes > storage.options().maxFileBytes()) {
      throw new DavException(
          413, "a file may have at most " + storage.options().maxFileBytes() + " bytes");
    }
  }

  /**
   * Makes one folder.
   *
   * @throws TreeException EXISTS, NO_PARENT
   */
  public void makeFolder(TreePath path, Guard guard) throws IOException {
    requireWritable();
    state.mutex.lock();
    try {
      Optional<Node> node = stat(path);
      Set<String> tokens = guard.admit(node);
      if (node.isPresent()) {
        throw new TreeException(Reason.EXISTS, path + " exists already");
      }
      requireUnlocked(path, false, true, tokens);
      tree.makeFolder(at(path));
    } finally {
      state.mutex.unlock();
    }
    syncFolder(path.parent());
  }

  /** Makes a folder and those above it, where they are missing. */
  public void makeFolders(TreePath path) throws IOException {
    if (stat(path).filter(Node::isFolder).isPresent()) {
      return;
    }
    makeFolders(path.parent());
    try {
      makeFolder(path, Guard.NONE);
    } catch (TreeException e) {
      if (e.reason() != Reason.EXISTS) { // else another request made it meanwhile
        throw e;
      }
    }
  }

  /**
   * Deletes a file, or a folder with what it holds, into the trash. What is neither is removed.
   *
   * @throws TreeException NOT_FOUND
   */
  public void delete(TreePath path, Guard guard) throws IOException {
    new Transfers(this).delete(path, guard);
  }

  /**
   * Moves or renames, with properties and versions; what has the new path goes to versions or
   * trash, when that is allowed.
   *
   * @return whether nothing had the new path
   * @throws DavException 412 when something has it and {@code mayOverwrite} is false; 403 when one
   *     path lies within the other
   */
  public boolean move(TreePath from, TreePath to, boolean mayOverwrite, Guard guard)
      throws IOException {
    return new Transfers(this).move(from, to, mayOverwrite, guard);
  }

  /**
   * Copies a file, or a folder, with properties; it appears whole.
   *
   * @param whole false: a folder without what it holds
   * @return whether nothing had the new path
   * @throws DavException as {@link #move}
   */
  public boolean copy(TreePath from, TreePath to, boolean mayOverwrite, boolean whole, Guard guard)
      throws IOException {
    return copyFrom(this, from, to, mayOverwrite, whole, guard);
  }

  /** As {@link #copy}, from another home or view. */
  public boolean copyFrom(
      HomeStorage source,
      TreePath from,
      TreePath to,
      boolean mayOverwrite,
      boolean whole,
      Guard guard)
      throws IOException {
    return new Transfers(this).copy(source, from, to, mayOverwrite, whole, guard);
  }

  /**
   * Takes in a folder that was made elsewhere on the same file system, in one rename.
   *
   * @param made of regular files and folders only, all of them durable; gone unless false
   * @param bytes of all its files, for the quota
   * @return false when something has the path; nothing was changed then
   */
  public boolean adopt(Path made, TreePath to, long bytes) throws IOException {
    return new Transfers(this).adopt(made, to, bytes);
  }

  /**
   * Takes bytes of the quota; what is kept gives way.
   *
   * @throws TreeException FULL
   */
  void charge(long bytes) throws IOException {
    if (state.take(home, tree, bytes)
        || (keeping().giveWay(bytes) && state.take(home, tree, bytes))) {
      return;
    }
    throw new TreeException(
        Reason.FULL,
        "your quota of " + home.quotaBytes() + " bytes is full; delete something first");
  }

  /**
   * Lets what is kept give way to bytes that are about to be written beside the home, of which what
   * others wrote there counts as it is now.
   *
   * @return whether they fit
   */
  public boolean makeRoom(long bytes) throws IOException {
    state.recount();
    if (availableBytes() < bytes) {
      return false;
    }
    keeping().makeRoom(bytes);
    return true;
  }

  /** Refuses what {@link #delete} would refuse. */
  void requireDeletable(TreePath path, Guard guard) throws IOException {
    requireWritable();
    requireNotRoot(path);
    requireUnlocked(path, true, true, guard.admit(Optional.of(require(path))));
  }

  /** Tells of a move that was made. */
  void tellMoved(TreePath from, TreePath to) {
    storage.tellMoved(home.id(), at(from), at(to));
  }

  /** {@return versions and trash} */
  public Keeping keeping() {
    return new Keeping(this);
  }

  /**
   * Looks for what other programs changed in a whole home, keeps what they overwrote and deleted,
   * and lets properties and versions follow what they moved. Takes its time.
   *
   * @return false when another round is under way
   */
  public boolean round() throws IOException {
    return round(false);
  }

  private boolean round(boolean isQuick) throws IOException {
    if (!home.root().isRoot()) {
      throw new IllegalArgumentException("a round looks at a whole home, not at a part of one");
    }
    Optional<Sight> sight = state.rounds.run(this, isQuick);
    sight.ifPresent(seen -> storage.tellSeen(home.id(), seen));
    return sight.isPresent();
  }

  /** {@return whether it is time for a round} A home where it takes long has fewer. */
  public boolean isRoundDue() {
    return state.rounds.isDue();
  }

  /**
   * Makes a round where that is quick and none was made just now, for whoever looks at the past.
   */
  public void glance() throws IOException {
    if (state.rounds.isWorthAGlance()) {
      var _ = round(true);
    }
  }

  /** {@return bytes that may still be written to the disk} */
  long spareBytes() {
    return Math.min(tree.usableBytes(), storage.options().spareBytes().getAsLong());
  }

  /** {@return bytes below the quota, at least 0} */
  long quotaLeft() throws IOException {
    return home.quotaBytes() == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : Math.max(0, home.quotaBytes() - usedBytes());
  }

  /** {@return bytes that the home holds, whichever part of it is seen} */
  public long usedBytes() throws IOException {
    return state.usedBytes(tree);
  }

  /** {@return bytes that may still be added} */
  public long availableBytes() throws IOException {
    return state.availableBytes(home, tree);
  }

  /** {@return whose files, and as whom} */
  public Home home() {
    return home;
  }

  /** {@return the path in the home itself} */
  TreePath at(TreePath path) {
    return home.root().resolve(path);
  }

  /** {@return the key of a path for locks and properties} */
  String key(TreePath path) {
    return at(path).key();
  }

  HomeTree tree() {
    return tree;
  }

  HomeState state() {
    return state;
  }

  LockTable locks() {
    return storage.locks();
  }

  History history() {
    return storage.history();
  }

  PropertyStore properties() {
    return storage.properties();
  }

  boolean isSynced() {
    return storage.options().isSynced();
  }

  void syncFolder(TreePath path) throws IOException {
    if (isSynced()) {
      tree.syncFolder(at(path));
    }
  }

  void requireWritable() throws TreeException {
    if (!home.isWritable()) {
      throw new TreeException(Reason.REFUSED, "this was shared for reading only");
    }
  }

  static void requireNotRoot(TreePath path) throws DavException {
    if (path.isRoot()) {
      throw new DavException(403, "the home, or what was shared, itself stays where it is");
    }
  }

  /**
   * Asks the locks about a change.
   *
   * @param wholeTree also of what lies beneath
   * @param isMembership the resource appears or disappears: the locks on its folder count too
   */
  void requireUnlocked(TreePath path, boolean wholeTree, boolean isMembership, Set<String> tokens)
      throws IOException {
    locks().require(home.id(), key(path), wholeTree, tokens, home.principal());
    if (isMembership && !at(path).isRoot()) {
      locks().require(home.id(), at(path).parent().key(), false, tokens, home.principal());
    }
    if (locks().foreign().forbids(home.id(), key(path))) {
      throw new LockedException(key(path));
    }
  }

  @Override
  public void close() {
    tree.close();
  }
}
