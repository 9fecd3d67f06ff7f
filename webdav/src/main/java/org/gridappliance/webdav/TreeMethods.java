package org.gridappliance.webdav;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.Exchange.Depth;
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.property.PropertyStore;
import org.gridappliance.webdav.property.PropertyStore.Intent;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.Staged;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/**
 * MKCOL, DELETE, COPY and MOVE. Each happens at once for whoever looks at the tree: a copy is made
 * in the spool and renamed into place, what is deleted is renamed into the spool first. So there is
 * never a Multi-Status of things half done.
 */
final class TreeMethods {
  private final Preconditions preconditions;
  private final LockTable locks;
  private final PropertyStore properties;

  TreeMethods(Preconditions preconditions, LockTable locks, PropertyStore properties) {
    this.preconditions = preconditions;
    this.locks = locks;
    this.properties = properties;
  }

  void makeCollection(Exchange x, HomeState state)
      throws IOException, DavException, LockedException {
    if (x.body().next().isPresent()) {
      throw new DavException(415, "MKCOL: want no body");
    }
    state.mutex.lock();
    try {
      Optional<Node> node = x.tree().stat(x.path());
      Preconditions.conditional(x, node);
      Set<String> tokens = preconditions.ifHeader(x);
      if (node.isPresent()) {
        throw new DavException(405, x.path() + " exists already");
      }
      preconditions.unlocked(x, x.path(), false, true, tokens);
      x.tree().makeFolder(x.path());
    } finally {
      state.mutex.unlock();
    }
    x.tree().syncFolder(x.path().parent());
    x.answer(201);
  }

  void delete(Exchange x, HomeState state) throws IOException, DavException, LockedException {
    requireNotRoot(x.path());
    if (x.depth(Depth.INFINITY) != Depth.INFINITY && x.node().isFolder()) {
      throw new DavException(400, "Depth: DELETE of a folder is infinity");
    }
    String home = x.home().id();
    String key = x.path().key();
    Staged gone;
    Node node;
    state.mutex.lock();
    try {
      node = x.node();
      Preconditions.conditional(x, Optional.of(node));
      Set<String> tokens = preconditions.ifHeader(x);
      preconditions.unlocked(x, x.path(), true, true, tokens);
      gone = x.tree().take(x.path());
      properties.dropTree(home, key);
      locks.dropTree(home, key, false);
    } finally {
      state.mutex.unlock();
    }
    x.tree().syncFolder(x.path().parent());
    discard(gone, node, state);
    x.answer(204);
  }

  void copyOrMove(Exchange x, HomeState state, boolean isMove)
      throws IOException, DavException, LockedException {
    TreePath to = x.destination();
    boolean mayOverwrite = x.mayOverwrite();
    Depth depth = x.depth(Depth.INFINITY);
    boolean whole = depth == Depth.INFINITY;
    Node source = x.node();
    if (depth == Depth.ONE || (isMove && !whole && source.isFolder())) {
      throw new DavException(400, "Depth: want infinity, or 0 for COPY");
    }
    requireNotRoot(to);
    if (isMove) {
      requireNotRoot(x.path());
    }
    if (to.isWithin(x.path()) || x.path().isWithin(to)) {
      throw new DavException(403, "Destination: want another place than " + x.path());
    }
    check(x, to, isMove, mayOverwrite);
    Optional<Staged> replaced;
    Node old;
    boolean isNew;
    if (isMove) {
      state.mutex.lock();
      try {
        Optional<Node> target = check(x, to, true, mayOverwrite);
        Node moved = x.node();
        Optional<Intent> intent = begin(x, to, true, true, moved.inode());
        replaced = x.tree().move(x.path(), to);
        isNew = target.isEmpty();
        old = target.orElse(moved);
        finish(x, to, intent, true);
      } finally {
        state.mutex.unlock();
      }
      x.tree().syncFolder(x.path().parent());
    } else {
      Staged copy =
          x.tree().copy(x.path(), whole, bytes -> state.charge(x.home(), x.tree(), bytes));
      boolean isPlaced = false;
      state.mutex.lock();
      try {
        Optional<Node> target = check(x, to, false, mayOverwrite);
        Optional<Intent> intent = begin(x, to, false, whole, copy.inode());
        isNew = x.tree().place(copy, to);
        isPlaced = true;
        replaced = isNew ? Optional.empty() : Optional.of(copy);
        old = target.orElse(source);
        finish(x, to, intent, false);
      } finally {
        state.mutex.unlock();
        if (!isPlaced) {
          copy.close();
          state.recount();
        }
      }
    }
    x.tree().syncFolder(to.parent());
    if (replaced.isPresent()) {
      discard(replaced.get(), old, state);
    }
    x.answer(isNew ? 201 : 204);
  }

  private Optional<Node> check(Exchange x, TreePath to, boolean isMove, boolean mayOverwrite)
      throws IOException, DavException, LockedException {
    Preconditions.conditional(x, Optional.of(x.node()));
    Set<String> tokens = preconditions.ifHeader(x);
    Optional<Node> target = x.tree().stat(to);
    if (target.isPresent() && !mayOverwrite) {
      throw new DavException(412, to + " exists already, and Overwrite is F");
    }
    x.tree().requireFolder(to.parent());
    if (isMove) {
      preconditions.unlocked(x, x.path(), true, true, tokens);
    }
    preconditions.unlocked(x, to, true, target.isEmpty(), tokens);
    return target;
  }

  private Optional<Intent> begin(
      Exchange x, TreePath to, boolean isMove, boolean whole, long inode) {
    return properties.begin(x.home().id(), x.path().key(), to.key(), isMove, whole, inode);
  }

  /** Locks stay with addresses (RFC 4918 §7): none goes along, those on the target's root stay. */
  private void finish(Exchange x, TreePath to, Optional<Intent> intent, boolean isMove) {
    intent.ifPresent(properties::finish);
    locks.dropTree(x.home().id(), to.key(), true);
    if (isMove) {
      locks.dropTree(x.home().id(), x.path().key(), false);
    }
  }

  private static void discard(Staged gone, Node node, HomeState state) throws IOException {
    gone.close();
    if (node.isFolder()) {
      state.recount();
    } else {
      state.release(node.size());
    }
  }

  private static void requireNotRoot(TreePath path) throws DavException {
    if (path.isRoot()) {
      throw new DavException(403, "the home itself stays where it is");
    }
  }

  /** What {@link #repair} did. */
  record Repairs(int finished, int abandoned, int properties, int locks, int spool) {
    boolean isNone() {
      return finished + abandoned + properties + locks + spool == 0;
    }
  }

  /**
   * Makes the database agree with the tree after a crash: finishes or abandons what was under way,
   * by the inode the target has; forgets properties and locks of what is not there. What a MOVE was
   * about to replace may be left under the MOVE's old name: nothing in the tree is deleted here.
   */
  Repairs repair(Home home, org.gridappliance.webdav.tree.HomeTree tree) throws IOException {
    int finished = 0;
    int abandoned = 0;
    for (Intent intent : properties.unfinished(home.id())) {
      Optional<Node> target = quietStat(tree, TreePath.ofKey(intent.target()));
      if (target.isPresent() && target.get().inode() == intent.inode()) {
        properties.finish(intent);
        finished++;
      } else {
        properties.abandon(intent);
        abandoned++;
      }
    }
    int lost = 0;
    for (String key : properties.keys(home.id())) {
      if (quietStat(tree, TreePath.ofKey(key)).isEmpty()) {
        properties.dropTree(home.id(), key);
        lost++;
      }
    }
    int unlocked = 0;
    for (String key : locks.roots(home.id())) {
      if (quietStat(tree, TreePath.ofKey(key)).isEmpty()) {
        locks.dropTree(home.id(), key, false);
        unlocked++;
      }
    }
    return new Repairs(finished, abandoned, lost, unlocked, tree.clearSpool());
  }

  private static Optional<Node> quietStat(
      org.gridappliance.webdav.tree.HomeTree tree, TreePath path) throws IOException {
    try {
      return tree.stat(path);
    } catch (TreeException e) {
      return Optional.empty();
    }
  }
}
