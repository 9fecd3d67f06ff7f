package org.gridappliance.webdav;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.gridappliance.webdav.history.Kept;
import org.gridappliance.webdav.round.Seen;
import org.gridappliance.webdav.round.Seen.Identity;
import org.gridappliance.webdav.tree.Node;

/**
 * What went to versions or trash by a door of ours, or was removed from there: a round must not
 * keep it once more. Owned by one thread.
 */
final class Dealt {
  private final Map<String, String> versions = new HashMap<>(); // the path's key by etag
  private final Set<Identity> files = new HashSet<>();
  private final Set<Long> folders = new HashSet<>();
  private final Set<String> trashed = new HashSet<>(); // the keys of paths

  void add(Kept kept) {
    if (kept.isVersion()) {
      versions.put(kept.etag(), kept.key());
      return;
    }
    trashed.add(kept.key());
    if (kept.isFolder()) {
      folders.add(kept.inode());
    } else {
      files.add(new Identity(kept.inode(), Node.born(kept.etag())));
    }
  }

  /** {@return whether a file's content is a version already} */
  boolean isVersion(Seen file) {
    return versions.containsKey(file.node().etag());
  }

  /**
   * {@return whether a file, or a folder with all that is in it, went to the trash, or to versions
   * that can be reached} Those of a path that is gone without a trace cannot.
   */
  boolean isGone(Seen seen) {
    if (seen.isFolder()) {
      return folders.contains(seen.inode());
    }
    String of = versions.get(seen.node().etag());
    return files.contains(seen.identity())
        || (of != null && (!of.equals(seen.key()) || trashed.contains(of)));
  }
}
