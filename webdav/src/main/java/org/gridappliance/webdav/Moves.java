package org.gridappliance.webdav;

import org.gridappliance.webdav.round.Sight;
import org.gridappliance.webdav.tree.TreePath;

/** Is told of what was moved within a home, whichever door it came by. Called by any thread. */
@FunctionalInterface
public interface Moves {
  /** Nobody wants to know. */
  Moves NONE = (home, from, to) -> {};

  /**
   * Something has another path now; under the home's mutex.
   *
   * @param home the id of the home
   * @param from in the home itself
   * @param to in the home itself
   */
  void moved(String home, TreePath from, TreePath to);

  /**
   * A home was looked through, and may have been changed by another program, or by a MOVE in whose
   * midst this one was killed.
   *
   * @param home the id of the home
   */
  default void seen(String home, Sight sight) {}
}
