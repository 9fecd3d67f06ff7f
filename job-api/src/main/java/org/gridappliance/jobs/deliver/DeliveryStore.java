package org.gridappliance.jobs.deliver;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.gridappliance.jobs.job.Database;
import org.jspecify.annotations.Nullable;

/**
 * Deliveries in the database. A row is made in the transaction that ends a job ({@link
 * org.gridappliance.jobs.job.JobStore#update}), so no end is forgotten. Safe for all threads.
 */
public final class DeliveryStore {
  private static final int MOST_MESSAGE = 1000;

  private final Database database;

  public DeliveryStore(Database database) {
    this.database = database;
  }

  /** {@return the delivery of a job that has ended} */
  public Optional<Delivery> find(long job) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM delivery WHERE job = ?")
                .bind(0, job)
                .map(
                    (rows, context) ->
                        new Delivery(
                            rows.getLong("job"),
                            Delivery.State.valueOf(
                                rows.getString("state").toUpperCase(Locale.ROOT)),
                            rows.getString("folder"),
                            rows.getObject("inode", Long.class),
                            rows.getString("message")))
                .findOne());
  }

  /** {@return the jobs whose results wait, oldest first} */
  List<Long> waiting() {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT job FROM delivery WHERE state = 'waiting' ORDER BY job")
                .mapTo(Long.class)
                .list());
  }

  /** Has the results of an ended job copied, also once more. */
  void ask(long job) {
    database.update(
        handle ->
            handle.execute(
                "MERGE INTO delivery (job, state, folder, inode, message)"
                    + " KEY (job) VALUES (?, 'waiting', NULL, NULL, NULL)",
                job));
  }

  /** Notes what is about to be moved into the home, before it is. */
  void setOut(long job, String folder, long inode) {
    database.update(
        handle ->
            handle.execute(
                "UPDATE delivery SET folder = ?, inode = ? WHERE job = ?", folder, inode, job));
  }

  /** Ends a delivery, if its job has not been resubmitted or deleted meanwhile. */
  void end(long job, Delivery.State state, @Nullable String message) {
    String text =
        message == null || message.length() <= MOST_MESSAGE
            ? message
            : message.substring(0, MOST_MESSAGE - 1) + "…";
    database.update(
        handle ->
            handle.execute(
                "UPDATE delivery SET state = ?, message = ?, inode = NULL,"
                    + " folder = CASE WHEN ? = 'copied' THEN folder END"
                    + " WHERE job = ? AND state = 'waiting'",
                state.word(),
                text,
                state.word(),
                job));
  }
}
