package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.util.Optional;
import org.gridappliance.webdav.tree.TreeException.Reason;

/**
 * The place of one file in the tree: the folder that has it or shall have it, opened once, and its
 * name there. All steps go to the same folder, whatever is renamed meanwhile. Owned by one thread;
 * valid while its tree is open.
 */
public final class Slot implements AutoCloseable {
  private final HomeTree tree;
  private final Fd folder;
  private final String name;

  Slot(HomeTree tree, Fd folder, String name) {
    this.tree = tree;
    this.folder = folder;
    this.name = name;
  }

  /**
   * {@return what is there}
   *
   * @throws TreeException REFUSED for links, pipes, sockets and devices
   */
  public Optional<Node> stat() throws IOException {
    return folder.stat(name);
  }

  /** Gives the file that is about to be replaced a second name, under which it stays. */
  public void keepReplaced(String id) throws IOException {
    folder.link(Fd.bytes(name), tree.kept(), Fd.bytes(id));
  }

  /** {@return the file, for reading} */
  Fd open() throws IOException {
    return folder.open(name, LibC.O_RDONLY, 0);
  }

  void linkTo(Fd other, byte[] newName) throws IOException {
    folder.link(Fd.bytes(name), other, newName);
  }

  /**
   * Renames an upload into place, over a file that may be there, keeping that file's permissions.
   * Durable after {@link #sync}.
   *
   * @param before what {@link #stat} told just now
   * @throws TreeException IS_FOLDER, REFUSED
   */
  public void place(Upload upload, Optional<Node> before) throws IOException {
    if (before.isPresent()) {
      if (before.get().isFolder()) {
        throw new TreeException(Reason.IS_FOLDER, "\"" + name + "\" is a folder");
      }
      upload.file().chmod(before.get().mode());
    }
    tree.spool().rename(upload.name(), folder, Fd.bytes(name), 0);
    upload.markPlaced();
  }

  /** Makes the names in the folder durable. */
  public void sync() throws IOException {
    folder.sync();
  }

  @Override
  public void close() {
    folder.close();
  }
}
