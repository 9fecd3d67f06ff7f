package org.gridappliance.jobs.trigger;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Set;

/** Given times. Pure; total for all instants of the next thousand years. */
public sealed interface Schedule {
  /** {@return the first of its times after an instant} */
  Instant next(Instant after);

  /**
   * Every so many minutes of elapsed time, whatever clocks on the wall do.
   *
   * @param minutes 1..10,080
   * @param from the first time is {@code minutes} later
   */
  record Every(int minutes, Instant from) implements Schedule {
    @Override
    public Instant next(Instant after) {
      Duration period = Duration.ofMinutes(minutes);
      if (after.isBefore(from)) {
        return from.plus(period);
      }
      long past = Duration.between(from, after).dividedBy(period);
      return from.plus(period.multipliedBy(past + 1));
    }
  }

  /**
   * At a time of the day on some days of the week. A time that summer time leaves out is taken when
   * the clocks jump; one that comes twice is taken the first time. So every such day has one.
   *
   * @param days at least one
   */
  record Daily(Set<DayOfWeek> days, LocalTime at, ZoneId zone) implements Schedule {
    public Daily {
      days = Set.copyOf(days);
      if (days.isEmpty()) {
        throw new IllegalArgumentException("days: want at least one");
      }
    }

    @Override
    public Instant next(Instant after) {
      LocalDate day = after.atZone(zone).toLocalDate().minusDays(1);
      while (true) {
        if (days.contains(day.getDayOfWeek())) {
          Instant time = on(day);
          if (time.isAfter(after)) {
            return time;
          }
        }
        day = day.plusDays(1);
      }
    }

    private Instant on(LocalDate day) {
      LocalDateTime wall = day.atTime(at);
      List<java.time.ZoneOffset> offsets = zone.getRules().getValidOffsets(wall);
      if (offsets.isEmpty()) {
        ZoneOffsetTransition jump = zone.getRules().getTransition(wall);
        return jump.getInstant();
      }
      return wall.toInstant(offsets.getFirst());
    }
  }
}
