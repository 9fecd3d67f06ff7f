package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.webdav.tree.TreeException.Reason;

/**
 * A folder beside a home that holds its files as they were when last looked at, each under a name
 * of the caller's that stands for one content: a clone where the file system shares blocks, else a
 * copy, else a second name of the file, which costs nothing and keeps what is deleted or replaced
 * but not what is written over in place. Owned by one thread; valid while its tree is open.
 */
public final class LastKnown implements AutoCloseable {
  private static final byte[] FRESH = Fd.bytes("fresh");
  private static final byte[] PROBE = Fd.bytes("probe");

  private final HomeTree tree;
  private final Fd folder;

  /**
   * Opens it.
   *
   * @param folder an existing one on the home's file system, outside the home
   */
  public LastKnown(HomeTree tree, Path folder) throws IOException {
    this.tree = tree;
    this.folder = Fd.ofFolder(folder);
  }

  /** {@return the inodes of what is held, by name; a link has that of its file} */
  public Map<String, Long> all() throws IOException {
    Map<String, Long> found = new HashMap<>();
    HomeTree.things(folder).forEach((name, node) -> found.put(name, node.inode()));
    return found;
  }

  /** {@return whether files can share their blocks here} */
  public boolean canClone() {
    try (Upload one = new Upload(folder, FRESH)) {
      one.write(ByteBuffer.wrap(new byte[] {1}));
      try (Fd source = folder.open(FRESH, LibC.O_RDONLY, 0);
          Upload other = new Upload(folder, PROBE)) {
        return other.file().cloneFrom(source);
      }
    } catch (IOException e) {
      return false; // a full disk, which the next to write tells of
    }
  }

  /**
   * Holds a file as it is, in place of what has the name.
   *
   * @param wanted its node; when it is another by now, nothing is held
   * @param mayCopy whether its blocks may be shared or its bytes copied, else it gets a second name
   * @return whether it is held
   */
  public boolean hold(TreePath path, Node wanted, String name, boolean mayCopy) throws IOException {
    folder.removeQuietly(FRESH);
    try (Slot slot = tree.slot(path)) {
      if (!mayCopy || !copy(slot, wanted)) {
        slot.linkTo(folder, FRESH);
      }
      if (slot.stat().filter(n -> n.etag().equals(wanted.etag())).isPresent()) {
        folder.rename(FRESH, folder, Fd.bytes(name), 0);
        return true;
      }
    } catch (TreeException e) {
      if (e.reason() == Reason.FULL) {
        throw e;
      } // else gone or replaced meanwhile
    }
    folder.removeQuietly(FRESH);
    return false;
  }

  /**
   * {@return false when it is another by now, or cannot be read, which a second name need not be}
   */
  private boolean copy(Slot slot, Node wanted) throws IOException {
    try (Fd source = slot.open();
        Upload copy = new Upload(folder, FRESH)) {
      if (!source.stat().etag().equals(wanted.etag())) { // a pipe that took its place never ends
        return false;
      }
      if (!copy.file().cloneFrom(source)) {
        try (FileChannel bytes = source.channel(StandardOpenOption.READ)) {
          copy.copyFrom(bytes);
        }
      }
      copy.file().chmod(wanted.mode());
      copy.setModified(wanted.modified());
      copy.sync(); // a version must not turn out empty after a power cut
      copy.markPlaced();
      return true;
    } catch (TreeException e) {
      if (e.reason() == Reason.REFUSED) {
        return false;
      }
      throw e;
    }
  }

  /** Lets go of what has the name, if anything. */
  public void drop(String name) throws IOException {
    folder.removeQuietly(Fd.bytes(name));
  }

  /** Puts what is held among the kept things. */
  public void keep(String name, String id) throws IOException {
    folder.rename(Fd.bytes(name), tree.kept(), Fd.bytes(id), LibC.RENAME_NOREPLACE);
  }

  /**
   * One file of a folder that is put together again.
   *
   * @param path beneath that folder
   * @param name under which the file is held
   */
  public record Part(TreePath path, String name) {}

  /** {@return a folder in the spool of those parts that are held; its caller places it} */
  public Staged gather(List<Part> parts) throws IOException {
    Staged staged = tree.newFolder();
    try {
      for (Part part : parts) {
        put(staged, part);
      }
      return staged;
    } catch (IOException e) {
      staged.close();
      throw e;
    }
  }

  private void put(Staged staged, Part part) throws IOException {
    Fd at = tree.spool().open(staged.name(), Fd.FOLDER, 0);
    try {
      for (String name : part.path().parent().names()) {
        if (at.stat(name).isEmpty()) {
          at.makeFolder(Fd.bytes(name), 0755);
        }
        try (Fd above = at) {
          at = above.open(name, Fd.FOLDER, 0);
        }
      }
      folder.rename(Fd.bytes(part.name()), at, Fd.bytes(part.path().name()), LibC.RENAME_NOREPLACE);
    } catch (TreeException e) {
      if (e.reason() != Reason.NOT_FOUND) { // else it was a second name of a part already there
        throw e;
      }
    } finally {
      at.close();
    }
  }

  @Override
  public void close() {
    folder.close();
  }
}
