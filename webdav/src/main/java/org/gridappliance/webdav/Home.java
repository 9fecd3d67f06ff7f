package org.gridappliance.webdav;

import java.nio.file.Path;
import org.gridappliance.webdav.tree.TreePath;

/**
 * Whose files a request is about, and which of them: a whole home, or a view onto a part of one.
 *
 * @param id of the home, at most 64 characters; locks, properties and quota are kept under it,
 *     whoever looks at it
 * @param folder the home
 * @param spool a folder on the same file system outside the home, for files on their way
 * @param kept another such folder, for versions and trash
 * @param last another such folder, for files as they were when last looked at; made when absent
 * @param quotaBytes how much the home may hold; {@link Long#MAX_VALUE} for no limit
 * @param principal who asks, at most 64 characters; a lock is used by who made it
 * @param root the file or folder of the home that is seen as its root
 * @param isWritable false: every change is refused
 */
public record Home(
    String id,
    Path folder,
    Path spool,
    Path kept,
    Path last,
    long quotaBytes,
    String principal,
    TreePath root,
    boolean isWritable) {

  /** A person's own whole home; {@code last} lies beside {@code kept}. */
  public Home(String id, Path folder, Path spool, Path kept, long quotaBytes, String principal) {
    this(
        id,
        folder,
        spool,
        kept,
        kept.resolveSibling("last"),
        quotaBytes,
        principal,
        TreePath.ROOT,
        true);
  }

  /**
   * {@return what somebody else sees of this home: {@code root} and what lies beneath}
   *
   * @param root from this home's own root
   */
  public Home view(TreePath root, boolean isWritable, String principal) {
    return new Home(
        id,
        folder,
        spool,
        kept,
        last,
        quotaBytes,
        principal,
        this.root.resolve(root),
        this.isWritable && isWritable);
  }
}
