package org.gridappliance.webdav.history;

import java.time.Instant;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;

/**
 * One thing that was deleted or overwritten.
 *
 * @param id a UUID; also its file's name in the folder of kept things
 * @param isVersion overwritten, else deleted
 * @param key the path it had, as {@link TreePath#key}
 * @param bytes of a folder, all beneath
 * @param savedAt when it was deleted or overwritten
 * @param etag of the file, empty for a folder
 * @param inode by which a crash's remains are known
 * @param via the key under which a MOVE puts it for a moment, else empty
 */
public record Kept(
    String id,
    boolean isVersion,
    String key,
    boolean isFolder,
    long bytes,
    Instant savedAt,
    String etag,
    long inode,
    String via) {

  /** {@return when a file was last written; when it was saved, for a folder} */
  public Instant modifiedAt() {
    return etag.isEmpty() ? savedAt : Node.modified(etag);
  }

  /** {@return the path it had} */
  public TreePath path() {
    return TreePath.ofKey(key);
  }
}
