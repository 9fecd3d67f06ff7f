package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.jobs.condor.CondorDoor.OtherPool;
import org.gridappliance.jobs.pool.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Other pools, with what a real HTCondor 23.9.6 said: the only thing that is not real is the way
 * there.
 */
class WatchTest {
  private static final OtherPool ONE =
      new OtherPool("10.0.0.1", "Physics", new Place("Gainesville", 29.65, -82.32), 0);
  private static final OtherPool TWO = new OtherPool("10.0.0.2:9620", "Chemistry", null, 0);
  private static final OtherPool DEAD = new OtherPool("10.0.0.3", "Old", null, 0);

  @TempDir Path folder;

  private static String said(String name) throws Exception {
    try (InputStream text = WatchTest.class.getResourceAsStream("/condor/" + name)) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Answers as {@code condor_status -pool ADDRESS} did. */
  private CondorDoor.Access wire() throws Exception {
    Files.writeString(folder.resolve("slots"), said("slots-two-kinds.json"));
    Files.writeString(folder.resolve("dead"), said("no-collector.txt"));
    Path wire = folder.resolve("wire.sh");
    Files.writeString(
        wire,
        """
        cd "$(dirname "$0")"
        echo "$*" >>asked
        case "$1 $2 $3" in
          "condor_status -pool 10.0.0.3") cat dead >&2; exit 1 ;;
          "condor_status -pool 10.0.0.1" | "condor_status -pool 10.0.0.2:9620")
            [ -e off ] && { cat dead >&2; exit 1; }
            cat slots ;;
        esac
        """);
    return new CondorDoor.Access(
        List.of("bash", wire.toString()), "", "", folder.resolve("events"));
  }

  private static void await(String what, java.util.function.BooleanSupplier fact) {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (!fact.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "not within 2 min: " + what);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static List<String> words(Watch watch) {
    return watch.pools().stream()
        .flatMap(
            seen ->
                seen.machines().stream()
                    .map(
                        one ->
                            "%s/%s %s %d of %d, %d MiB"
                                .formatted(
                                    seen.pool().name(),
                                    one.name(),
                                    one.state(),
                                    one.freeCpus(),
                                    one.cpus(),
                                    one.memoryBytes() >> 20)))
        .toList();
  }

  @Test
  void machinesOfEqualNamesStayApartAndAPoolThatDoesNotAnswerSaysWhy() throws Exception {
    try (Watch watch = new Watch()) {
      CondorDoor.Access wire = wire();
      watch.look(List.of(ONE, TWO, DEAD), wire, "");
      await(
          "all were asked",
          () -> watch.pools().stream().noneMatch(p -> p.reason().equals("it was not asked yet")));
      assertEquals(
          List.of(
              "Physics/127.0.0.1 Ready 4 of 4, 1536 MiB",
              "Chemistry/127.0.0.1 Ready 4 of 4, 1536 MiB"),
          words(watch));
      Watch.Seen dead = watch.pools().get(2);
      assertEquals(
          "nobody answers at 10.0.0.3: its manager is off, or the way there is closed",
          dead.reason());
      assertEquals(0, dead.at());

      watch.look(List.of(ONE, TWO, DEAD), wire, "");
      assertEquals(3, Files.readAllLines(folder.resolve("asked")).size(), "asked too often");

      watch.look(List.of(), null, "HTCondor does not run"); // its machines are shown, as they were
      assertEquals("HTCondor does not run", watch.pools().getFirst().reason());
      assertEquals("Physics/127.0.0.1 Away 0 of 4, 1536 MiB", words(watch).getFirst());

      watch.look(List.of(TWO), wire, "");
      assertEquals(List.of("Chemistry/127.0.0.1 Away 0 of 4, 1536 MiB"), words(watch));
    }
  }

  @Test
  void moreThanSixteenPoolsAreNotAsked() throws Exception {
    try (Watch watch = new Watch()) {
      List<OtherPool> many = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        many.add(new OtherPool("10.0.1." + i, "pool " + i, null, 0));
      }
      watch.look(many, wire(), "");
      assertEquals(Watch.MOST_POOLS, watch.pools().size());
    }
  }

  @Test
  void aMachineWithoutAStartdIsOneThatOnlySubmits() throws Exception {
    List<JsonNode> schedds = new ArrayList<>();
    new ObjectMapper().readTree(said("schedds.json")).forEach(schedds::add);
    Machine one = Machine.submitting(schedds).getFirst();
    assertEquals("127.0.0.1 0 23.9.6", one.name() + " " + one.cpus() + " " + one.version());
  }

  @Test
  void aRefusalIsSaidInPlainWords() {
    String said =
        "condor_status: Error: communication error SECMAN:2010:Received \"DENIED\" from server";
    assertTrue(Watch.words(ONE, said, 0).startsWith("it does not let itself be read: add it"));
    OtherPool ends = new OtherPool("10.0.0.1", "Physics", null, 1_700_000_000);
    assertTrue(Watch.words(ends, said, 1_699_999_999).startsWith("it does not let itself be read"));
    assertEquals(
        "the token for it ended at 2023-11-14T22:13:20Z: add it again with a new one, of the kind"
            + " watch, which its manager makes",
        Watch.words(ends, said, 1_700_000_000));
  }

  @Test
  void aPoolThatIsSaidAnewIsAskedAtOnce() throws Exception {
    try (Watch watch = new Watch()) {
      CondorDoor.Access wire = wire();
      watch.look(List.of(DEAD), wire, "");
      await("it was asked", () -> watch.pools().getFirst().reason().startsWith("nobody answers"));
      watch.look(List.of(new OtherPool("10.0.0.3", "Older", null, 0)), wire, "");
      await("it was asked again", () -> asked() == 2);
      assertEquals("Older", watch.pool("10.0.0.3").orElseThrow().pool().name());
    }
  }

  private long asked() {
    try {
      return Files.readAllLines(folder.resolve("asked")).size();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
