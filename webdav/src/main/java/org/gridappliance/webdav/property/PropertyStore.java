package org.gridappliance.webdav.property;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.webdav.commit.Commits;
import org.gridappliance.webdav.commit.Commits.Pending;
import org.gridappliance.webdav.tree.TreePath;
import org.jdbi.v3.core.Handle;

/**
 * The tables {@code dav_property} and {@code dav_intent}. Properties belong to a path; MOVE and
 * COPY take them along, in two steps around the rename, so that a crash between them can be
 * repaired: an intent is on disk before the rename, and says by which inode the target is known
 * afterwards. A change has reached the disk when a call returns, or what it returns was awaited.
 * Safe for all threads.
 */
public final class PropertyStore {
  /** The most dead properties of one resource. */
  public static final int MAX_PER_RESOURCE = 200;

  private static final String BENEATH = " home = :home AND path >= :key AND path < :end ";

  /**
   * A MOVE or COPY of which the database may not know the end.
   *
   * @param sourceHome another one for a COPY between homes
   */
  public record Intent(
      long id,
      String sourceHome,
      String home,
      String source,
      String target,
      boolean isMove,
      boolean whole,
      long inode) {}

  private final Commits commits;

  /** Uses the schema {@code webdav}. */
  public PropertyStore(Commits commits) {
    this.commits = commits;
  }

  /** {@return the elements of one resource by name, in no order} */
  public Map<PropertyName, String> of(String home, String key) {
    return commits
        .database()
        .withHandle(
            handle -> {
              Map<PropertyName, String> found = new LinkedHashMap<>();
              handle
                  .createQuery(
                      "SELECT namespace, name, element FROM webdav.dav_property"
                          + " WHERE home = :home AND path = :path")
                  .bind("home", home)
                  .bind("path", key)
                  .map(
                      (row, context) ->
                          Map.entry(
                              new PropertyName(row.getString(1), row.getString(2)),
                              row.getString(3)))
                  .forEach(e -> found.put(e.getKey(), e.getValue()));
              return found;
            });
  }

  /** {@return whether the resource or anything beneath has a property} */
  public boolean hasAny(String home, String key) {
    return commits.database().withHandle(handle -> hasAny(handle, home, key));
  }

  private static boolean hasVersions(Handle handle, String home, String key) {
    return handle
        .createQuery("SELECT 1 FROM webdav.dav_kept WHERE" + BENEATH + "AND is_version LIMIT 1")
        .bind("home", home)
        .bind("key", key)
        .bind("end", TreePath.endKey(key))
        .mapTo(Integer.class)
        .findFirst()
        .isPresent();
  }

  private static boolean hasAny(Handle handle, String home, String key) {
    return handle
        .createQuery("SELECT 1 FROM webdav.dav_property WHERE" + BENEATH + "LIMIT 1")
        .bind("home", home)
        .bind("key", key)
        .bind("end", TreePath.endKey(key))
        .mapTo(Integer.class)
        .findFirst()
        .isPresent();
  }

  /**
   * Sets and removes in the order given, all or none (RFC 4918 §9.2).
   *
   * @param changes an empty value removes
   * @return to be awaited: false, and nothing is changed, when the resource would have too many
   */
  public Pending<Boolean> change(String home, String key, List<Change> changes) {
    Pending<Boolean> written =
        commits.submitUpdate(
            handle -> {
              for (Change change : changes) {
                apply(handle, home, key, change);
              }
              int count =
                  handle
                      .createQuery(
                          "SELECT COUNT(*) FROM webdav.dav_property"
                              + " WHERE home = :home AND path = :path")
                      .bind("home", home)
                      .bind("path", key)
                      .mapTo(Integer.class)
                      .one();
              if (count > MAX_PER_RESOURCE) {
                throw new TooMany();
              }
            });
    return () -> {
      try {
        return written.await();
      } catch (TooMany e) {
        return false;
      }
    };
  }

  /** Rolls a change back. */
  private static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** One property to set to an element, or to remove. */
  public record Change(PropertyName name, Optional<String> element) {}

  private static void apply(Handle handle, String home, String key, Change change) {
    if (change.element().isEmpty()) {
      handle.execute(
          "DELETE FROM webdav.dav_property"
              + " WHERE home = ? AND path = ? AND namespace = ? AND name = ?",
          home,
          key,
          change.name().namespace(),
          change.name().name());
      return;
    }
    handle.execute(
        "MERGE INTO webdav.dav_property (home, path, namespace, name, element)"
            + " KEY (home, path, namespace, name) VALUES (?, ?, ?, ?, ?)",
        home,
        key,
        change.name().namespace(),
        change.name().name(),
        change.element().get());
  }

  /** Forgets the properties of a resource that is no more, and of all beneath. */
  public void dropTree(String home, String key) {
    commits.settle();
    if (hasAny(home, key)) {
      commits.update(handle -> dropTree(handle, home, key));
    }
  }

  private static void dropTree(Handle handle, String home, String key) {
    handle
        .createUpdate("DELETE FROM webdav.dav_property WHERE" + BENEATH)
        .bind("home", home)
        .bind("key", key)
        .bind("end", TreePath.endKey(key))
        .execute();
  }

  /**
   * Writes down that a rename is about to make {@code inode} the target; nothing when neither side
   * has properties, for then there is nothing to repair.
   *
   * @return what {@link #finish} needs
   */
  public Optional<Intent> begin(
      String sourceHome,
      String home,
      String source,
      String target,
      boolean isMove,
      boolean whole,
      long inode) {
    commits.settle(); // properties that a PROPPATCH is setting now go along
    boolean isNeeded =
        commits
            .database()
            .withHandle(
                handle ->
                    hasAny(handle, sourceHome, source)
                        || hasAny(handle, home, target)
                        || (isMove && hasVersions(handle, home, source)));
    if (!isNeeded) {
      return Optional.empty();
    }
    return commits.write(
        handle -> {
          long id =
              handle
                  .createUpdate(
                      "INSERT INTO webdav.dav_intent (source_home, home, source, target, is_move,"
                          + " whole, inode) VALUES (:from, :home, :source, :target, :move,"
                          + " :whole, :inode)")
                  .bind("from", sourceHome)
                  .bind("home", home)
                  .bind("source", source)
                  .bind("target", target)
                  .bind("move", isMove)
                  .bind("whole", whole)
                  .bind("inode", inode)
                  .executeAndReturnGeneratedKeys("id")
                  .mapTo(Long.class)
                  .one();
          return Optional.of(
              new Intent(id, sourceHome, home, source, target, isMove, whole, inode));
        });
  }

  /**
   * The rename was made: the target has the source's properties and no others. Versions of what was
   * moved go along.
   */
  public void finish(Intent intent) {
    commits.update(
        handle -> {
          carry(handle, intent);
          forget(handle, intent);
        });
  }

  /**
   * Lets properties and versions follow what another program moved, if there are any.
   *
   * @return whether there were
   */
  public boolean follow(String home, String source, String target) {
    commits.settle();
    return commits.write(
        handle -> {
          boolean hasSome = hasAny(handle, home, source) || hasVersions(handle, home, source);
          if (hasSome) {
            carry(handle, new Intent(0, home, home, source, target, true, true, 0));
          }
          return hasSome;
        });
  }

  private static void carry(Handle handle, Intent intent) {
    dropTree(handle, intent.home(), intent.target());
    handle
        .createUpdate(
            "INSERT INTO webdav.dav_property (home, path, namespace, name, element)"
                + " SELECT :into, :target || SUBSTRING(path, :skip), namespace, name, element"
                + " FROM webdav.dav_property WHERE"
                + (intent.whole() ? BENEATH : " home = :home AND path = :key AND :end <> ''"))
        .bind("target", intent.target())
        .bind("skip", intent.source().length() + 1)
        .bind("into", intent.home())
        .bind("home", intent.sourceHome())
        .bind("key", intent.source())
        .bind("end", TreePath.endKey(intent.source()))
        .execute();
    if (intent.isMove()) {
      dropTree(handle, intent.home(), intent.source());
      handle
          .createUpdate(
              "UPDATE webdav.dav_kept SET path = :target || SUBSTRING(path, :skip) WHERE"
                  + BENEATH
                  + "AND is_version")
          .bind("target", intent.target())
          .bind("skip", intent.source().length() + 1)
          .bind("home", intent.home())
          .bind("key", intent.source())
          .bind("end", TreePath.endKey(intent.source()))
          .execute();
    }
  }

  /** The rename was not made. */
  public void abandon(Intent intent) {
    commits.update(handle -> forget(handle, intent));
  }

  private static void forget(Handle handle, Intent intent) {
    handle.execute("DELETE FROM webdav.dav_intent WHERE id = ?", intent.id());
  }

  /** {@return what an earlier run did not finish, oldest first} */
  public List<Intent> unfinished(String home) {
    return commits
        .database()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT * FROM webdav.dav_intent WHERE home = :home ORDER BY id")
                    .bind("home", home)
                    .map(
                        (row, context) ->
                            new Intent(
                                row.getLong("id"),
                                Optional.ofNullable(row.getString("source_home"))
                                    .orElse(row.getString("home")),
                                row.getString("home"),
                                row.getString("source"),
                                row.getString("target"),
                                row.getBoolean("is_move"),
                                row.getBoolean("whole"),
                                row.getLong("inode")))
                    .list());
  }

  /** {@return the keys that have properties, in order} */
  public List<String> keys(String home) {
    return commits
        .database()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT DISTINCT path FROM webdav.dav_property WHERE home = :home ORDER BY path")
                    .bind("home", home)
                    .mapTo(String.class)
                    .list());
  }
}
