package org.gridappliance.portal.notify;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;
import org.gridappliance.jobs.job.JobEnd;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people of their jobs' ends by mail: one digest, not a flood. A line of each end is laid
 * down; a digest goes out once nothing more came for {@link #QUIET} (or the first line waited for
 * {@link #PATIENCE}), and then not before the setting's time has passed. What the mail server does
 * not take stays and is tried again. One thread of its own.
 */
final class Mails implements Sink, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Mails.class);

  static final Duration QUIET = Duration.ofSeconds(20);
  static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
  private static final Duration LAST_RETRY = Duration.ofHours(1);
  private static final long LOOK_MILLIS = 5_000;
  private static final int MOST_NOTES = 3;

  private final Jdbi jdbi;
  private final MailStore store;
  private final MailServer server;
  private final Duration every;
  private final Supplier<URI> pages;
  private final Clock clock;
  private final Rounds rounds = new Rounds("mails", LOOK_MILLIS, this::sendDue);

  Mails(
      Jdbi jdbi,
      MailStore store,
      MailServer server,
      Duration every,
      Supplier<URI> pages,
      Clock clock) {
    this.jdbi = jdbi;
    this.store = store;
    this.server = server;
    this.every = every;
    this.pages = pages;
    this.clock = clock;
  }

  void start() {
    rounds.start();
  }

  @Override
  public void take(Handle handle, JobEnd end, String link) {
    boolean failed =
        switch (end.kind()) {
          case COMPLETED, REMOVED -> false;
          case FAILED, HELD, NEEDS_ANSWER -> true;
        };
    String what = ": " + MailServer.line(end.name()) + " (" + MailServer.line(end.app()) + ", ";
    store.lay(
        handle,
        end.owner(),
        failed,
        in -> in.end(end.kind()) + what + in.job(end.job()) + ")\n  " + link,
        clock.millis());
  }

  /** A webhook of this person's was switched off because it failed. */
  void takeOff(Handle handle, Webhook.Due due) {
    String host = String.valueOf(URI.create(due.url()).getHost());
    store.lay(
        handle,
        due.owner(),
        true,
        in -> in.switchedOff(host) + "\n  " + settings(),
        clock.millis());
  }

  @Override
  public void wake() {
    rounds.wake();
  }

  private long sendDue() {
    long now = clock.millis();
    for (long account :
        store.due(now, now - QUIET.toMillis(), now - PATIENCE.toMillis(), now - every.toMillis())) {
      MailStore.Due due = store.digest(account);
      boolean wanted = due.confirmed() && !due.lines().isEmpty(); // not changed just now
      if (wanted && !send(due)) {
        break; // the server's own trouble: the others wait as well
      }
    }
    return LOOK_MILLIS;
  }

  /** {@return whether the server can be asked further} */
  private boolean send(MailStore.Due due) {
    try {
      server.send(due.address(), subject(due), text(due), settings());
      note(due);
      return true;
    } catch (MailServer.Unsent e) {
      String why = String.valueOf(e.getMessage());
      if (e.isRefused()) {
        jdbi.useTransaction(handle -> store.refused(handle, due.account(), due.address(), why));
        return true;
      }
      long wait =
          Math.min(LAST_RETRY.toMillis(), FIRST_RETRY.toMillis() << Math.min(10, due.failures()));
      jdbi.useTransaction(
          handle ->
              store.failed(handle, due.account(), why, due.failures() + 1, clock.millis() + wait));
      log.warn("mail not sent reason={}", why);
      return false;
    }
  }

  /** Notes what the server has; persists, since what is not noted is sent once more. */
  private void note(MailStore.Due due) {
    for (int tries = 1; ; tries++) {
      try {
        jdbi.useTransaction(handle -> store.sent(handle, due, clock.millis()));
        return;
      } catch (JdbiException e) {
        if (tries == MOST_NOTES) {
          throw e;
        }
      }
    }
  }

  private static String subject(MailStore.Due due) {
    int ends = due.lines().size() + due.more();
    if (ends == 1) {
      return MailServer.line(due.lines().getFirst().lines().findFirst().orElse(""));
    }
    return due.words().notices(ends, due.failed());
  }

  private String text(MailStore.Due due) {
    StringBuilder text = new StringBuilder();
    due.lines().forEach(line -> text.append(line).append("\n\n"));
    if (due.more() > 0) {
      text.append(due.words().more(due.more())).append(pages.get()).append("/jobs\n\n");
    }
    return text.append("-- \n")
        .append(due.words().asked())
        .append(settings())
        .append('\n')
        .toString();
  }

  /** {@return where people choose what they are told} */
  String settings() {
    return pages.get() + "/profile";
  }

  @Override
  public void close() {
    rounds.close();
  }
}
