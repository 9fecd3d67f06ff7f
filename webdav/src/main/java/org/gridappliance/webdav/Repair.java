package org.gridappliance.webdav;

import java.io.IOException;
import java.util.Optional;
import org.gridappliance.webdav.history.History;
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.property.PropertyStore;
import org.gridappliance.webdav.property.PropertyStore.Intent;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/**
 * Makes the database agree with the tree after a crash: finishes or abandons what was under way, by
 * the inode the target has; forgets properties and locks of what is not there; finds what was to be
 * kept. Nothing else in the tree changes.
 */
record Repair(LockTable locks, PropertyStore properties, History history) {
  /** What was done, in numbers of things. */
  record Done(
      int finished, int abandoned, int properties, int locks, History.Repairs kept, int spool) {
    boolean isNone() {
      return finished
              + abandoned
              + properties
              + locks
              + kept.recovered()
              + kept.forgotten()
              + kept.removed()
              + spool
          == 0;
    }
  }

  /** Runs under the home's mutex, before anything else uses the home. */
  Done run(String home, HomeTree tree) throws IOException {
    int finished = 0;
    int abandoned = 0;
    for (Intent intent : properties.unfinished(home)) {
      Optional<Node> target = quietStat(tree, TreePath.ofKey(intent.target()));
      if (target.isPresent() && target.get().inode() == intent.inode()) {
        properties.finish(intent);
        finished++;
      } else {
        properties.abandon(intent);
        abandoned++;
      }
    }
    int lost = 0;
    for (String key : properties.keys(home)) {
      if (quietStat(tree, TreePath.ofKey(key)).isEmpty()) {
        properties.dropTree(home, key);
        lost++;
      }
    }
    int unlocked = 0;
    for (String key : locks.roots(home)) {
      if (quietStat(tree, TreePath.ofKey(key)).isEmpty()) {
        locks.dropTree(home, key, false);
        unlocked++;
      }
    }
    History.Repairs kept = history.repair(home, tree); // may find something in the spool
    return new Done(finished, abandoned, lost, unlocked, kept, tree.clearSpool());
  }

  private static Optional<Node> quietStat(HomeTree tree, TreePath path) throws IOException {
    try {
      return tree.stat(path);
    } catch (TreeException e) {
      return Optional.empty();
    }
  }
}
