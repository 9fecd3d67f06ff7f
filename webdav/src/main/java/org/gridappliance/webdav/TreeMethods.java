package org.gridappliance.webdav;

import java.io.IOException;
import org.gridappliance.webdav.Exchange.Depth;
import org.gridappliance.webdav.tree.TreePath;

/**
 * MKCOL, DELETE, COPY and MOVE. Each happens at once for whoever looks at the tree: a copy is made
 * in the spool and renamed into place, what is deleted is renamed out of the tree first. So there
 * is never a Multi-Status of things half done.
 */
final class TreeMethods {
  private TreeMethods() {}

  static void makeCollection(Exchange x) throws IOException {
    if (x.body().next().isPresent()) {
      throw new DavException(415, "MKCOL: want no body");
    }
    x.storage().makeFolder(x.path(), x.guard());
    x.answer(201);
  }

  static void delete(Exchange x) throws IOException {
    if (x.depth(Depth.INFINITY) != Depth.INFINITY && x.node().isFolder()) {
      throw new DavException(400, "Depth: DELETE of a folder is infinity");
    }
    x.storage().delete(x.path(), x.guard());
    x.answer(204);
  }

  static void copyOrMove(Exchange x, boolean isMove) throws IOException {
    TreePath to = x.destination();
    boolean mayOverwrite = x.mayOverwrite();
    Depth depth = x.depth(Depth.INFINITY);
    if (depth == Depth.ONE || (isMove && depth == Depth.ZERO && x.node().isFolder())) {
      throw new DavException(400, "Depth: want infinity, or 0 for COPY");
    }
    boolean isNew =
        isMove
            ? x.storage().move(x.path(), to, mayOverwrite, x.guard())
            : x.storage().copy(x.path(), to, mayOverwrite, depth == Depth.INFINITY, x.guard());
    x.answer(isNew ? 201 : 204);
  }
}
