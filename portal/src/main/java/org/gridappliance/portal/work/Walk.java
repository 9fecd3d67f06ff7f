package org.gridappliance.portal.work;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.shares.Place;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreePath;

/** Visits a file, or a folder and all beneath it, a folder before what it holds, by name. */
final class Walk {
  /** A walk sees at most so many files and folders. */
  static final int MOST = 200_000;

  /** As deep as a tree may be. */
  private static final int DEEPEST = 128;

  private final Place place;
  private final Visitor visitor;
  private int seen;

  /** Told of each file and folder. */
  @FunctionalInterface
  interface Visitor {
    void visit(TreePath path, Node node) throws IOException;
  }

  private record Child(String name, Node node) {}

  private Walk(Place place, Visitor visitor) {
    this.place = place;
    this.visitor = visitor;
  }

  /**
   * Walks.
   *
   * @throws Problem 404 when nothing has the path, 409 when there is too much
   */
  static void over(Place place, TreePath path, Visitor visitor) throws IOException {
    new Walk(place, visitor).visit(path, place.require(path), 0);
  }

  private void visit(TreePath path, Node node, int depth) throws IOException {
    if (++seen > MOST || depth > DEEPEST) {
      throw Problem.conflict(
          path
              + " holds more than "
              + MOST
              + " entries or "
              + DEEPEST
              + " nested folders; choose smaller parts of it");
    }
    visitor.visit(path, node);
    if (!node.isFolder()) {
      return;
    }
    List<Child> children = new ArrayList<>();
    place.list(
        path,
        (name, child) -> {
          if (children.size() < MOST) {
            children.add(new Child(name, child));
          }
        });
    children.sort(Comparator.comparing(Child::name));
    for (Child child : children) {
      visit(path.child(child.name()), child.node(), depth + 1);
    }
  }

  /** Adds what lies at some paths to the totals. */
  static void measure(Place place, List<TreePath> paths, Progress progress) throws IOException {
    for (TreePath path : paths) {
      over(
          place,
          path,
          (at, node) -> {
            progress.totalEntries.incrementAndGet();
            progress.totalBytes.addAndGet(node.size());
            progress.bytes(0);
          });
    }
  }
}
