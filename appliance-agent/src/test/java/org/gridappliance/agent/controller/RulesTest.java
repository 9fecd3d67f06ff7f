package org.gridappliance.agent.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.Sharing.Level;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What stops jobs, and when they go on. */
class RulesTest {
  private static final LocalDateTime FRIDAY_NOON = LocalDateTime.of(2026, 11, 20, 12, 0);
  private final Rules rules = new Rules();

  static Sharing with(Level level) {
    return new Sharing(level, 3, 100, 50, 25, false, 0, 24, EveryDay.ALL, List.of("blender"), 10);
  }

  private static final class EveryDay {
    static final Set<DayOfWeek> ALL = EnumSet.allOf(DayOfWeek.class);
  }

  static Reading at(LocalDateTime time, @Nullable Duration idle, double foreign) {
    return new Reading(time, idle, "a test", foreign, 0, 0, 0, false, null);
  }

  private Optional<String> pause(Sharing sharing, Reading now) {
    return rules.pause(sharing, List.of(), now, null);
  }

  @Test
  void keyPausesAtOnceAndJobsWaitForTheIdleTime() {
    Sharing away = with(Level.AWAY);
    assertTrue(pause(away, at(FRIDAY_NOON, Duration.ZERO, 0)).orElseThrow().contains("3 minutes"));
    assertTrue(pause(away, at(FRIDAY_NOON, Duration.ofSeconds(179), 0)).isPresent());
    assertEquals(Optional.empty(), pause(away, at(FRIDAY_NOON, Duration.ofMinutes(3), 0)));
  }

  @Test
  void machineWithoutAnythingThatTellsCountsAsLeft() {
    assertEquals(Optional.empty(), pause(with(Level.AWAY), at(FRIDAY_NOON, null, 0)));
  }

  @Test
  void gentleAndAlwaysRunBesideTheOwner() {
    for (Level level : List.of(Level.GENTLE, Level.ALWAYS)) {
      assertEquals(Optional.empty(), pause(with(level), at(FRIDAY_NOON, Duration.ZERO, 0)));
    }
  }

  @Test
  void foreignLoadPausesAfterThreeSecondsAndMustBeCalmForFifteen() {
    Sharing always = with(Level.ALWAYS);
    assertTrue(pause(always, at(FRIDAY_NOON, null, 0.9)).isEmpty());
    assertTrue(pause(always, at(FRIDAY_NOON.plusSeconds(2), null, 0.9)).isEmpty());
    assertTrue(pause(always, at(FRIDAY_NOON.plusSeconds(3), null, 0.9)).isPresent());
    assertTrue(pause(always, at(FRIDAY_NOON.plusSeconds(4), null, 0.1)).isPresent());
    assertTrue(pause(always, at(FRIDAY_NOON.plusSeconds(18), null, 0.1)).isPresent());
    assertTrue(pause(always, at(FRIDAY_NOON.plusSeconds(19), null, 0.1)).isEmpty());
  }

  @Test
  void aPeakOfOneSecondPausesNothing() {
    Sharing always = with(Level.ALWAYS);
    for (int second = 0; second < 60; second += 2) {
      assertTrue(pause(always, at(FRIDAY_NOON.plusSeconds(second), null, 1)).isEmpty());
      assertTrue(pause(always, at(FRIDAY_NOON.plusSeconds(second + 1), null, 0)).isEmpty());
    }
  }

  @Test
  void batteryHoursExclusiveProgramAndSnoozePauseInWords() {
    Sharing night =
        new Sharing(
            Level.ALWAYS, 3, 100, 50, 0, false, 20, 6, Set.of(DayOfWeek.FRIDAY), List.of(), 0);
    assertTrue(pause(night, at(FRIDAY_NOON, null, 0)).orElseThrow().contains("20:00 to 6:00"));
    assertTrue(pause(night, at(FRIDAY_NOON.plusHours(9), null, 0)).isEmpty());
    assertTrue(pause(night, at(FRIDAY_NOON.plusHours(17), null, 0)).isEmpty()); // Saturday at 5
    assertTrue(pause(night, at(FRIDAY_NOON.minusHours(7), null, 0)).isPresent()); // Friday at 5
    Reading battery = new Reading(FRIDAY_NOON, null, "", 0, 0, 0, 0, true, null);
    assertEquals(Optional.of("it runs on battery"), pause(with(Level.ALWAYS), battery));
    Reading blender = new Reading(FRIDAY_NOON, null, "", 0, 0, 0, 0, false, "blender");
    assertEquals(Optional.of("its owner runs blender"), pause(with(Level.ALWAYS), blender));
    assertEquals(
        Optional.of("its owner wants quiet until 13:05"),
        rules.pause(
            with(Level.ALWAYS), List.of(), at(FRIDAY_NOON, null, 0), FRIDAY_NOON.plusMinutes(65)));
  }

  @Test
  void rulesUnderWhichNothingCouldEverRunAreRefused() {
    Exception e =
        assertThrows(
            Sharing.Wrong.class,
            () -> new Sharing(Level.AWAY, 3, 100, 50, 25, false, 0, 24, Set.of(), List.of(), 0));
    assertTrue(String.valueOf(e.getMessage()).contains("no job could ever run"));
  }

  @Test
  void wrongValueIsNamedWithItsRange() {
    Exception e =
        assertThrows(
            Sharing.Wrong.class,
            () ->
                new Sharing(Level.AWAY, 0, 100, 50, 25, false, 0, 24, EveryDay.ALL, List.of(), 0));
    assertEquals("idleMinutes is 0; wanted is 1 to 1440", e.getMessage());
  }

  @Test
  void policyTightensTheOwnersRulesAndNeverLoosensThem() {
    Sharing nights =
        new Sharing(Level.AWAY, 10, 100, 50, 0, true, 18, 6, EveryDay.ALL, List.of("vmd"), 0);
    Reading noon = at(FRIDAY_NOON, Duration.ofHours(1), 0);
    Reading night = at(FRIDAY_NOON.withHour(23), Duration.ofHours(1), 0);
    assertEquals(
        Optional.of("the pool's policy allows jobs from 18:00 to 6:00 only"),
        rules.pause(with(Level.ALWAYS), List.of(nights), noon, null));
    assertEquals(Optional.empty(), rules.pause(with(Level.ALWAYS), List.of(nights), night, null));
    assertTrue(
        rules
            .pause(
                with(Level.ALWAYS), List.of(nights), at(night.at(), Duration.ofMinutes(5), 0), null)
            .orElseThrow()
            .contains("10 minutes"));
    Sharing both = with(Level.GENTLE).within(nights);
    assertEquals(
        "AWAY 10 25 false [vmd, blender] 10",
        "%s %d %d %s %s %d"
            .formatted(
                both.level(),
                both.idleMinutes(),
                both.foreignCpuPercent(),
                both.onBattery(),
                both.exclusive(),
                both.longestPauseMinutes()));
    assertEquals(
        Optional.of("its owner does not share this computer"),
        rules.pause(with(Level.OFF), List.of(with(Level.ALWAYS)), night, null));
    assertEquals(
        Optional.of("the pool's policy allows no jobs here"),
        rules.pause(with(Level.ALWAYS), List.of(with(Level.OFF)), night, null));
  }

  /** Whatever owner and policies say, jobs run only where each of them alone would let them. */
  @Test
  void whatOneOfThreeForbidsNeverRuns() {
    Random random = new Random(SEED);
    for (int i = 0; i < 2000; i++) {
      Sharing own = any(random);
      Sharing bounds = any(random);
      Sharing others = any(random);
      Reading now =
          at(FRIDAY_NOON.plusHours(random.nextInt(168)), Duration.ofMinutes(random.nextInt(30)), 0);
      boolean runs = new Rules().pause(own, List.of(bounds, others), now, null).isEmpty();
      boolean alone =
          new Rules().pause(own, List.of(), now, null).isEmpty()
              && new Rules().pause(bounds, List.of(), now, null).isEmpty()
              && new Rules().pause(others, List.of(), now, null).isEmpty();
      assertTrue(alone || !runs, "seed " + SEED + ": " + own + " " + bounds + " " + now);
      if (runs) {
        assertTrue(own.meets(bounds), "seed " + SEED + ": " + own + " " + bounds);
      }
    }
  }

  private static final long SEED = 7;

  private static Sharing any(Random random) {
    EnumSet<DayOfWeek> days = EnumSet.of(DayOfWeek.of(1 + random.nextInt(7)));
    days.add(DayOfWeek.of(1 + random.nextInt(7)));
    return new Sharing(
        List.of(Level.OFF, Level.AWAY, Level.GENTLE, Level.ALWAYS).get(random.nextInt(4)),
        1 + random.nextInt(20),
        1 + random.nextInt(100),
        1 + random.nextInt(100),
        random.nextInt(101),
        random.nextBoolean(),
        random.nextInt(24),
        1 + random.nextInt(24),
        random.nextInt(3) == 0 ? EnumSet.allOf(DayOfWeek.class) : days,
        List.of(),
        random.nextInt(20));
  }
}
