package org.gridappliance.jobs.pool;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.lease.Enrolment;
import org.jspecify.annotations.Nullable;

/**
 * The executors that have joined, and the one-use tokens to join with, on disk. A token is known
 * here only by its SHA-256. Safe for all threads.
 */
final class Nodes {
  /** A joined machine as the database holds it. */
  record NodeRow(
      long id,
      String name,
      String tokenHash,
      int cpus,
      long memoryBytes,
      @Nullable String version,
      long enrolledAt,
      Standing standing,
      @Nullable Place place,
      boolean own) {
    /** {@return whether it stands for a machine of another scheduler's} */
    boolean isMachine() {
      return tokenHash.startsWith(Machines.KEY);
    }
  }

  /** A token to join with; the only time that it exists in clear. */
  record JoinToken(String token, Instant expiresAt) {}

  private static final String COLUMNS =
      "id, name, token_hash, cpus, memory_bytes, version, enrolled_at, standing, place, latitude,"
          + " longitude, own";

  /** What the stored hash of another scheduler's row begins with; no token has such a hash. */
  static final String ENGINE = "engine:";

  private final Database database;
  private final Clock clock;

  Nodes(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Makes a one-use token.
   *
   * @param own for the agent of the portal's own machine
   * @param owner the account whose machine it will be; null for pool administrators only
   */
  JoinToken newJoinToken(Duration validity, boolean own, @Nullable String owner) {
    String token = Tokens.fresh();
    Instant expiresAt = clock.instant().plus(validity);
    database.update(
        handle -> {
          handle.execute("DELETE FROM join_token WHERE expires_at < ?", clock.millis());
          handle.execute(
              "INSERT INTO join_token (hash, expires_at, own, owner) VALUES (?, ?, ?, ?)",
              Tokens.hash(token),
              expiresAt.toEpochMilli(),
              own,
              owner);
        });
    return new JoinToken(token, expiresAt);
  }

  /**
   * Trades a join token for a place in the pool. A name that is taken gets a number behind it.
   *
   * @throws Problem 403 when the join token is unknown, used or too old; 409 when the executor's
   *     own token is already known
   */
  NodeRow enrol(Enrolment asked) {
    long now = clock.millis();
    Long id =
        database.write(
            handle -> {
              boolean own =
                  handle
                      .createQuery("SELECT own FROM join_token WHERE hash = ?")
                      .bind(0, Tokens.hash(asked.joinToken()))
                      .mapTo(Boolean.class)
                      .findOne()
                      .orElse(false);
              String owner =
                  handle
                      .createQuery("SELECT owner FROM join_token WHERE hash = ?")
                      .bind(0, Tokens.hash(asked.joinToken()))
                      .mapTo(String.class)
                      .findOne()
                      .orElse(null);
              int used =
                  handle.execute(
                      "DELETE FROM join_token WHERE hash = ? AND expires_at > ?",
                      Tokens.hash(asked.joinToken()),
                      now);
              if (used == 0) {
                return -1L;
              }
              if (handle
                      .createQuery("SELECT COUNT(*) FROM node WHERE token_hash = ?")
                      .bind(0, asked.tokenHash())
                      .mapTo(Integer.class)
                      .one()
                  > 0) {
                return -2L;
              }
              String name = asked.name();
              for (int n = 2; taken(handle, name); n++) {
                name = asked.name() + "-" + n;
              }
              handle.execute(
                  "INSERT INTO node (name, token_hash, cpus, memory_bytes, version, enrolled_at,"
                      + " own, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  name,
                  asked.tokenHash(),
                  asked.cpus(),
                  asked.memoryBytes(),
                  asked.version(),
                  now,
                  own,
                  owner);
              return handle.createQuery("SELECT MAX(id) FROM node").mapTo(Long.class).one();
            });
    if (id == -1) {
      throw Problem.forbidden(
          "the join token is unknown, was used before or has expired; ask a pool admin for a new"
              + " join link");
    }
    if (id == -2) {
      throw Problem.conflict("this executor's token is already enrolled; make a new one");
    }
    return all().stream().filter(node -> node.id() == id).findFirst().orElseThrow();
  }

  /** {@return the row of another scheduler, made when there is none} */
  NodeRow engine(String name) {
    String key = (ENGINE + name + "-".repeat(64)).substring(0, 64); // the column's width
    database.update(handle -> make(handle, key, name, 1, 1));
    return all().stream().filter(node -> node.tokenHash().equals(key)).findFirst().orElseThrow();
  }

  /**
   * {@return the rows of another scheduler's machines, by name; those are made that are missing}
   */
  Map<String, NodeRow> machines(List<Machines.Told> told) {
    database.update(
        handle ->
            told.forEach(
                one -> make(handle, key(one.name()), one.name(), one.cpus(), one.memoryBytes())));
    Map<String, NodeRow> rows = new HashMap<>();
    all().stream().filter(NodeRow::isMachine).forEach(row -> rows.put(row.name(), row));
    return rows;
  }

  private static String key(String machine) {
    return Machines.KEY + Tokens.hash(machine).substring(0, 64 - Machines.KEY.length());
  }

  private void make(
      org.jdbi.v3.core.Handle handle, String key, String name, int cpus, long memory) {
    int rows = handle.execute("UPDATE node SET removed_at = NULL WHERE token_hash = ?", key);
    if (rows == 0) {
      handle.execute(
          "INSERT INTO node (name, token_hash, cpus, memory_bytes, version, enrolled_at)"
              + " VALUES (?, ?, ?, ?, NULL, ?)",
          name,
          key,
          cpus,
          memory,
          clock.millis());
    }
  }

  private static boolean taken(org.jdbi.v3.core.Handle handle, String name) {
    return handle
            .createQuery("SELECT COUNT(*) FROM node WHERE name = ? AND removed_at IS NULL")
            .bind(0, name)
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  /** {@return the machines that have joined and were not removed, by name} */
  List<NodeRow> all() {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT " + COLUMNS + " FROM node WHERE removed_at IS NULL ORDER BY name, id")
                .map(
                    (rows, context) ->
                        new NodeRow(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getInt(4),
                            rows.getLong(5),
                            rows.getString(6),
                            rows.getLong(7),
                            Standing.of(rows.getString(8)).orElse(Standing.OPEN),
                            rows.getString(9) == null
                                ? null
                                : new Place(
                                    rows.getString(9), rows.getDouble(10), rows.getDouble(11)),
                            rows.getBoolean(12)))
                .list());
  }

  /** {@return the name of a node, also of a removed one} */
  String name(long id) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT name FROM node WHERE id = ?")
                .bind(0, id)
                .mapTo(String.class)
                .findOne()
                .orElse("node " + id));
  }

  void stand(long id, Standing standing) {
    database.update(
        handle -> handle.execute("UPDATE node SET standing = ? WHERE id = ?", standing.word(), id));
  }

  void place(long id, @Nullable Place place) {
    database.update(
        handle ->
            handle.execute(
                "UPDATE node SET place = ?, latitude = ?, longitude = ? WHERE id = ?",
                place == null ? null : place.name(),
                place == null ? null : place.latitude(),
                place == null ? null : place.longitude(),
                id));
  }

  void remove(long id) {
    database.update(
        handle ->
            handle.execute("UPDATE node SET removed_at = ? WHERE id = ?", clock.millis(), id));
  }
}
