package org.gridappliance.webdav;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gridappliance.webdav.tree.TreePath;

/**
 * What the addresses beneath a mount mean to one caller: his own home, and in it the folder {@value
 * #SHARED}, which lists what others share with him and cannot be changed. It is seen when there is
 * something in it; its name is never free for a file of his own.
 */
final class Addresses {
  /** The name of the folder of what is shared. */
  static final String SHARED = "Shared with me";

  private final String mount;
  private final Home own;
  private final Source source;
  private Optional<List<Shared>> shares = Optional.empty();

  /** Tells what is shared with the caller. */
  interface Source {
    List<Shared> get() throws IOException;
  }

  Addresses(String mount, Home own, Source source) {
    this.mount = mount;
    this.own = own;
    this.source = source;
  }

  /** Where an address leads. */
  sealed interface Place {}

  /**
   * A resource of a home or of a view.
   *
   * @param mount the address of its root, without a slash at the end
   * @param name of the root; empty for the caller's own home
   */
  record In(Home home, String mount, String name, TreePath path) implements Place {}

  /** The folder of what is shared. */
  record SharedFolder() implements Place {}

  /**
   * {@return where a path beneath the mount leads}
   *
   * @throws DavException 404 when nothing of that name is shared with the caller
   */
  Place resolve(TreePath path) throws IOException {
    if (!isShared(path)) {
      return new In(own, mount, "", path);
    }
    if (path.names().size() == 1) {
      if (shares().isEmpty()) {
        throw new DavException(404, "nothing is shared with you");
      }
      return new SharedFolder();
    }
    for (Shared shared : shares()) {
      if (shared.name().equals(path.names().get(1))) {
        TreePath root = new TreePath(path.names().subList(0, 2));
        return in(shared, path.beneath(root));
      }
    }
    throw new DavException(404, "there is no " + path + ", or it is no longer shared with you");
  }

  /** {@return whether the path is the folder of what is shared, or lies in it} */
  static boolean isShared(TreePath path) {
    return !path.isRoot() && path.names().getFirst().equals(SHARED);
  }

  /** {@return the roots of what is shared, in the order told} */
  List<In> roots() throws IOException {
    List<In> roots = new ArrayList<>();
    for (Shared shared : shares()) {
      roots.add(in(shared, TreePath.ROOT));
    }
    return roots;
  }

  private In in(Shared shared, TreePath path) {
    String root = mount + TreePath.ROOT.child(SHARED).child(shared.name()).encoded();
    return new In(shared.view(), root, shared.name(), path);
  }

  private List<Shared> shares() throws IOException {
    if (shares.isEmpty()) {
      shares = Optional.of(source.get());
    }
    return shares.get();
  }
}
