package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.util.Optional;
import org.gridappliance.webdav.tree.TreeException.Reason;

/**
 * A file or folder in the spool: taken out of the tree, replaced by something, or not yet in it.
 * {@link #close} deletes it, which may take long for a large folder. Valid while its tree is open.
 */
public final class Staged implements AutoCloseable {
  private final HomeTree tree;
  private final Fd spool;
  private final byte[] name;
  private boolean placed;

  Staged(HomeTree tree, Fd spool, byte[] name) {
    this.tree = tree;
    this.spool = spool;
    this.name = name;
  }

  /** {@return the inode, by which it is known again after it has been placed} */
  public long inode() throws IOException {
    return spool.stat(name).map(Node::inode).orElse(0L);
  }

  /** {@return what it is} */
  public Node node() throws IOException {
    return spool
        .stat(name)
        .orElseThrow(() -> new TreeException(Reason.NOT_FOUND, "it left the spool"));
  }

  /** {@return the tree it belongs to} */
  public HomeTree tree() {
    return tree;
  }

  byte[] name() {
    return name;
  }

  void markPlaced() {
    placed = true;
  }

  @Override
  public void close() throws IOException {
    if (!placed) {
      placed = true;
      remove(spool, name, 0);
    }
  }

  /** Deletes what has the name and everything beneath it; follows nothing. */
  static void remove(Fd folder, byte[] name, int depth) throws IOException {
    if (!isFolder(folder, name)) {
      folder.removeQuietly(name);
      return;
    }
    if (depth > TreeCopy.MAX_DEPTH) {
      throw new TreeException(
          Reason.TOO_LONG, "the tree is deeper than " + TreeCopy.MAX_DEPTH + " folders");
    }
    try (Fd inner = folder.open(name, Fd.FOLDER, 0);
        FolderReader reader = new FolderReader(inner)) {
      for (byte[] raw = reader.next(); raw != null; raw = reader.next()) {
        remove(inner, raw, depth + 1);
      }
    }
    folder.remove(name, true);
  }

  private static boolean isFolder(Fd folder, byte[] name) throws IOException {
    try {
      Optional<Node> node = folder.stat(name);
      return node.isPresent() && node.get().isFolder();
    } catch (TreeException e) {
      if (e.reason() == Reason.REFUSED) {
        return false;
      }
      throw e;
    }
  }
}
