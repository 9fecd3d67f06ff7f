package org.gridappliance.webdav;

import java.io.IOException;
import org.gridappliance.webdav.Exchange.Depth;

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

  static void copyOrMove(Exchange x, boolean isMove, String mount, Storage storage)
      throws IOException {
    Addresses.In to = x.destination(mount);
    boolean mayOverwrite = x.mayOverwrite();
    Depth depth = x.depth(Depth.INFINITY);
    if (depth == Depth.ONE || (isMove && depth == Depth.ZERO && x.node().isFolder())) {
      throw new DavException(400, "Depth: want infinity, or 0 for COPY");
    }
    boolean whole = depth == Depth.INFINITY;
    boolean isNew;
    if (!to.mount().equals(x.mount())) {
      isNew = between(x, to, isMove, mayOverwrite, whole, storage);
    } else if (isMove) {
      isNew = x.storage().move(x.path(), to.path(), mayOverwrite, x.guard());
    } else {
      isNew = x.storage().copy(x.path(), to.path(), mayOverwrite, whole, x.guard());
    }
    x.answer(isNew ? 201 : 204);
  }

  /** From one home to another, or between views: a MOVE is a copy, then a deletion. */
  private static boolean between(
      Exchange x,
      Addresses.In to,
      boolean isMove,
      boolean mayOverwrite,
      boolean whole,
      Storage storage)
      throws IOException {
    if (isMove) {
      x.storage().requireDeletable(x.path(), x.guard());
    }
    boolean isNew;
    try (HomeStorage target = storage.open(to.home())) {
      isNew = target.copyFrom(x.storage(), x.path(), to.path(), mayOverwrite, whole, x.guard());
    }
    if (isMove) {
      x.storage().delete(x.path(), x.guard());
    }
    return isNew;
  }
}
