package org.gridappliance.webdav;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.property.PropertyStore.Intent;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.Staged;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreeException.Reason;
import org.gridappliance.webdav.tree.TreePath;

/**
 * What takes a file or a whole folder away or puts it somewhere: deleting, moving, copying,
 * adopting, as {@link HomeStorage} describes them. Each is checked, made ready without the home's
 * mutex, checked again under it and done with one rename. Owned by one thread; blocks.
 */
record Transfers(HomeStorage storage) {
  /** What is taken from the past at a time where the disk holds the home to its quota. */
  private static final long GIVEN_BYTES = 1L << 20;

  void delete(TreePath path, Guard guard) throws IOException {
    storage.requireWritable();
    HomeStorage.requireNotRoot(path);
    if (storage.tree().removeOther(storage.at(path))) {
      storage.syncFolder(path.parent());
      return;
    }
    storage.requireDeletable(path, guard);
    Node node = storage.require(path);
    long bytes = bytes(path, node); // before the mutex: a large folder takes its time
    Optional<Kept> kept = storage.keeping().begin(false, path, node, bytes, Optional.empty());
    Taken taken;
    storage.state().mutex.lock();
    try {
      try {
        node = storage.require(path);
        storage.requireUnlocked(path, true, true, guard.admit(Optional.of(node)));
        if (kept.isPresent() && kept.get().inode() != node.inode()) {
          throw new DavException(409, path + " was replaced meanwhile; delete it again");
        }
      } catch (IOException e) {
        if (kept.isPresent()) {
          storage.keeping().undo(kept.get());
        }
        throw e;
      }
      taken = takeOut(path, kept);
      storage.properties().dropTree(storage.home().id(), storage.key(path));
      storage.locks().dropTree(storage.home().id(), storage.key(path), false);
    } finally {
      storage.state().mutex.unlock();
    }
    storage.syncFolder(path.parent());
    settle(taken.kept(), taken.gone(), Optional.of(node));
  }

  /** What became of something that was deleted: kept, staged, or neither because it is gone. */
  private record Taken(Optional<Kept> kept, Optional<Staged> gone) {}

  private Taken takeOut(TreePath path, Optional<Kept> kept) throws IOException {
    while (true) {
      try {
        if (kept.isEmpty()) {
          return new Taken(kept, Optional.of(storage.tree().take(storage.at(path))));
        }
        storage.tree().past().keep(storage.at(path), kept.get().id());
        return new Taken(kept, Optional.empty());
      } catch (IOException e) {
        boolean isFull = e instanceof TreeException full && full.reason() == Reason.FULL;
        if (isFull && storage.keeping().giveWay(GIVEN_BYTES, kept)) {
          continue;
        }
        if (kept.isPresent()) {
          storage.keeping().undo(kept.get());
        }
        if (!isFull) {
          throw e;
        }
        storage.tree().remove(storage.at(path)); // btrfs at its limit cannot rename, only delete
        storage.state().recount();
        return new Taken(Optional.empty(), Optional.empty());
      }
    }
  }

  private long bytes(TreePath path, Node node) throws IOException {
    return node.isFolder() ? storage.tree().usage(storage.at(path)).bytes() : node.size();
  }

  boolean move(TreePath from, TreePath to, boolean mayOverwrite, Guard guard) throws IOException {
    HomeStorage.requireNotRoot(from);
    checkMove(from, to, mayOverwrite, guard);
    Optional<Node> target;
    Optional<Kept> kept;
    Optional<Staged> replaced;
    storage.state().mutex.lock();
    try {
      target = checkMove(from, to, mayOverwrite, guard);
      kept = beginReplaced(to, target, Optional.of(from));
      Optional<Intent> intent =
          storage
              .properties()
              .begin(
                  storage.home().id(),
                  storage.home().id(),
                  storage.key(from),
                  storage.key(to),
                  true,
                  true,
                  storage.require(from).inode());
      replaced = moveOver(from, to, kept);
      finishMove(from, to, intent);
    } finally {
      storage.state().mutex.unlock();
    }
    storage.syncFolder(from.parent());
    storage.syncFolder(to.parent());
    settle(kept, replaced, target);
    return target.isEmpty();
  }

  boolean copy(
      HomeStorage source,
      TreePath from,
      TreePath to,
      boolean mayOverwrite,
      boolean whole,
      Guard guard)
      throws IOException {
    checkCopy(source, from, to, mayOverwrite, guard);
    Staged copy = storage.tree().copy(source.tree(), source.at(from), whole, storage::charge);
    Optional<Node> target;
    Optional<Kept> kept;
    boolean isPlaced = false;
    storage.state().mutex.lock();
    try {
      target = checkCopy(source, from, to, mayOverwrite, guard);
      kept = beginReplaced(to, target, Optional.empty());
      Optional<Intent> intent =
          storage
              .properties()
              .begin(
                  source.home().id(),
                  storage.home().id(),
                  source.key(from),
                  storage.key(to),
                  false,
                  whole,
                  copy.inode());
      placeCopy(copy, to, kept);
      isPlaced = true;
      if (kept.isPresent()) {
        storage.tree().past().keep(copy, kept.get().id());
      }
      intent.ifPresent(storage.properties()::finish);
      storage.locks().dropTree(storage.home().id(), storage.key(to), true);
    } finally {
      storage.state().mutex.unlock();
      if (!isPlaced) {
        copy.close();
        storage.state().recount();
      }
    }
    storage.syncFolder(to.parent());
    settle(kept, kept.isPresent() ? Optional.empty() : Optional.of(copy), target);
    return target.isEmpty();
  }

  boolean adopt(Path made, TreePath to, long bytes) throws IOException {
    storage.requireWritable();
    HomeStorage.requireNotRoot(to);
    storage.state().mutex.lock();
    try {
      if (storage.stat(to).isPresent()) {
        return false;
      }
      storage.tree().requireFolder(storage.at(to).parent());
      storage.requireUnlocked(to, true, true, Set.of());
      storage.charge(bytes);
      Staged staged = storage.tree().stage(made);
      try {
        storage.tree().place(staged, storage.at(to));
      } catch (IOException e) {
        staged.close();
        storage.state().recount();
        throw e;
      }
    } finally {
      storage.state().mutex.unlock();
    }
    storage.syncFolder(to.parent());
    return true;
  }

  private void placeCopy(Staged copy, TreePath to, Optional<Kept> kept) throws IOException {
    try {
      storage.tree().place(copy, storage.at(to));
      storage.locks().foreign().replaced(storage.home().id(), storage.key(to));
    } catch (IOException e) {
      if (kept.isPresent()) {
        storage.keeping().undo(kept.get());
      }
      throw e;
    }
  }

  private Optional<Staged> moveOver(TreePath from, TreePath to, Optional<Kept> kept)
      throws IOException {
    try {
      return storage.tree().move(storage.at(from), storage.at(to), kept.map(Kept::id));
    } catch (IOException e) {
      if (kept.isPresent()) {
        storage.keeping().undo(kept.get());
      }
      throw e;
    }
  }

  private Optional<Kept> beginReplaced(TreePath to, Optional<Node> target, Optional<TreePath> via)
      throws IOException {
    return target.isEmpty()
        ? Optional.empty()
        : storage
            .keeping()
            .begin(!target.get().isFolder(), to, target.get(), bytes(to, target.get()), via);
  }

  /** What left the tree is kept, or is deleted now. */
  private void settle(Optional<Kept> kept, Optional<Staged> gone, Optional<Node> node)
      throws IOException {
    if (kept.isPresent()) {
      storage.keeping().done(kept.get());
    } else if (gone.isPresent() && node.isPresent()) {
      gone.get().close();
      if (node.get().isFolder()) {
        storage.state().recount();
      } else {
        storage.state().release(node.get().size());
      }
    }
  }

  private Optional<Node> checkMove(TreePath from, TreePath to, boolean mayOverwrite, Guard guard)
      throws IOException {
    storage.requireWritable();
    Set<String> tokens = guard.admit(Optional.of(storage.require(from)));
    storage.requireUnlocked(from, true, true, tokens);
    return checkTarget(storage, from, to, mayOverwrite, tokens);
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
    storage.requireWritable();
    HomeStorage.requireNotRoot(to);
    TreePath whole = source.at(from);
    if (source.home().id().equals(storage.home().id())
        && (storage.at(to).isWithin(whole) || whole.isWithin(storage.at(to)))) {
      throw new DavException(403, to + ": want another place than " + from);
    }
    Optional<Node> target = storage.stat(to);
    if (target.isPresent() && !mayOverwrite) {
      throw new DavException(412, to + " exists already and was not to be replaced");
    }
    storage.tree().requireFolder(storage.at(to).parent());
    storage.requireUnlocked(to, true, target.isEmpty(), tokens);
    return target;
  }

  /** Locks stay with addresses (RFC 4918 §7): none goes along, those on the target's root stay. */
  private void finishMove(TreePath from, TreePath to, Optional<Intent> intent) {
    intent.ifPresent(storage.properties()::finish);
    storage.locks().dropTree(storage.home().id(), storage.key(to), true);
    storage.locks().foreign().replaced(storage.home().id(), storage.key(to));
    storage.locks().dropTree(storage.home().id(), storage.key(from), false);
    storage.tellMoved(from, to);
  }
}
