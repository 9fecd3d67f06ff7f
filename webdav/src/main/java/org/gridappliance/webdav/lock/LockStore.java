package org.gridappliance.webdav.lock;

import java.time.Instant;
import java.util.List;
import org.gridappliance.webdav.commit.Commits;
import org.gridappliance.webdav.commit.Commits.Pending;

/** The table {@code dav_lock}. A change is on disk once it was awaited. */
final class LockStore {
  private final Commits commits;

  LockStore(Commits commits) {
    this.commits = commits;
  }

  List<Lock> load(String home) {
    return commits
        .database()
        .withHandle(
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
    return commits
        .database()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT DISTINCT home FROM webdav.dav_lock")
                    .mapTo(String.class)
                    .list());
  }

  Pending<Boolean> insert(String home, Lock lock) {
    return commits.submitUpdate(
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

  Pending<Boolean> update(Lock lock) {
    return commits.submitUpdate(
        handle ->
            handle.execute(
                "UPDATE webdav.dav_lock SET seconds = ?, expires_at = ? WHERE token = ?",
                lock.seconds(),
                lock.expires().toEpochMilli(),
                lock.token()));
  }

  /**
   * @param tokens at least one
   */
  Pending<Boolean> delete(List<String> tokens) {
    return commits.submitUpdate(
        handle -> {
          var batch = handle.prepareBatch("DELETE FROM webdav.dav_lock WHERE token = ?");
          tokens.forEach(token -> batch.bind(0, token).add());
          batch.execute();
        });
  }
}
