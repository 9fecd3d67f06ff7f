package org.gridappliance.agent.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Random;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.Sharing.Level;
import org.junit.jupiter.api.Test;

/** Additive increase, multiplicative decrease. */
class ShareTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 11, 20, 12, 0);
  private final Share share = new Share();

  private static Reading reading(Duration idle, double memoryPressure) {
    return new Reading(NOW, idle, "a test", 0, memoryPressure, 0, 0, false, null);
  }

  @Test
  void shareGrowsToHalfBesideTheOwnerAndToAllOnceHeLeft() {
    Sharing gentle = RulesTest.with(Level.GENTLE);
    int percent = 0;
    for (int i = 0; i < 30; i++) {
      percent = share.next(gentle, reading(Duration.ZERO, 0));
    }
    assertEquals(50, percent);
    for (int i = 0; i < 30; i++) {
      percent = share.next(gentle, reading(Duration.ofHours(1), 0));
    }
    assertEquals(100, percent);
    assertEquals(25, share.next(gentle, reading(Duration.ZERO, 50)));
  }

  @Test
  void pressureHalvesDownToTheLeast() {
    Sharing gentle = RulesTest.with(Level.GENTLE);
    int percent = 100;
    for (int i = 0; i < 10; i++) {
      percent = share.next(gentle, reading(Duration.ofHours(1), 90));
    }
    assertEquals(Share.LEAST, percent);
  }

  @Test
  void alwaysMeansPrioritiesOnly() {
    assertEquals(100, share.next(RulesTest.with(Level.ALWAYS), reading(Duration.ZERO, 99)));
  }

  @Test
  void shareStaysInItsBoundsWhateverHappens() {
    Random random = new Random(7);
    Sharing gentle = RulesTest.with(Level.GENTLE);
    for (int i = 0; i < 10_000; i++) {
      boolean there = random.nextBoolean();
      int percent =
          share.next(
              gentle,
              reading(there ? Duration.ZERO : Duration.ofHours(1), random.nextDouble() * 20));
      assertTrue(percent >= Share.LEAST && percent <= (there ? 50 : 100), "seed 7, step " + i);
    }
  }
}
