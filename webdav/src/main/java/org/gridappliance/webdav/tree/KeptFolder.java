package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;

/**
 * The folder beside a home in which lies what was deleted or overwritten, each thing under an id.
 * Valid while its tree is open; owned by the same thread.
 */
public record KeptFolder(HomeTree tree) {
  /** Takes a file or a whole folder out of the tree at once, to be kept under an id. */
  public void keep(TreePath path, String id) throws IOException {
    try (Fd parent = tree.folder(path.parent())) {
      parent.rename(
          Fd.bytes(HomeTree.stored(parent, path.name())),
          tree.kept(),
          Fd.bytes(id),
          LibC.RENAME_NOREPLACE);
    }
  }

  /** Keeps what lies in the spool under a name of its own. */
  public void keepSpooled(String name, String id) throws IOException {
    tree.spool().rename(Fd.bytes(name), tree.kept(), Fd.bytes(id), LibC.RENAME_NOREPLACE);
  }

  /** Keeps what was taken out of the tree. */
  public void keep(Staged gone, String id) throws IOException {
    tree.spool().rename(gone.name(), tree.kept(), Fd.bytes(id), LibC.RENAME_NOREPLACE);
    gone.markPlaced();
  }

  /** Opens a kept file. */
  public OpenFile read(String id) throws IOException {
    try (Fd file = tree.kept().open(id, LibC.O_RDONLY, 0)) {
      return new OpenFile(file.stat(), file.channel(StandardOpenOption.READ));
    }
  }

  /**
   * Puts something kept back into the tree.
   *
   * @throws TreeException EXISTS, NO_PARENT
   */
  public void putBack(String id, TreePath path) throws IOException {
    try (Fd parent = tree.parentOf(path.parent())) {
      tree.kept()
          .rename(
              Fd.bytes(id),
              parent,
              Fd.bytes(HomeTree.stored(parent, path.name())),
              LibC.RENAME_NOREPLACE);
    }
  }

  /** Deletes something kept, if it is there. */
  public void remove(String id) throws IOException {
    Staged.remove(tree.kept(), Fd.bytes(id), 0);
  }

  /** {@return what is kept, by id} */
  public Map<String, Node> all() throws IOException {
    return HomeTree.things(tree.kept());
  }

  /** Makes the names of kept things durable. */
  public void sync() throws IOException {
    tree.kept().sync();
  }
}
