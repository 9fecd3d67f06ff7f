package org.gridappliance.portal.uploads;

import org.gridappliance.webdav.tree.TreePath;

/**
 * An upload as it was announced; its offset is the length of its file.
 *
 * @param id 43 random letters, a secret of whoever uploads
 * @param by who uploads, as {@code account ada} or {@code link 17}
 * @param share the id of what is shared, when it goes there; 0 for the uploader's own home
 * @param path in that place, percent-encoded
 * @param replace whether it may take the place of a file; else it gets a free name
 * @param modified what the client said of the file's last change, so that it knows the file again
 * @param length bytes of the whole
 * @param createdMillis since 1970
 * @param placed whether it is in the tree already; kept for a client that missed the answer
 */
record OpenUpload(
    String id,
    String by,
    long share,
    String path,
    boolean replace,
    String modified,
    long length,
    long createdMillis,
    boolean placed) {

  OpenUpload asPlaced() {
    return new OpenUpload(id, by, share, path, replace, modified, length, createdMillis, true);
  }

  TreePath treePath() {
    try {
      return TreePath.parse(path);
    } catch (org.gridappliance.webdav.tree.TreeException e) {
      throw new IllegalStateException("upload " + id + " has a path that was checked: " + path, e);
    }
  }
}
