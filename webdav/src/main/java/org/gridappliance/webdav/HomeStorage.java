package org.gridappliance.webdav;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.history.History;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.property.PropertyStore;
import org.gridappliance.webdav.property.PropertyStore.Intent;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.Slot;
import org.gridappliance.webdav.tree.Staged;
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
    requireWritable();
    requireNotRoot(path);
    if (tree.removeOther(at(path))) {
      syncFolder(path.parent());
      return;
    }
    requireDeletable(path, guard);
    Node node = require(path);
    long bytes = bytes(path, node); // before the mutex: a large folder takes its time
    Optional<Kept> kept = keeping().begin(false, path, node, bytes, Optional.empty());
    Optional<Staged> gone;
    state.mutex.lock();
    try {
      try {
        node = require(path);
        requireUnlocked(path, true, true, guard.admit(Optional.of(node)));
        if (kept.isPresent() && kept.get().inode() != node.inode()) {
          throw new DavException(409, path + " was replaced meanwhile; delete it again");
        }
      } catch (IOException e) {
        if (kept.isPresent()) {
          keeping().undo(kept.get());
        }
        throw e;
      }
      gone = takeOut(path, kept);
      properties().dropTree(home.id(), key(path));
      locks().dropTree(home.id(), key(path), false);
    } finally {
      state.mutex.unlock();
    }
    syncFolder(path.parent());
    settle(kept, gone, Optional.of(node));
  }

  private Optional<Staged> takeOut(TreePath path, Optional<Kept> kept) throws IOException {
    if (kept.isEmpty()) {
      return Optional.of(tree.take(at(path)));
    }
    try {
      tree.keep(at(path), kept.get().id());
      return Optional.empty();
    } catch (IOException e) {
      keeping().undo(kept.get());
      throw e;
    }
  }

  private long bytes(TreePath path, Node node) throws IOException {
    return node.isFolder() ? tree.usage(at(path)).bytes() : node.size();
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
    requireNotRoot(from);
    checkMove(from, to, mayOverwrite, guard);
    Optional<Node> target;
    Optional<Kept> kept;
    Optional<Staged> replaced;
    state.mutex.lock();
    try {
      target = checkMove(from, to, mayOverwrite, guard);
      kept = beginReplaced(to, target, Optional.of(from));
      Optional<Intent> intent =
          properties().begin(home.id(), key(from), key(to), true, true, require(from).inode());
      replaced = moveOver(from, to, kept);
      finishMove(from, to, intent);
    } finally {
      state.mutex.unlock();
    }
    syncFolder(from.parent());
    syncFolder(to.parent());
    settle(kept, replaced, target);
    return target.isEmpty();
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

  /** As {@link #copy}, from another home or view; properties stay behind when it is another. */
  public boolean copyFrom(
      HomeStorage source,
      TreePath from,
      TreePath to,
      boolean mayOverwrite,
      boolean whole,
      Guard guard)
      throws IOException {
    checkCopy(source, from, to, mayOverwrite, guard);
    Staged copy = tree.copy(source.tree, source.at(from), whole, this::charge);
    Optional<Node> target;
    Optional<Kept> kept;
    boolean isPlaced = false;
    state.mutex.lock();
    try {
      target = checkCopy(source, from, to, mayOverwrite, guard);
      kept = beginReplaced(to, target, Optional.empty());
      Optional<Intent> intent = beginCopy(source, from, to, whole, copy.inode());
      placeCopy(copy, to, kept);
      isPlaced = true;
      if (kept.isPresent()) {
        tree.keep(copy, kept.get().id());
      }
      intent.ifPresent(properties()::finish);
      locks().dropTree(home.id(), key(to), true);
    } finally {
      state.mutex.unlock();
      if (!isPlaced) {
        copy.close();
        state.recount();
      }
    }
    syncFolder(to.parent());
    settle(kept, kept.isPresent() ? Optional.empty() : Optional.of(copy), target);
    return target.isEmpty();
  }

  /**
   * Takes in a folder that was made elsewhere on the same file system, in one rename.
   *
   * @param made of regular files and folders only, all of them durable; gone unless false
   * @param bytes of all its files, for the quota
   * @return false when something has the path; nothing was changed then
   */
  public boolean adopt(Path made, TreePath to, long bytes) throws IOException {
    requireWritable();
    requireNotRoot(to);
    state.mutex.lock();
    try {
      if (stat(to).isPresent()) {
        return false;
      }
      tree.requireFolder(at(to).parent());
      requireUnlocked(to, true, true, Set.of());
      charge(bytes);
      Staged staged = tree.stage(made);
      try {
        tree.place(staged, at(to));
      } catch (IOException e) {
        staged.close();
        state.recount();
        throw e;
      }
    } finally {
      state.mutex.unlock();
    }
    syncFolder(to.parent());
    return true;
  }

  private void placeCopy(Staged copy, TreePath to, Optional<Kept> kept) throws IOException {
    try {
      tree.place(copy, at(to));
      locks().foreign().replaced(home.id(), key(to));
    } catch (IOException e) {
      if (kept.isPresent()) {
        keeping().undo(kept.get());
      }
      throw e;
    }
  }

  private Optional<Staged> moveOver(TreePath from, TreePath to, Optional<Kept> kept)
      throws IOException {
    try {
      return tree.move(at(from), at(to), kept.map(Kept::id));
    } catch (IOException e) {
      if (kept.isPresent()) {
        keeping().undo(kept.get());
      }
      throw e;
    }
  }

  private Optional<Kept> beginReplaced(TreePath to, Optional<Node> target, Optional<TreePath> via)
      throws IOException {
    return target.isEmpty()
        ? Optional.empty()
        : keeping().begin(!target.get().isFolder(), to, target.get(), bytes(to, target.get()), via);
  }

  /** What left the tree is kept, or is deleted now. */
  private void settle(Optional<Kept> kept, Optional<Staged> gone, Optional<Node> node)
      throws IOException {
    if (kept.isPresent()) {
      keeping().done(kept.get());
    } else if (gone.isPresent() && node.isPresent()) {
      gone.get().close();
      if (node.get().isFolder()) {
        state.recount();
      } else {
        state.release(node.get().size());
      }
    }
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

  private Optional<Node> checkMove(TreePath from, TreePath to, boolean mayOverwrite, Guard guard)
      throws IOException {
    requireWritable();
    Set<String> tokens = guard.admit(Optional.of(require(from)));
    requireUnlocked(from, true, true, tokens);
    return checkTarget(this, from, to, mayOverwrite, tokens);
  }

  private Optional<Node> checkCopy(
      HomeStorage source, TreePath from, TreePath to, boolean mayOverwrite, Guard guard)
      throws IOException {
    Set<String> tokens = guard.admit(Optional.of(source.require(from)));
    return checkTarget(source, from, to, mayOverwrite, tokens);
  }

  private Optional<Node> checkTarget(
      HomeStorage source, TreePath from, TreePath to, boolean mayOverwrite, Set<String> tokens)
      throws IOException {
    requireWritable();
    requireNotRoot(to);
    TreePath whole = source.at(from);
    if (source.home.id().equals(home.id()) && (at(to).isWithin(whole) || whole.isWithin(at(to)))) {
      throw new DavException(403, to + ": want another place than " + from);
    }
    Optional<Node> target = stat(to);
    if (target.isPresent() && !mayOverwrite) {
      throw new DavException(412, to + " exists already and was not to be replaced");
    }
    tree.requireFolder(at(to).parent());
    requireUnlocked(to, true, target.isEmpty(), tokens);
    return target;
  }

  /** Refuses what {@link #delete} would refuse. */
  void requireDeletable(TreePath path, Guard guard) throws IOException {
    requireWritable();
    requireNotRoot(path);
    requireUnlocked(path, true, true, guard.admit(Optional.of(require(path))));
  }

  private Optional<Intent> beginCopy(
      HomeStorage source, TreePath from, TreePath to, boolean whole, long inode) {
    if (source.home.id().equals(home.id())) {
      return properties().begin(home.id(), source.key(from), key(to), false, whole, inode);
    }
    properties().dropTree(home.id(), key(to));
    return Optional.empty();
  }

  /** Locks stay with addresses (RFC 4918 §7): none goes along, those on the target's root stay. */
  private void finishMove(TreePath from, TreePath to, Optional<Intent> intent) {
    intent.ifPresent(properties()::finish);
    locks().dropTree(home.id(), key(to), true);
    locks().foreign().replaced(home.id(), key(to));
    locks().dropTree(home.id(), key(from), false);
    storage.tellMoved(home.id(), at(from), at(to));
  }

  /** {@return versions and trash} */
  public Keeping keeping() {
    return new Keeping(this);
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

  private static void requireNotRoot(TreePath path) throws DavException {
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
