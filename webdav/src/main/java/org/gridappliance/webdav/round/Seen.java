package org.gridappliance.webdav.round;

import java.time.Instant;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;

/**
 * One file or folder as a round saw it.
 *
 * @param key its path, as {@link TreePath#key}
 * @param inode of the file system
 * @param born nanoseconds since 1970; with the inode it tells which file this is, wherever it is
 * @param size bytes; 0 for a folder
 * @param modified nanoseconds since 1970; 0 for a folder, whose entries tell more
 * @param mode permission bits
 */
public record Seen(
    String key, boolean isFolder, long inode, long born, long size, long modified, int mode) {

  /** {@return what has this path} */
  public static Seen of(String key, Node node) {
    return new Seen(
        key,
        node.isFolder(),
        node.inode(),
        nanos(node.created()),
        node.size(),
        node.isFolder() ? 0 : nanos(node.modified()),
        node.mode());
  }

  /** Which file or folder something is, wherever it is. */
  public record Identity(long inode, long born) {}

  /** {@return which one it is} */
  public Identity identity() {
    return new Identity(inode, born);
  }

  /** {@return whether this is that thing at that path} */
  public boolean isAs(String key, Identity identity) {
    return this.key.equals(key) && identity().equals(identity);
  }

  /** {@return the name of this file with this content; another content has another} */
  public String state() {
    return Long.toHexString(inode)
        + "-"
        + Long.toHexString(size)
        + "-"
        + Long.toHexString(modified)
        + "-"
        + Long.toHexString(born);
  }

  /** {@return as it was then} */
  public Node node() {
    return new Node(isFolder, size, Node.instant(modified), Node.instant(born), inode, mode);
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }
}
