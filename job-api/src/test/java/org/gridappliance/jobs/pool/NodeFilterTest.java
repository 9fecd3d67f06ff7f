package org.gridappliance.jobs.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.gridappliance.jobs.http.Problem;
import org.junit.jupiter.api.Test;

class NodeFilterTest {
  private static final long NOW = 1_900_000_000_000L;
  private static final long MINUTE = 60_000;

  private static final List<NodeFilter.Line> MACHINES =
      List.of(
          line("node1", "executor", "Ready", 8, 8, 16L << 30, null, "0.1.0", 0, "Utrecht", ""),
          line("node2", "executor", "Away", 4, 4, 8L << 30, null, "0.1.0", 20, null, ""),
          line(
              "10.77.0.11",
              "machine",
              "Busy",
              16,
              2,
              64L << 30,
              14.5,
              "HTCondor 23.9.6",
              0,
              null,
              ""),
          line(
              "10.77.0.12",
              "machine",
              "Paused",
              16,
              16,
              64L << 30,
              0.1,
              "HTCondor 24.0.8",
              0,
              "Leiden",
              ""),
          line(
              "10.77.0.11",
              "machine",
              "Busy",
              32,
              0,
              4L << 30,
              33.0,
              "HTCondor 24.0.8",
              0,
              null,
              "Gainesville"));

  private static NodeFilter.Line line(
      String name,
      String kind,
      String state,
      int cpus,
      int free,
      long memory,
      Double load,
      String version,
      long minutes,
      String place,
      String pool) {
    return new NodeFilter.Line(
        name,
        kind,
        state,
        state.equals("Paused") ? "its owner uses it" : null,
        cpus,
        free,
        memory,
        load,
        version,
        NOW - minutes * MINUTE,
        place,
        pool);
  }

  private static List<Integer> left(String filter) {
    NodeFilter wanted = NodeFilter.parse(filter, NOW);
    return MACHINES.stream().filter(wanted::test).map(MACHINES::indexOf).toList();
  }

  @Test
  void whatAMachineIsAndHasIsFilteredAndAllTermsHold() {
    assertEquals(List.of(0, 1, 2, 3, 4), left(""));
    assertEquals(List.of(0, 2, 4), left("state:ready,BUSY"));
    assertEquals(List.of(2), left("state:busy free>1"));
    assertEquals(List.of(3, 4), left("kind:machine version:24.0"));
    assertEquals(List.of(2, 3), left("memory>16G"));
    assertEquals(List.of(0, 1, 4), left("-memory>16GiB"));
    assertEquals(List.of(2, 4), left("load>2"));
    assertEquals(List.of(1), left("seen>10min"));
    assertEquals(List.of(4), left("pool:gaines cpus:32"));
    assertEquals(List.of(0), left("place:utr"));
    assertEquals(List.of(0, 1), left("name:NODE"));
  }

  @Test
  void aWordMayStandInNameStateReasonPlaceVersionOrPool() {
    assertEquals(List.of(2, 4), left("77.0.11"));
    assertEquals(List.of(3), left("\"owner uses\""));
    assertEquals(List.of(3), left("leiden"));
    assertEquals(List.of(4), left("24.0.8 gainesville"));
    assertEquals(List.of(1), left("away"));
    assertEquals(List.of(0, 1, 2, 3), left("-gainesville"));
  }

  @Test
  void aTermThatCannotBeNamesItselfAndWhatIsKnown() {
    assertRefused("state:lazy", "\"state:lazy\": want states of ready, busy");
    assertRefused("memory>lots", "want an amount as 500M");
    assertRefused("colour:red", "there is no \"colour\"; known are state, name");
    assertRefused("free>few", "want a whole number");
  }

  private static void assertRefused(String filter, String why) {
    Problem refused = assertThrows(Problem.class, () -> left(filter));
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused::getMessage);
  }

  @FuzzTest(maxDuration = "60s")
  void anyTextIsAFilterOrRefused(FuzzedDataProvider data) {
    try {
      NodeFilter filter = NodeFilter.parse(data.consumeRemainingAsString(), NOW);
      MACHINES.forEach(filter::test);
    } catch (Problem e) {
      if (!String.valueOf(e.getMessage()).startsWith("the filter's")) {
        throw new AssertionError("refused without naming what", e);
      }
    }
  }
}
