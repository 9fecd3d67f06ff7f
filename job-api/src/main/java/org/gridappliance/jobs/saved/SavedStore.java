package org.gridappliance.jobs.saved;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Json;

/** Saved settings and views in the database. Safe for all threads. */
public final class SavedStore {
  /** How many of each a person may keep. */
  static final int MOST = 200;

  private final Database database;

  public SavedStore(Database database) {
    this.database = database;
  }

  private static final String COLUMNS =
      "SELECT owner, name, request, version, changed_at, shared_with FROM saved_settings";

  /**
   * Settings of one application.
   *
   * @param request a job's, as the form sends it
   * @param version 1 at first, one more with every change
   * @param changedAt milliseconds since 1970
   * @param sharedWith the number of a group, 0 for none
   */
  record Settings(
      String owner, String name, JsonNode request, int version, long changedAt, long sharedWith) {}

  /** A filter of the list of jobs. */
  record View(String name, String query) {}

  /** {@return somebody's settings of an application, by name} */
  List<Settings> settings(String owner, String app) {
    return database.read(
        handle ->
            handle
                .createQuery(COLUMNS + " WHERE owner = ? AND app = ? ORDER BY LOWER(name)")
                .bind(0, owner)
                .bind(1, app)
                .map((rows, context) -> settings(rows))
                .list());
  }

  /** {@return the number of the group that settings are shared with; 0 for none} */
  long sharedWith(String owner, String app, String name) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT shared_with FROM saved_settings"
                        + " WHERE owner = ? AND app = ? AND name = ?")
                .bind(0, owner)
                .bind(1, app)
                .bind(2, name)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
  }

  /** {@return what others share with any of some groups, by name; at most {@link #MOST}} */
  List<Settings> shared(String app, Collection<Long> groups, String but) {
    if (groups.isEmpty()) {
      return List.of();
    }
    return database.read(
        handle ->
            handle
                .createQuery(
                    COLUMNS
                        + " WHERE app = :app AND shared_with IN (<groups>) AND owner <> :but"
                        + " ORDER BY LOWER(name), owner LIMIT "
                        + MOST)
                .bind("app", app)
                .bind("but", but)
                .bindList("groups", List.copyOf(groups))
                .map((rows, context) -> settings(rows))
                .list());
  }

  private static Settings settings(ResultSet rows) throws SQLException {
    return new Settings(
        rows.getString(1),
        rows.getString(2),
        Json.read(rows.getString(3), JsonNode.class),
        rows.getInt(4),
        rows.getLong(5),
        rows.getLong(6));
  }

  /** {@return the request of somebody's newest job of an application} */
  Optional<JsonNode> last(String owner, String app) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT request FROM job WHERE id ="
                        + " (SELECT MAX(id) FROM job WHERE owner = ? AND app = ?)")
                .bind(0, owner)
                .bind(1, app)
                .mapTo(String.class)
                .findOne()
                .map(text -> Json.read(text, JsonNode.class)));
  }

  /**
   * Keeps settings, if nobody changed them meanwhile.
   *
   * @param wanted with the version that they get: 1 for new ones, else one more than they were read
   *     with
   * @return false when another version stands there, or too many
   */
  boolean keep(String app, Settings wanted) {
    return database.write(
        handle -> {
          int rows =
              wanted.version() > 1
                  ? handle.execute(
                      "UPDATE saved_settings SET request = ?, version = ?, changed_at = ?,"
                          + " shared_with = ? WHERE owner = ? AND app = ? AND name = ?"
                          + " AND version = ?",
                      wanted.request().toString(),
                      wanted.version(),
                      wanted.changedAt(),
                      wanted.sharedWith(),
                      wanted.owner(),
                      app,
                      wanted.name(),
                      wanted.version() - 1)
                  : handle.execute(
                      "INSERT INTO saved_settings"
                          + " (owner, app, name, request, version, changed_at, shared_with)"
                          + " SELECT ?, ?, ?, ?, 1, ?, ? WHERE NOT EXISTS"
                          + " (SELECT 1 FROM saved_settings WHERE owner = ? AND app = ? AND name = ?)"
                          + " AND (SELECT COUNT(*) FROM saved_settings WHERE owner = ?) < "
                          + MOST,
                      wanted.owner(),
                      app,
                      wanted.name(),
                      wanted.request().toString(),
                      wanted.changedAt(),
                      wanted.sharedWith(),
                      wanted.owner(),
                      app,
                      wanted.name(),
                      wanted.owner());
          return rows == 1;
        });
  }

  /** {@return whether there were such settings} */
  boolean forget(String owner, String app, String name) {
    return database.write(
        handle ->
            handle.execute(
                    "DELETE FROM saved_settings WHERE owner = ? AND app = ? AND name = ?",
                    owner,
                    app,
                    name)
                == 1);
  }

  /** {@return how many settings people keep of an application} */
  public int naming(String app) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT COUNT(*) FROM saved_settings WHERE app = ?")
                .bind(0, app)
                .mapTo(Integer.class)
                .one());
  }

  /** Forgets all settings of an application that was deleted. */
  public void forgetAll(String app) {
    database.update(handle -> handle.execute("DELETE FROM saved_settings WHERE app = ?", app));
  }

  /** {@return somebody's views, by name} */
  List<View> views(String owner) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT name, query FROM saved_view WHERE owner = ? ORDER BY LOWER(name)")
                .bind(0, owner)
                .map((rows, context) -> new View(rows.getString(1), rows.getString(2)))
                .list());
  }

  /** Keeps a view; one of that name is changed. */
  void keep(String owner, View view) {
    database.update(
        handle ->
            handle.execute(
                "MERGE INTO saved_view KEY (owner, name) VALUES (?, ?, ?)",
                owner,
                view.name(),
                view.query()));
  }

  /** {@return whether there was such a view} */
  boolean forgetView(String owner, String name) {
    return database.write(
        handle ->
            handle.execute("DELETE FROM saved_view WHERE owner = ? AND name = ?", owner, name)
                == 1);
  }
}
