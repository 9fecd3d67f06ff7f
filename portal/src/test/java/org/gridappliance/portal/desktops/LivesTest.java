package org.gridappliance.portal.desktops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.gridappliance.portal.TurnedClock;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.portal.store.Database;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a clock that the test turns. */
class LivesTest {
  private static final Instant START = Instant.parse("2026-11-21T08:00:00Z");
  private static final Duration NEVER = Duration.ZERO;

  @TempDir Path folder;
  private DataFolder data;
  private Database database;
  private final TurnedClock clock = new TurnedClock(START);

  @BeforeEach
  void open() throws Exception {
    data = DataFolder.open(folder.resolve("data"));
    database = Database.open(data);
  }

  @AfterEach
  void close() throws Exception {
    database.close();
    data.close();
  }

  private Lives lives(Duration idle, Duration life) {
    return new Lives(database.jdbi(), clock, idle, life);
  }

  private static Lives.End end(Lives lives, Instant input) {
    return lives.end("abcdefgh", START, input).orElseThrow();
  }

  @Test
  void byDefaultNothingEnds() {
    Lives lives = lives(NEVER, NEVER);
    assertFalse(lives.isLimited());
    assertEquals(Optional.empty(), lives.end("abcdefgh", START, Instant.EPOCH));
  }

  @Test
  void whatNobodyUsesEndsAfterAWarningAndUsePutsItOff() {
    Lives lives = lives(Duration.ofHours(8), NEVER);
    assertEquals(START.plus(Duration.ofHours(8)), end(lives, Instant.EPOCH).at());
    clock.now = START.plus(Duration.ofHours(3));
    Instant typed = clock.now.minusSeconds(5);
    assertEquals(typed.plus(Duration.ofHours(8)), end(lives, typed).at());
    clock.now = typed.plus(Duration.ofHours(8)).minus(Lives.WARNING).minusSeconds(1);
    assertFalse(lives.isSoon(end(lives, Instant.EPOCH)), "use is remembered when the viewer left");
    clock.now = clock.now.plusSeconds(1);
    assertTrue(lives.isSoon(end(lives, Instant.EPOCH)));
    assertFalse(lives.isOver(end(lives, Instant.EPOCH)));
    clock.now = clock.now.plus(Lives.WARNING);
    assertTrue(lives.isOver(end(lives, Instant.EPOCH)));
    assertEquals("ended after 8 h without use", end(lives, Instant.EPOCH).words());
  }

  @Test
  void theLongestTimeEndsEvenWhatIsUsedUnlessItIsExtended() {
    Lives lives = lives(Duration.ofHours(8), Duration.ofHours(70));
    end(lives, Instant.EPOCH);
    clock.now = START.plus(Duration.ofHours(69)).plusSeconds(2_000);
    Lives.End end = end(lives, clock.now);
    assertEquals(START.plus(Duration.ofHours(70)), end.at());
    assertEquals("ended after 70 h, the longest time allowed here", end.words());
    assertTrue(lives.isSoon(end));
    lives.extend("abcdefgh");
    assertEquals(
        clock.now.plus(Duration.ofHours(8)), end(lives, clock.now).at(), "by the shorter rule");
    assertFalse(lives.isSoon(end(lives, clock.now)));
  }

  @Test
  void aNewRuleEndsNothingUnannounced() {
    clock.now = START.plus(Duration.ofDays(90)); // opened long before the rule
    Lives lives = lives(NEVER, Duration.ofHours(24));
    Lives.End end = end(lives, Instant.EPOCH);
    assertEquals(clock.now.plus(Lives.WARNING), end.at());
    assertTrue(lives.isSoon(end));
    assertFalse(lives.isOver(end));
    clock.now = end.at();
    assertTrue(lives(NEVER, Duration.ofHours(24)).isOver(end(lives, Instant.EPOCH)));
    assertEquals(end.at(), end(lives, Instant.EPOCH).at(), "looking again moves nothing");
  }

  @Test
  void whatIsGoneIsForgotten() {
    Lives lives = lives(Duration.ofHours(1), NEVER);
    end(lives, Instant.EPOCH);
    lives.keepOnly(List.of());
    clock.now = clock.now.plus(Duration.ofHours(5));
    assertEquals(clock.now.plus(Duration.ofHours(1)), end(lives, Instant.EPOCH).at());
  }
}
