package org.gridappliance.jobs.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.gridappliance.jobs.ManualClock;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.Database;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another scheduler's machines among the nodes, with a real database. */
class MachinesTest {
  @TempDir Path data;
  private final ManualClock clock = new ManualClock();
  private HikariDataSource source;
  private Database database;
  private PoolState state;
  private Nodes nodes;
  private Machines machines;

  @BeforeEach
  void open() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + data.resolve("db") + ";WRITE_DELAY=0");
    config.setUsername("sa");
    source = new HikariDataSource(config);
    database = Database.open(source);
    state = new PoolState(new ChangeLog(), clock, 0);
    nodes = new Nodes(database, clock);
    machines = new Machines(state, nodes);
  }

  @AfterEach
  void close() {
    database.close();
    source.close();
  }

  private Machines.Told told(String name, String word, Standing standing) {
    return new Machines.Told(
        name, "198.51.100.4", word, 8, 6, 16L << 30, 1.5, "23.9.6", standing, "", clock.millis());
  }

  private NodeSnapshot only() {
    state.lock.lock();
    try {
      return machines.snapshots(clock.millis()).getFirst();
    } finally {
      state.lock.unlock();
    }
  }

  @Test
  void aMachineIsANodeWithAPlaceThatItKeepsAndIsAwayWhenItIsNotHeardOf() {
    machines.tell(List.of(told("10.77.0.11", "Ready", Standing.OPEN)));
    NodeSnapshot first = only();
    assertEquals("Ready 8 6 1.5", words(first));
    machines.place(first.id(), new Place("Here", 29.6, -82.3));
    machines.tell(List.of(told("10.77.0.11", "Paused", Standing.OPEN)));
    assertEquals("its owner uses it", only().reason());
    machines.tell(List.of(told("10.77.0.11", "Ready", Standing.DRAINING)));
    assertEquals("Draining", only().state());
    machines.tell(List.of(told("10.77.0.11", "Ready", Standing.BANNED)));
    assertEquals("Banned", only().state());
    machines.tell(List.of(told("10.77.0.11", "Ready", Standing.OPEN)));
    clock.advance(java.time.Duration.ofSeconds(91));
    assertEquals("Away", only().state());
    machines = new Machines(state, nodes); // the portal is started anew
    nodes.all().forEach(machines::know);
    assertEquals("Away", only().state());
    machines.tell(List.of(told("10.77.0.11", "Busy", Standing.OPEN)));
    assertEquals(first.id(), only().id());
    assertEquals("Here", only().place().name());
  }

  private static String words(NodeSnapshot node) {
    return node.state() + " " + node.cpus() + " " + node.freeCpus() + " " + node.load();
  }

  @Test
  void aMachineIsForgottenOnlyWhenItIsGoneAndComesBackAsTheSame() {
    machines.tell(List.of(told("10.77.0.11", "Ready", Standing.OPEN)));
    long id = only().id();
    assertThrows(Problem.class, () -> machines.remove(id, "10.77.0.11"));
    Machines.Told last = told("10.77.0.11", "Ready", Standing.OPEN);
    clock.advance(java.time.Duration.ofSeconds(91));
    machines.remove(id, "10.77.0.11");
    assertEquals(0, machines.count());
    machines.tell(List.of(last)); // the collector goes on telling for some minutes
    assertEquals(0, machines.count());
    machines.tell(List.of(told("10.77.0.11", "Ready", Standing.OPEN)));
    assertEquals(id, only().id());
  }

  @Test
  void aBanIsSeenThoughTheMachineIsNotHeardOfAndIsNotForgotten() {
    machines.tell(List.of(told("10.77.0.11", "Ready", Standing.OPEN)));
    long id = only().id();
    Machines.Told unheard =
        new Machines.Told("10.77.0.11", null, "Away", 0, 0, 0, 0, "", Standing.BANNED, "", 0);
    machines.tell(List.of(unheard));
    assertEquals("Banned 8 0 null", words(only()));
    assertEquals(
        "a pool admin took it out of use; HTCondor does not know it now, and would give it no work",
        only().reason());
    assertThrows(Problem.class, () -> machines.remove(id, "10.77.0.11"));
    machines = new Machines(state, nodes); // another data folder: no row of it
    machines.tell(List.of(unheard));
    assertEquals("Banned", only().state());
    machines.tell(List.of());
    assertEquals("Away", only().state());
    machines.remove(id, "10.77.0.11");
    assertEquals(0, machines.count());
  }

  @Test
  void aMachineThatOnlySubmitsIsListedAndSaysSo() {
    machines.tell(
        List.of(
            new Machines.Told(
                "10.77.0.31",
                null,
                "Ready",
                0,
                0,
                0,
                0,
                "23.9.6",
                Standing.OPEN,
                "jobs are only submitted here",
                clock.millis())));
    assertEquals("Ready 0 0 0.0", words(only()));
    assertEquals("jobs are only submitted here", only().reason());
    assertEquals("HTCondor 23.9.6", only().version());
  }

  @Test
  void aThousandMachinesAreTakenUpAtOnceAndTheirNumbersAreNoExecutors() {
    machines.tell(
        IntStream.range(0, 1000)
            .mapToObj(i -> told("10.77." + i / 250 + "." + i % 250, "Ready", Standing.OPEN))
            .toList());
    assertEquals(1000, machines.count());
    assertEquals(1000, nodes.all().stream().filter(Nodes.NodeRow::isMachine).count());
  }

  @Test
  void whatOthersRunOnMachinesThatTakeWorkIsInUseWhileTheyAreHeardOf() {
    machines.tell(
        List.of(
            told("10.77.0.11", "Ready", Standing.OPEN),
            told("10.77.0.12", "Busy", Standing.OPEN),
            told("10.77.0.13", "Ready", Standing.DRAINING)));
    assertEquals(4, machines.busyCpus(clock.millis()));
    assertEquals(0, machines.busyCpus(clock.millis() + Node.AWAY_MILLIS + 1));
  }
}
