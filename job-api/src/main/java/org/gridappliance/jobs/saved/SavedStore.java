package org.gridappliance.jobs.saved;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
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

  /**
   * Settings of one application.
   *
   * @param request a job's, as the form sends it
   * @param version 1 at first, one more with every change
   * @param changedAt milliseconds since 1970
   */
  record Settings(String name, JsonNode request, int version, long changedAt) {}

  /** A filter of the list of jobs. */
  record View(String name, String query) {}

  /** {@return somebody's settings of an application, by name} */
  List<Settings> settings(String owner, String app) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT name, request, version, changed_at FROM saved_settings"
                        + " WHERE owner = ? AND app = ? ORDER BY LOWER(name)")
                .bind(0, owner)
                .bind(1, app)
                .map(
                    (rows, context) ->
                        new Settings(
                            rows.getString(1),
                            Json.read(rows.getString(2), JsonNode.class),
                            rows.getInt(3),
                            rows.getLong(4)))
                .list());
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
   * @param expected the version they were read with; empty for new ones
   * @return the new version; empty when another stands there
   */
  OptionalInt keep(
      String owner, String app, String name, JsonNode request, OptionalInt expected, long now) {
    return database.write(
        handle -> {
          int version = expected.orElse(0) + 1;
          int rows =
              expected.isPresent()
                  ? handle.execute(
                      "UPDATE saved_settings SET request = ?, version = ?, changed_at = ?"
                          + " WHERE owner = ? AND app = ? AND name = ? AND version = ?",
                      request.toString(),
                      version,
                      now,
                      owner,
                      app,
                      name,
                      expected.getAsInt())
                  : handle.execute(
                      "INSERT INTO saved_settings SELECT ?, ?, ?, ?, 1, ? WHERE NOT EXISTS"
                          + " (SELECT 1 FROM saved_settings WHERE owner = ? AND app = ? AND name = ?)"
                          + " AND (SELECT COUNT(*) FROM saved_settings WHERE owner = ?) < "
                          + MOST,
                      owner,
                      app,
                      name,
                      request.toString(),
                      now,
                      owner,
                      app,
                      name,
                      owner);
          return rows == 1 ? OptionalInt.of(version) : OptionalInt.empty();
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
