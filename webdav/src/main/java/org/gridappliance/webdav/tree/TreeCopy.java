package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.gridappliance.webdav.tree.TreeException.Reason;

/** A copy of a file, or of a folder and what it holds. Each file and folder is made durable. */
public final class TreeCopy {
  /** How deep a tree may be for COPY and DELETE: each level holds two descriptors. */
  static final int MAX_DEPTH = 200;

  /** Is told what is about to be used. */
  public interface Charge {
    /**
     * Takes the bytes into account.
     *
     * @throws TreeException FULL when they are too many
     */
    void take(long bytes) throws IOException;
  }

  private final Charge charge;
  private final boolean whole;

  TreeCopy(Charge charge, boolean whole) {
    this.charge = charge;
    this.whole = whole;
  }

  void copy(Fd from, byte[] name, Fd to, byte[] newName) throws IOException {
    Optional<Node> node = from.stat(name);
    if (node.isEmpty()) {
      throw new TreeException(Reason.NOT_FOUND, "there is no \"" + FolderReader.text(name) + "\"");
    }
    copy(from, name, node.get(), to, newName, 0);
  }

  private void copy(Fd from, byte[] name, Node node, Fd to, byte[] newName, int depth)
      throws IOException {
    if (!node.isFolder()) {
      copyFile(from, name, node, to, newName);
      return;
    }
    if (depth > MAX_DEPTH) {
      throw new TreeException(Reason.TOO_LONG, "the tree is deeper than " + MAX_DEPTH + " folders");
    }
    to.makeFolder(newName, 0755);
    if (!whole) {
      return;
    }
    try (Fd source = from.open(name, Fd.FOLDER, 0);
        Fd target = to.open(newName, Fd.FOLDER, 0);
        FolderReader reader = new FolderReader(source)) {
      for (byte[] raw = reader.next(); raw != null; raw = reader.next()) {
        Optional<Node> inner = served(source, raw);
        if (inner.isPresent()) {
          copy(source, raw, inner.get(), target, raw, depth + 1);
        }
      }
      target.sync();
    }
  }

  private static Optional<Node> served(Fd folder, byte[] name) throws IOException {
    try {
      return folder.stat(name);
    } catch (TreeException e) {
      if (e.reason() == Reason.REFUSED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void copyFile(Fd from, byte[] name, Node node, Fd to, byte[] newName) throws IOException {
    charge.take(node.size());
    try (Fd source = from.open(name, LibC.O_RDONLY, 0);
        FileChannel bytes = source.channel(StandardOpenOption.READ);
        Upload copy = new Upload(to, newName)) {
      if (source.stat().isFolder()) {
        throw new TreeException(
            Reason.IS_FOLDER, "\"" + FolderReader.text(name) + "\" became a folder meanwhile");
      }
      copy.copyFrom(bytes);
      copy.file().chmod(node.mode());
      copy.sync();
      copy.markPlaced();
    }
  }
}
