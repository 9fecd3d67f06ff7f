package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.pool.Standing;
import org.junit.jupiter.api.Test;

/** Machines as condor_status tells them, and why a job finds none. */
class FitTest {
  private static final String SLOTS =
      """
      [{"Name": "slot1@10-77-0-11.grid.appliance", "Machine": "10-77-0-11.grid.appliance", "PartitionableSlot": true,
        "Cpus": 6, "TotalSlotCpus": 8, "TotalSlotMemory": 24000, "TotalLoadAvg": 1.5, "OwnerActive": false,
        "CondorVersion": "$CondorVersion: 23.9.6 2025-01-01 $", "LastHeardFrom": 1700000000,
        "DaemonStartTime": 1600000000},
       {"Name": "slot1_1@10-77-0-11.grid.appliance", "Machine": "10-77-0-11.grid.appliance", "DynamicSlot": true,
        "Cpus": 2, "Memory": 128, "Activity": "Busy", "JobId": "12.0", "EnteredCurrentActivity": 1700000000},
       {"Name": "slot1@10-77-0-12.grid.appliance", "Machine": "10-77-0-12.grid.appliance", "PartitionableSlot": true,
        "Cpus": 4, "TotalSlotCpus": 4, "TotalSlotMemory": 8000, "OwnerActive": true,
        "OwnerWhy": "somebody uses it; jobs go on after 3 minutes without it"}]
      """;

  private static List<Machine> machines() throws Exception {
    List<JsonNode> slots = new ArrayList<>();
    new ObjectMapper().readTree(SLOTS).forEach(slots::add);
    return Machine.of(slots);
  }

  private static Limits limits(int cpus, long gibibytes) {
    return new Limits(cpus, gibibytes << 30, 1 << 20, 100, 60, 1 << 20);
  }

  @Test
  void theSlotsOfAMachineAreOneMachine() throws Exception {
    List<Machine> all = machines();
    assertEquals(List.of("10.77.0.11", "10.77.0.12"), all.stream().map(Machine::name).toList());
    Machine first = all.getFirst();
    assertEquals(
        "Ready 8 6 23.9.6",
        first.state() + " " + first.cpus() + " " + first.freeCpus() + " " + first.version());
    assertEquals(
        "slot1_1 Busy 12.0",
        first.slots().getFirst().name()
            + " "
            + first.slots().getFirst().state()
            + " "
            + first.slots().getFirst().job());
    assertEquals("Paused", all.getLast().state());
    assertEquals("somebody uses it; jobs go on after 3 minutes without it", all.getLast().why());
    assertEquals("", first.why());
    assertEquals(1600000000, first.startedAt());
  }

  @Test
  void aMachineWhoseClockIsWrongSaysSo() throws Exception {
    for (long ahead : new long[] {-7200, -61, -60, 60, 61, 300}) {
      String ads =
          SLOTS.replace(
              "1700000000,", "1700000000, \"MyCurrentTime\": " + (1700000000 + ahead) + ",");
      List<JsonNode> slots = new ArrayList<>();
      new ObjectMapper().readTree(ads).forEach(slots::add);
      String why = Machine.of(slots).getFirst().why();
      assertEquals(Math.abs(ahead) > 60, why.startsWith("its clock is "), why);
      assertTrue(ahead != -7200 || why.contains("120 min behind the manager's"), why);
      assertTrue(ahead != 300 || why.contains("5 min ahead of the manager's"), why);
    }
  }

  @Test
  void whatNoMachineHasIsToldWithWhatTheLargestHas() throws Exception {
    assertTrue(
        Fit.obstacle(limits(1, 64), machines())
            .orElseThrow()
            .startsWith("it asks for 64.0 GiB of memory; the largest of 2 machines has 23.4 GiB"));
    assertTrue(
        Fit.obstacle(limits(16, 1), machines())
            .orElseThrow()
            .startsWith("it asks for 16 cores; the largest of 2 machines has 8"));
    assertEquals(Optional.empty(), Fit.obstacle(limits(8, 20), machines()));
    assertTrue(
        Fit.obstacle(limits(1, 1), List.of(machines().getLast()))
            .orElseThrow()
            .startsWith("the owners of all 1 machines"));
  }

  @Test
  void thatEveryCoreIsInUseIsToldAndADrainedMachineIsNoRoom() throws Exception {
    assertEquals(Optional.empty(), Fit.full(limits(6, 1), machines()));
    assertTrue(
        Fit.full(limits(7, 1), machines())
            .orElseThrow()
            .startsWith("2 of 12 cores are in use, and no machine has 7 free"));
    List<Machine> drained =
        machines().stream().map(one -> one.standing(Standing.DRAINING)).toList();
    assertTrue(
        Fit.obstacle(limits(1, 1), drained).orElseThrow().startsWith("all 2 machines are drained"));
  }
}
