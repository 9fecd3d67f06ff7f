package org.gridappliance.webdav.lock;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** The table {@code dav_lock}. A call returns when the change is on disk. */
final class LockStore {
  private final Jdbi database;

  LockStore(Jdbi database) {
    this.database = database;
  }

  List<Lock> load(String home) {
    return database.withHandle(
        handle ->
            handle
                .createQuery("SELECT * FROM webdav.dav_lock WHERE home = :home")
                .bind("home", home)
                .map(
                    (row, context) ->
                        new Lock(
                            row.getString("path"),
                            row.getString("token"),
                            row.getBoolean("exclusive"),
                            row.getBoolean("deep"),
                            row.getString("owner_xml"),
                            row.getString("principal"),
                            row.getLong("seconds"),
                            Instant.ofEpochMilli(row.getLong("expires_at"))))
                .list());
  }

  List<String> homes() {
    return database.withHandle(
        handle ->
            handle
                .createQuery("SELECT DISTINCT home FROM webdav.dav_lock")
                .mapTo(String.class)
                .list());
  }

  void insert(String home, Lock lock) {
    database.useHandle(
        handle ->
            handle.execute(
                "INSERT INTO webdav.dav_lock (home, path, token, exclusive, deep, owner_xml,"
                    + " principal, seconds, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                home,
                lock.path(),
                lock.token(),
                lock.isExclusive(),
                lock.isDeep(),
                lock.ownerXml(),
                lock.principal(),
                lock.seconds(),
                lock.expires().toEpochMilli()));
  }

  void update(Lock lock) {
    database.useHandle(
        handle ->
            handle.execute(
                "UPDATE webdav.dav_lock SET seconds = ?, expires_at = ? WHERE token = ?",
                lock.seconds(),
                lock.expires().toEpochMilli(),
                lock.token()));
  }

  void delete(List<String> tokens) {
    if (!tokens.isEmpty()) {
      database.useTransaction(
          handle -> {
            var batch = handle.prepareBatch("DELETE FROM webdav.dav_lock WHERE token = ?");
            tokens.forEach(token -> batch.bind(0, token).add());
            batch.execute();
          });
    }
  }
}
