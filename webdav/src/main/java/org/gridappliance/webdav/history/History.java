package org.gridappliance.webdav.history;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.gridappliance.webdav.commit.Commits;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;
import org.jspecify.annotations.Nullable;

/**
 * Versions and trash of all homes. Keeping is two steps: {@link #begin} writes the row, then the
 * caller moves or links the thing to {@code KEPT/<id>} while it makes its change. A crash between
 * them is mended by {@link #repair}. Forgetting is the other way round: row, then file. Safe for
 * all threads; what concerns one home is called under that home's mutex where said so.
 */
public final class History {
  private final KeptStore store;
  private final InstantSource clock;
  private final Retention retention;

  /** Uses the schema {@code webdav}. */
  public History(Commits commits, InstantSource clock, Retention retention) {
    this.store = new KeptStore(commits);
    this.clock = clock;
    this.retention = retention;
  }

  /** {@return the rule} */
  public Retention retention() {
    return retention;
  }

  /** {@return when something goes at the latest} */
  public Instant expires(Kept kept) {
    return kept.savedAt().plus(Duration.ofDays(retention.days()));
  }

  /**
   * Writes down that something is about to be kept.
   *
   * @param isVersion it is overwritten, else deleted
   * @param bytes of a folder, all beneath
   * @param via where a MOVE puts it for a moment
   * @return empty when it is not worth keeping: programs' own litter, a version without bytes, or
   *     nothing is kept here
   */
  public Optional<Kept> begin(
      String home,
      boolean isVersion,
      TreePath path,
      Node node,
      long bytes,
      Optional<TreePath> via) {
    if (retention.days() == 0
        || (isVersion && (bytes == 0 || retention.versions() == 0))
        || isLitter(path.name())) {
      return Optional.empty();
    }
    Kept kept =
        new Kept(
            UUID.randomUUID().toString(),
            isVersion,
            path.key(),
            node.isFolder(),
            bytes,
            clock.instant(),
            node.isFolder() ? "" : node.etag(),
            node.inode(),
            via.map(TreePath::key).orElse(""));
    store.insert(home, kept);
    return Optional.of(kept);
  }

  /** What Finder, Office and LibreOffice make and delete all the time. */
  private static boolean isLitter(String name) {
    return name.startsWith("._")
        || name.equals(".DS_Store")
        || name.startsWith("~$")
        || name.startsWith(".~lock.");
  }

  /** The thing was not moved after all. */
  public void abandon(String home, Kept kept) {
    store.delete(home, List.of(kept.id()));
  }

  /** {@return what was deleted, the latest first} */
  public List<Kept> trash(String home) {
    return store.trash(home);
  }

  /** {@return the versions of one file, the latest first} */
  public List<Kept> versions(String home, TreePath path) {
    return store.versions(home, path.key());
  }

  /** {@return all that is kept, the oldest first} */
  public List<Kept> all(String home) {
    return store.all(home);
  }

  /** {@return one of them} */
  public Optional<Kept> find(String home, String id) {
    return store.find(home, id);
  }

  /** {@return the versions of one file that are too many} */
  public List<Kept> surplus(String home, TreePath path) {
    List<Kept> versions = versions(home, path);
    return versions.size() <= retention.versions()
        ? List.of()
        : versions.subList(retention.versions(), versions.size());
  }

  /** {@return whether a file became a version within this time} */
  public boolean hasRecent(String home, TreePath path, Duration time) {
    return versions(home, path).stream()
        .anyMatch(kept -> kept.savedAt().isAfter(clock.instant().minus(time)));
  }

  /** {@return what is too old} */
  public List<Kept> expired(String home) {
    return store.before(home, clock.instant().minus(Duration.ofDays(retention.days())));
  }

  /**
   * {@return the oldest that together have so many bytes, or all}
   *
   * @param but stays
   */
  public List<Kept> oldest(String home, long bytes, Optional<Kept> but) {
    List<Kept> found = new ArrayList<>();
    long sum = 0;
    for (Kept kept : store.all(home)) {
      if (sum >= bytes) {
        break;
      }
      if (but.filter(kept::equals).isEmpty()) {
        found.add(kept);
        sum += kept.bytes();
      }
    }
    return found;
  }

  /** Removes for good. {@return the bytes set free} */
  public long purge(String home, HomeTree tree, List<Kept> gone) throws IOException {
    store.delete(home, gone.stream().map(Kept::id).toList());
    long bytes = 0;
    for (Kept kept : gone) {
      tree.past().remove(kept.id());
      bytes += kept.bytes();
    }
    return bytes;
  }

  /** What {@link #repair} did: things found again, rows without a thing, things without a row. */
  public record Repairs(int recovered, int forgotten, int removed) {}

  /**
   * Makes rows and files agree after a crash. Before the home's first use, under its mutex, and
   * before its spool is cleared.
   */
  public Repairs repair(String home, HomeTree tree) throws IOException {
    Map<String, Node> files = tree.past().all();
    Map<Long, String> spool = new HashMap<>();
    tree.spoolThings().forEach((name, node) -> spool.put(node.inode(), name));
    int recovered = 0;
    List<String> forgotten = new ArrayList<>();
    for (Kept kept : store.all(home)) {
      @Nullable Node file = files.remove(kept.id());
      @Nullable String spooled = file == null ? spool.remove(kept.inode()) : null;
      if (file != null) {
        if (kept.isVersion() && inode(tree, kept.key()) == file.inode()) {
          tree.past().remove(kept.id()); // a second name of what is still there
          forgotten.add(kept.id());
        }
      } else if (spooled != null) {
        tree.past().keepSpooled(spooled, kept.id());
        recovered++;
      } else if (!kept.via().isEmpty() && inode(tree, kept.via()) == kept.inode()) {
        tree.past().keep(TreePath.ofKey(kept.via()), kept.id());
        recovered++;
      } else {
        forgotten.add(kept.id());
      }
    }
    store.delete(home, forgotten);
    for (String orphan : files.keySet()) {
      tree.past().remove(orphan);
    }
    return new Repairs(recovered, forgotten.size(), files.size());
  }

  private static long inode(HomeTree tree, String key) throws IOException {
    try {
      return tree.stat(TreePath.ofKey(key)).map(Node::inode).orElse(0L);
    } catch (TreeException e) {
      return 0; // a link or the like has this path now
    }
  }
}
