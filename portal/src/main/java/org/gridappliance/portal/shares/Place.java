package org.gridappliance.portal.shares;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.webdav.Guard;
import org.gridappliance.webdav.HomeStorage;
import org.gridappliance.webdav.Writing;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/**
 * A home, or what is shared of one, with what may be done there. Paths are relative to it: nobody
 * who holds a place can name anything outside. Owned by one thread; blocks.
 */
public final class Place implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int NAMES_TRIED = 1000;

  private final HomeStorage home;
  private final String owner;
  private final TreePath base;
  private final Share.Rights rights;

  /**
   * Holds a view of a home.
   *
   * @param home closed with the place
   * @param base the view's root in the owner's home
   */
  Place(HomeStorage home, String owner, TreePath base, Share.Rights rights) {
    this.home = home;
    this.owner = owner;
    this.base = base;
    this.rights = rights;
  }

  /** {@return whose files these are} */
  public String owner() {
    return owner;
  }

  /** {@return the path in the owner's home} */
  public TreePath absolute(TreePath path) {
    TreePath at = base;
    for (String name : path.names()) {
      at = at.child(name);
    }
    return at;
  }

  /** {@return what has the path; empty when nothing has} */
  public Optional<Node> stat(TreePath path) throws IOException {
    return home.stat(path);
  }

  /** {@return what has the path}; a problem 404 else */
  public Node require(TreePath path) throws IOException {
    return stat(path).orElseThrow(() -> Problem.notFound(path.toString()));
  }

  /** Tells the visitor every file and folder of a folder, in no order. */
  public void list(TreePath path, HomeTree.Visitor visitor) throws IOException {
    requireReading();
    home.list(path, visitor);
  }

  /** Opens a file; close its channel. */
  public HomeTree.OpenFile read(TreePath path) throws IOException {
    requireReading();
    return home.read(path);
  }

  /** Makes one folder, which must not be there. */
  public void makeFolder(TreePath path) throws IOException {
    requireWriting();
    home.makeFolder(path, Guard.NONE);
  }

  /** Makes a folder and those above it where they are missing. */
  public void makeFolders(TreePath path) throws IOException {
    requireAdding();
    TreePath at = TreePath.ROOT;
    for (String name : path.names()) {
      at = at.child(name);
      Optional<Node> node = stat(at);
      if (node.isEmpty()) {
        try {
          home.makeFolder(at, Guard.NONE);
        } catch (TreeException e) {
          if (e.reason() != TreeException.Reason.EXISTS) { // made by another upload meanwhile
            throw e;
          }
        }
      } else if (!node.get().isFolder()) {
        throw Problem.conflict(at + " is a file, and a folder of that name is needed; rename it");
      }
    }
  }

  /** {@return the path, or the same with a number before its ending, so that nothing has it} */
  public TreePath freeName(TreePath path) throws IOException {
    if (stat(path).isEmpty()) {
      return path;
    }
    String name = path.name();
    int dot = name.endsWith(".tar.gz") ? name.length() - 7 : name.lastIndexOf('.');
    String stem = dot > 0 ? name.substring(0, dot) : name;
    String end = dot > 0 ? name.substring(dot) : "";
    for (int n = 2; n < NAMES_TRIED; n++) {
      TreePath free = path.parent().child(stem + "-" + n + end);
      if (stat(free).isEmpty()) {
        return free;
      }
    }
    throw Problem.conflict(path + " exists " + NAMES_TRIED + " times; choose another name");
  }

  /** Renames within this place. */
  public void move(TreePath from, TreePath to, boolean mayOverwrite) throws IOException {
    requireWriting();
    boolean _ = home.move(from, to, mayOverwrite, Guard.NONE);
  }

  /** Deletes a file or a whole folder. */
  public void delete(TreePath path) throws IOException {
    requireWriting();
    home.delete(path, Guard.NONE);
  }

  /** Refuses with 507 what has no room. */
  public void requireRoom(long bytes) throws IOException {
    long room = home.availableBytes();
    if (bytes > room) {
      throw new Problem(
          507,
          "No room",
          bytes
              + " bytes are needed and "
              + room
              + " are left in the files of "
              + owner
              + "; delete something, or empty the trash");
    }
  }

  /** A new file; it is seen once it is finished. */
  public Writing write(TreePath path, long announcedBytes) throws IOException {
    requireAdding();
    return home.put(path, announcedBytes, Guard.NONE);
  }

  /** A new file under the conditions of a request's headers, such as If-Match. */
  public Writing write(TreePath path, HttpServerRequest conditions) throws IOException {
    requireAdding();
    return home.put(path, 0, Guard.of(conditions));
  }

  /**
   * Copies a file that lies outside to a path of this place.
   *
   * @param replace else it gets a free name when something has the path
   * @return where it is now
   */
  public TreePath take(Path file, TreePath path, boolean replace) throws IOException {
    requireAdding();
    makeFolders(path.parent());
    TreePath target = replace && mayWrite() ? path : freeName(path);
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ);
        Writing writing = write(target, in.size())) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (in.read(buffer) >= 0) {
        writing.write(buffer.flip());
        buffer.clear();
      }
      var _ = writing.finish();
    }
    return target;
  }

  public boolean mayRead() {
    return rights != Share.Rights.UPLOAD;
  }

  public boolean mayWrite() {
    return rights == Share.Rights.WRITE;
  }

  private void requireReading() {
    if (!mayRead()) {
      throw Problem.forbidden("this is a drop box: files can be added, not read");
    }
  }

  /** Refuses with 403 who may not change what is here. */
  public void requireWriting() {
    if (!mayWrite()) {
      throw Problem.forbidden("this is shared for reading; ask " + owner + " for more rights");
    }
  }

  /** Refuses with 403 who may not add files. */
  public void requireAdding() {
    if (mayRead()) {
      requireWriting();
    }
  }

  @Override
  public void close() {
    home.close();
  }
}
