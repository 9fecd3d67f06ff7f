package org.gridappliance.portal.desktops;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * When desktops end by themselves: never (thesis §3.6.1), unless an administrator has set that they
 * end without use or after a longest time. None ends earlier than {@link #WARNING} after it was
 * first looked at, so that a setting that is new ends nothing unannounced. Thread-safe.
 */
final class Lives {
  /** How long before the end its owner is warned. */
  static final Duration WARNING = Duration.ofMinutes(30);

  private static final Duration LONGEST_EXTENSION = Duration.ofHours(24);
  private static final Duration STEP = Duration.ofMinutes(1); // in which use is written down

  private final Jdbi jdbi;
  private final Clock clock;
  private final Duration idle;
  private final Duration life;

  /**
   * An end that is set.
   *
   * @param hours of the rule that sets it
   */
  record End(Instant at, Why why, long hours) {
    /** {@return words for its owner, as "ended after 8 h without use"} */
    String words() {
      return switch (why) {
        case IDLE -> "ended after " + hours + " h without use";
        case LIFE -> "ended after " + hours + " h, the longest time allowed here";
      };
    }
  }

  /** Which rule sets an end. */
  enum Why {
    IDLE,
    LIFE
  }

  private record Row(Instant seen, Instant used, Instant extended) {}

  /**
   * @param idle zero: never
   * @param life zero: never
   */
  Lives(Jdbi jdbi, Clock clock, Duration idle, Duration life) {
    this.jdbi = jdbi;
    this.clock = clock;
    this.idle = idle;
    this.life = life;
  }

  /** {@return whether anything ends by itself here} */
  boolean isLimited() {
    return !idle.isZero() || !life.isZero();
  }

  /**
   * {@return when it ends; empty for never}
   *
   * @param created when it was opened
   * @param input when a viewer who is connected now last sent anything; {@link Instant#EPOCH} for
   *     nobody or nothing
   */
  Optional<End> end(String desktop, Instant created, Instant input) {
    if (!isLimited()) {
      return Optional.empty();
    }
    Row row = jdbi.inTransaction(handle -> row(handle, desktop, input));
    Optional<End> end = Optional.empty();
    if (!idle.isZero()) {
      end = Optional.of(new End(row.used.plus(idle), Why.IDLE, idle.toHours()));
    }
    if (!life.isZero()) {
      Instant at = created.plus(life);
      if (end.isEmpty() || at.isBefore(end.get().at)) {
        end = Optional.of(new End(at, Why.LIFE, life.toHours()));
      }
    }
    return end.map(
        e -> new End(latest(e.at, row.extended, row.seen.plus(WARNING)), e.why, e.hours));
  }

  private Row row(Handle handle, String desktop, Instant input) {
    Optional<Row> known =
        handle
            .createQuery(
                "select seen_at, used_at, extended_to from portal.desktop_life where desktop = ?")
            .bind(0, desktop)
            .map(
                (row, context) ->
                    new Row(
                        Instant.ofEpochMilli(row.getLong(1)),
                        Instant.ofEpochMilli(row.getLong(2)),
                        Instant.ofEpochMilli(row.getLong(3))))
            .findOne();
    if (known.isEmpty()) {
      Instant now = clock.instant();
      handle.execute(
          "insert into portal.desktop_life (desktop, seen_at, used_at, extended_to) values (?, ?, ?, 0)",
          desktop,
          now.toEpochMilli(),
          now.toEpochMilli());
      return new Row(now, now, Instant.EPOCH);
    }
    Row row = known.get();
    if (input.isBefore(row.used.plus(STEP))) {
      return row;
    }
    handle.execute(
        "update portal.desktop_life set used_at = ? where desktop = ?",
        input.toEpochMilli(),
        desktop);
    return new Row(row.seen, input, row.extended);
  }

  boolean isOver(End end) {
    return !clock.instant().isBefore(end.at);
  }

  boolean isSoon(End end) {
    return !clock.instant().isBefore(end.at.minus(WARNING));
  }

  /** Puts the end off by as long as the shorter rule, a day at most, from now. */
  void extend(String desktop) {
    Duration by = LONGEST_EXTENSION;
    for (Duration rule : new Duration[] {idle, life}) {
      by = !rule.isZero() && rule.compareTo(by) < 0 ? rule : by;
    }
    long until = clock.instant().plus(by).toEpochMilli();
    jdbi.useHandle(
        handle ->
            handle.execute(
                "update portal.desktop_life set extended_to = ? where desktop = ?",
                until,
                desktop));
  }

  /** Forgets those that are not there any more. */
  void keepOnly(Collection<String> desktops) {
    jdbi.useTransaction(
        handle -> {
          Map<String, Boolean> known = new LinkedHashMap<>();
          handle
              .createQuery("select desktop from portal.desktop_life")
              .mapTo(String.class)
              .forEach(id -> known.put(id, desktops.contains(id)));
          known.forEach(
              (id, there) -> {
                if (!there) {
                  handle.execute("delete from portal.desktop_life where desktop = ?", id);
                }
              });
        });
  }

  private static Instant latest(Instant first, Instant... others) {
    Instant last = first;
    for (Instant other : others) {
      last = other.isAfter(last) ? other : last;
    }
    return last;
  }
}
