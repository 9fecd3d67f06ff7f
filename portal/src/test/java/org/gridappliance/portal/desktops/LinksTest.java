package org.gridappliance.portal.desktops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.gridappliance.portal.TurnedClock;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.portal.store.Database;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links to a desktop, with a clock that the test turns. */
class LinksTest {
  @TempDir Path folder;
  private final TurnedClock clock = new TurnedClock(Instant.parse("2026-11-21T08:00:00Z"));
  private DataFolder data;
  private Database database;
  private Shares shares;

  @BeforeEach
  void open() throws Exception {
    data = DataFolder.open(folder.resolve("data"));
    database = Database.open(data);
    shares = new Shares(database.jdbi(), clock);
  }

  @AfterEach
  void close() throws Exception {
    database.close();
    data.close();
  }

  private Shares.Made make() {
    return shares.make("abcdefgh", "ada", "for Bob", false, Duration.ofHours(1));
  }

  @Test
  void afterItsHourALinkOpensNothingAndNobodyMayStay() {
    Shares.Made made = make();
    clock.now = clock.now.plus(Duration.ofMinutes(59));
    assertTrue(shares.bySecret(made.secret()).isPresent());
    assertTrue(shares.isValid(made.share().id()));
    clock.now = clock.now.plus(Duration.ofMinutes(1));
    assertTrue(shares.bySecret(made.secret()).isEmpty());
    assertFalse(shares.isValid(made.share().id()));
    assertEquals(List.of(), shares.of("abcdefgh"));
  }

  @Test
  void whatWasTakenBackIsNotValid() {
    Shares.Made made = make();
    assertFalse(shares.revoke("another", made.share().id()), "another desktop's");
    assertTrue(shares.revoke("abcdefgh", made.share().id()));
    assertFalse(shares.isValid(made.share().id()));
  }
}
