package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AtRestTest {
  private static final long MIB = 1 << 20;

  private final AtRest rest = new AtRest();

  @Test
  void aHeapThatGrewIsCollectedOnceItIsStill() {
    assertFalse(rest.isWorthIt(50 * MIB, 60 * MIB), "it was busy just now");
    assertTrue(rest.isWorthIt(51 * MIB, 60 * MIB));
    rest.gaveBack(30 * MIB);
    assertFalse(rest.isWorthIt(22 * MIB, 30 * MIB), "what was given back counts as change");
    assertFalse(rest.isWorthIt(22 * MIB, 30 * MIB), "nothing grew since");
  }

  @Test
  void whatTheStartTookIsCollectedThoughNothingGrewSince() {
    assertFalse(rest.isWorthIt(40 * MIB, 45 * MIB), "it was busy just now");
    assertTrue(rest.isWorthIt(41 * MIB, 45 * MIB));
  }

  @Test
  void aBusyHeapIsLeftToTheCollector() {
    for (int i = 1; i < 20; i++) {
      assertFalse(rest.isWorthIt((i % 2 == 0 ? 30 : 50) * MIB, 60 * MIB));
    }
  }
}
