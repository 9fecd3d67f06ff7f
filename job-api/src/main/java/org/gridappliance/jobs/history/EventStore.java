package org.gridappliance.jobs.history;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.job.Database;
import org.jspecify.annotations.Nullable;

/** What happened to nodes, on disk. Thread-safe. */
final class EventStore {
  /** So many events are kept of one node. */
  static final int KEPT = 500;

  private static final int LONGEST_REASON = 500;

  private final Database database;

  EventStore(Database database) {
    this.database = database;
  }

  void add(long node, long at, String kind, @Nullable String reason) {
    String kept =
        reason == null || reason.length() <= LONGEST_REASON
            ? reason
            : reason.substring(0, LONGEST_REASON);
    database.update(
        handle ->
            handle.execute(
                "INSERT INTO node_event (node, at, kind, reason) VALUES (?, ?, ?, ?)",
                node,
                at,
                kind,
                kept));
  }

  /** {@return the newest events of a node, newest first} */
  List<NodeEvent> newest(long node, int most) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT at, kind, reason FROM node_event WHERE node = ?"
                        + " ORDER BY id DESC FETCH FIRST ? ROWS ONLY")
                .bind(0, node)
                .bind(1, most)
                .map(
                    (rows, context) ->
                        new NodeEvent(rows.getLong(1), rows.getString(2), rows.getString(3)))
                .list());
  }

  /** {@return the kind of the newest event by node} */
  Map<Long, String> last() {
    Map<Long, String> last = new HashMap<>();
    database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT node, kind FROM node_event"
                        + " WHERE id IN (SELECT MAX(id) FROM node_event GROUP BY node)")
                .map((rows, context) -> last.put(rows.getLong(1), rows.getString(2)))
                .list());
    return last;
  }

  /** Forgets all but the newest of each node. */
  void prune(Iterable<Long> nodes) {
    database.update(
        handle -> {
          for (long node : nodes) {
            handle.execute(
                "DELETE FROM node_event WHERE node = ? AND id <= (SELECT id FROM node_event"
                    + " WHERE node = ? ORDER BY id DESC OFFSET ? ROWS FETCH FIRST 1 ROW ONLY)",
                node,
                node,
                KEPT);
          }
        });
  }
}
