package org.gridappliance.jobs.trigger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
  private static final Set<DayOfWeek> ALL = EnumSet.allOf(DayOfWeek.class);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # an ordinary day
          08:30 | Europe/Berlin    | 2026-11-21T05:00:00Z | 2026-11-21T07:30:00Z
          08:30 | Europe/Berlin    | 2026-11-21T07:30:00Z | 2026-11-22T07:30:00Z
          # 02:30 is left out on 29 March: taken when the clocks jump from 02:00 to 03:00
          02:30 | Europe/Berlin    | 2026-03-28T12:00:00Z | 2026-03-29T01:00:00Z
          02:30 | Europe/Berlin    | 2026-03-29T01:00:00Z | 2026-03-30T00:30:00Z
          # 02:30 comes twice on 25 October: taken the first time
          02:30 | Europe/Berlin    | 2026-10-24T12:00:00Z | 2026-10-25T00:30:00Z
          02:30 | Europe/Berlin    | 2026-10-25T00:30:00Z | 2026-10-26T01:30:00Z
          # half an hour of summer time; a day that was left out altogether
          02:15 | Australia/Lord_Howe | 2026-10-03T00:00:00Z | 2026-10-03T15:30:00Z
          12:00 | Pacific/Apia     | 2011-12-29T23:00:00Z | 2011-12-30T10:00:00Z
          """)
  void dailyTimesFollowTheWallClock(LocalTime at, String zone, Instant after, Instant next) {
    assertEquals(next, new Schedule.Daily(ALL, at, ZoneId.of(zone)).next(after));
  }

  @Test
  void everyCountsElapsedTime() {
    Instant from = Instant.parse("2026-10-25T00:10:00Z");
    Schedule every = new Schedule.Every(90, from);
    assertEquals(from.plus(Duration.ofMinutes(90)), every.next(Instant.EPOCH));
    assertEquals(from.plus(Duration.ofMinutes(90)), every.next(from));
    assertEquals(from.plus(Duration.ofMinutes(180)), every.next(from.plus(Duration.ofMinutes(90))));
  }

  /** Against the slow obvious way: look at the wall clock every minute. */
  @Test
  void theNextTimeIsTheFirstMinuteAtWhichTheClockShowsIt() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    List<String> zones =
        List.of("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Sao_Paulo");
    for (int round = 0; round < 60; round++) {
      ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
      LocalTime at = LocalTime.of(random.nextInt(24), random.nextInt(60));
      Set<DayOfWeek> days = EnumSet.of(DayOfWeek.of(1 + random.nextInt(7)));
      days.add(DayOfWeek.of(1 + random.nextInt(7)));
      Instant after =
          Instant.parse("2026-01-01T00:00:00Z").plusSeconds(random.nextInt(365 * 86_400));
      Schedule daily = new Schedule.Daily(days, at, zone);
      assertEquals(
          slowly(days, at, zone, after), daily.next(after), "seed " + seed + " round " + round);
    }
  }

  private static Instant slowly(Set<DayOfWeek> days, LocalTime at, ZoneId zone, Instant after) {
    Instant minute = after.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES);
    ZonedDateTime before = minute.minus(1, ChronoUnit.MINUTES).atZone(zone);
    for (; ; minute = minute.plus(1, ChronoUnit.MINUTES)) {
      ZonedDateTime wall = minute.atZone(zone);
      LocalDate day = wall.toLocalDate();
      boolean again = wall.withEarlierOffsetAtOverlap().toInstant().isBefore(minute);
      boolean shown = wall.toLocalTime().equals(at) && !again;
      boolean jumped =
          day.equals(before.toLocalDate())
              && before.toLocalTime().isBefore(at)
              && wall.toLocalTime().isAfter(at)
              && !before.getOffset().equals(wall.getOffset());
      if (days.contains(day.getDayOfWeek()) && (shown || jumped)) {
        return minute;
      }
      before = wall;
    }
  }

  @Test
  void everyDayHasExactlyOneTime() {
    for (String name : List.of("Europe/Berlin", "America/St_Johns", "Africa/Casablanca")) {
      ZoneId zone = ZoneId.of(name);
      for (int minute = 0; minute < 1440; minute += 15) {
        Schedule daily = new Schedule.Daily(ALL, LocalTime.MIN.plusMinutes(minute), zone);
        Instant time = Instant.parse("2026-01-01T12:00:00Z");
        LocalDate day = daily.next(time).atZone(zone).toLocalDate().minusDays(1);
        for (int i = 0; i < 365; i++) {
          Instant next = daily.next(time);
          assertTrue(next.isAfter(time));
          assertEquals(day.plusDays(1), next.atZone(zone).toLocalDate());
          time = next;
          day = day.plusDays(1);
        }
      }
    }
  }
}
