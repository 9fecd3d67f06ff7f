package org.gridappliance.jobs.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.gridappliance.jobs.job.Database;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pool's past, with a clock turned by hand and a real database. */
class PoolHistoryTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Load BUSY = new Load(3, 1, 0, 10, Map.of("ann", 2.0, "bob", 1.0));
  private static final Load IDLE = new Load(0, 4, 0, 0, Map.of());

  @TempDir Path data;
  private HikariDataSource source;
  private Database database;
  private Instant now = START;
  private Load load = IDLE;
  private List<NodeState> states = List.of();

  private final Clock clock =
      new Clock() {
        @Override
        public java.time.ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now;
        }
      };

  private final PoolHistory.Source pool =
      new PoolHistory.Source() {
        @Override
        public Load load() {
          return load;
        }

        @Override
        public List<NodeState> nodeStates() {
          return states;
        }
      };

  @BeforeEach
  void open() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + data.resolve("db") + ";WRITE_DELAY=0");
    config.setUsername("sa");
    source = new HikariDataSource(config);
    database = Database.open(source);
  }

  @AfterEach
  void close() {
    database.close();
    source.close();
  }

  private PoolHistory history() {
    return new PoolHistory(database, pool, clock);
  }

  private void pass(PoolHistory history, int seconds, Load during) {
    load = during;
    for (int i = 0; i < seconds; i += 5) {
      now = now.plusSeconds(5);
      history.look();
    }
  }

  private static String kinds(PoolHistory history, long node) {
    return history.events(node).stream().map(NodeEvent::kind).collect(Collectors.joining(" "));
  }

  @Test
  void aBucketHoldsTheAverageOfWhatWasSeenInIt() {
    PoolHistory history = history();
    pass(history, 300, BUSY);
    pass(history, 300, IDLE);
    Load ten = history.use(Span.DAY).get(START.toEpochMilli());
    assertEquals(1.5, ten.running(), 1e-9);
    assertEquals(2.5, ten.free(), 1e-9);
    assertEquals(5, ten.waiting(), 1e-9);
    assertEquals(1, ten.users().get("ann"), 1e-9);
    assertEquals(10, history.use(Span.HOUR).size());
    assertEquals(3, history.use(Span.HOUR).get(START.toEpochMilli()).running(), 1e-9);
  }

  @Test
  void coarseBucketsAddUpToTheFineOnes() {
    PoolHistory history = history();
    pass(history, 3 * 3600, BUSY);
    for (Span span : List.of(Span.WEEK, Span.MONTH, Span.YEAR)) {
      SortedMap<Long, Load> points = history.use(span);
      assertEquals(3, points.get(points.firstKey()).running(), 1e-9, span.word());
    }
  }

  @Test
  void aTimeNobodyLookedIsAGapNotAZero() {
    PoolHistory history = history();
    pass(history, 120, BUSY);
    history.close();
    now = now.plusSeconds(1200);
    PoolHistory next = history();
    pass(next, 120, BUSY);
    SortedMap<Long, Load> hour = next.use(Span.HOUR);
    assertEquals(4, hour.size());
    assertTrue(hour.values().stream().allMatch(point -> Math.abs(point.running() - 3) < 1e-9));
  }

  @Test
  void aNodesWayIsKeptOnceForEachChangeOverRestarts() {
    PoolHistory history = history();
    history.joined(7, null);
    states = List.of(new NodeState(7, "Up", null));
    pass(history, 30, IDLE);
    states = List.of(new NodeState(7, "Problem", "bubblewrap is missing"));
    pass(history, 30, IDLE);
    assertEquals("Problem Up Joined", kinds(history, 7));
    assertEquals("bubblewrap is missing", history.events(7).getFirst().reason());
    history.close();

    PoolHistory next = history();
    pass(next, 30, IDLE);
    assertEquals("Problem Up Joined", kinds(next, 7));
  }

  @Test
  void aNodeIsNotAwayBecauseThePortalHasJustStarted() {
    PoolHistory history = history();
    states = List.of(new NodeState(7, "Away", "not heard of since this portal started"));
    pass(history, 60, IDLE);
    assertEquals("", kinds(history, 7));
    pass(history, 90, IDLE);
    assertEquals("Away", kinds(history, 7));
  }

  @Test
  void onlyTheNewestEventsOfANodeAreKept() {
    PoolHistory history = history();
    for (int i = 0; i < EventStore.KEPT + 20; i++) {
      states = List.of(new NodeState(7, i % 2 == 0 ? "Up" : "Paused", null));
      now = now.plusSeconds(5);
      history.look();
    }
    now = now.plusSeconds(3600);
    history.look();
    int kept =
        database.read(
            handle ->
                handle.createQuery("SELECT COUNT(*) FROM node_event").mapTo(Integer.class).one());
    assertEquals(EventStore.KEPT, kept);
    assertEquals(100, history.events(7).size());
  }
}
