package org.gridappliance.webdav.history;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.gridappliance.webdav.commit.Commits;
import org.jdbi.v3.core.mapper.RowMapper;

/** The table {@code dav_kept}. A call returns when the change is on disk. Safe for all threads. */
final class KeptStore {
  private static final RowMapper<Kept> ROW =
      (row, context) ->
          new Kept(
              row.getString("id"),
              row.getBoolean("is_version"),
              row.getString("path"),
              row.getBoolean("is_folder"),
              row.getLong("bytes"),
              Instant.ofEpochMilli(row.getLong("saved_at")),
              row.getString("etag"),
              row.getLong("inode"),
              row.getString("via"));

  private final Commits commits;

  KeptStore(Commits commits) {
    this.commits = commits;
  }

  void insert(String home, Kept kept) {
    commits.update(
        handle ->
            handle.execute(
                "INSERT INTO webdav.dav_kept (id, home, is_version, path, is_folder, bytes,"
                    + " saved_at, etag, inode, via) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                kept.id(),
                home,
                kept.isVersion(),
                kept.key(),
                kept.isFolder(),
                kept.bytes(),
                kept.savedAt().toEpochMilli(),
                kept.etag(),
                kept.inode(),
                kept.via()));
  }

  void delete(String home, List<String> ids) {
    if (!ids.isEmpty()) {
      commits.update(
          handle -> {
            var batch =
                handle.prepareBatch("DELETE FROM webdav.dav_kept WHERE home = ? AND id = ?");
            ids.forEach(id -> batch.bind(0, home).bind(1, id).add());
            batch.execute();
          });
    }
  }

  Optional<Kept> find(String home, String id) {
    return select("home = ? AND id = ?", home, id).stream().findFirst();
  }

  List<Kept> all(String home) {
    return select("home = ? ORDER BY saved_at", home);
  }

  List<Kept> trash(String home) {
    return select("home = ? AND NOT is_version ORDER BY saved_at DESC", home);
  }

  List<Kept> versions(String home, String key) {
    return select("home = ? AND path = ? AND is_version ORDER BY saved_at DESC", home, key);
  }

  List<Kept> before(String home, Instant end) {
    return select("home = ? AND saved_at < ?", home, end.toEpochMilli());
  }

  private List<Kept> select(String where, Object... values) {
    return commits
        .database()
        .withHandle(
            handle -> {
              var query = handle.createQuery("SELECT * FROM webdav.dav_kept WHERE " + where);
              for (int i = 0; i < values.length; i++) {
                query.bind(i, values[i]);
              }
              return query.map(ROW).list();
            });
  }
}
