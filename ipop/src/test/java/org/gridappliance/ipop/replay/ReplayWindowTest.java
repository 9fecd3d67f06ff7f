package org.gridappliance.ipop.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {

  @Test
  void acceptsEachCounterOnceInAnyOrderWithinTheWindow() {
    ReplayWindow window = new ReplayWindow();
    assertTrue(window.accept(0));
    assertFalse(window.accept(0));
    assertTrue(window.accept(ReplayWindow.SIZE));
    assertFalse(window.accept(0));
    assertTrue(window.accept(1));
    assertFalse(window.accept(1));
    assertTrue(window.accept(ReplayWindow.SIZE + 1));
    assertTrue(window.accept(ReplayWindow.SIZE * 3L));
    assertFalse(window.accept(ReplayWindow.SIZE + 1));
  }

  @Test
  void firstCounterMayBeLarge() {
    ReplayWindow window = new ReplayWindow();
    assertTrue(window.accept(1_000_000));
    assertTrue(window.accept(1_000_000 - ReplayWindow.SIZE));
    assertFalse(window.accept(1_000_000 - ReplayWindow.SIZE - 1));
  }

  @Test
  void negativeCountersAreRefused() {
    assertFalse(new ReplayWindow().accept(-1));
    assertFalse(new ReplayWindow().accept(Long.MIN_VALUE));
  }

  @Test
  void agreesWithASetOfEverythingSeen() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      ReplayWindow window = new ReplayWindow();
      Set<Long> seen = new HashSet<>();
      long newest = -1;
      for (int i = 0; i < 20_000; i++) {
        long counter =
            switch (random.nextInt(8)) {
              case 0 -> newest + random.nextInt(20_000);
              case 1 -> newest - random.nextInt(9_000);
              default -> newest + random.nextInt(70) - 35;
            };
        boolean expected =
            counter >= 0
                && (newest < 0 || newest - counter <= ReplayWindow.SIZE)
                && !seen.contains(counter);
        assertEquals(expected, window.accept(counter), "seed " + seed + " counter " + counter);
        if (expected) {
          seen.add(counter);
          newest = Math.max(newest, counter);
        }
      }
    }
  }
}
