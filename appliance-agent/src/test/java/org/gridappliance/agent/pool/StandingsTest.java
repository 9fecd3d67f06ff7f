package org.gridappliance.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.gridappliance.agent.verb.Verb;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the manager's HTCondor is told of machines that are drained or banned. */
@Tag("root")
class StandingsTest {
  @TempDir Path folder;

  @Test
  void theNegotiatorPassesOverDrainedAndBannedMachinesAndOverWhatABannedOneSubmitted()
      throws Exception {
    Standings standings = new Standings(folder.resolve("standings.json"));
    assertEquals("", standings.config());
    standings.set("10.77.0.11", "draining");
    standings.set("10.77.0.12", "banned");
    assertEquals(
        """
        NEGOTIATOR_SLOT_CONSTRAINT = stringListIMember(Machine, \
        "10-77-0-11.grid.appliance,10-77-0-12.grid.appliance") =!= True
        NEGOTIATOR_SUBMITTER_CONSTRAINT = stringListIMember(Machine, \
        "10-77-0-12.grid.appliance") =!= True
        """,
        standings.config());
    standings.set("10.77.0.12", "open");
    assertEquals(Map.of("10.77.0.11", "draining"), standings.all());
    standings.set("10.77.0.11", "open");
    assertEquals("", standings.config());
  }

  @Test
  void whatIsNoAddressOrNoStandingIsRefusedAndADamagedFileIsNamed() throws Exception {
    Path file = folder.resolve("standings.json");
    Standings standings = new Standings(file);
    assertThrows(Verb.Refused.class, () -> standings.set("10.77.0.11\nALLOW_WRITE = *", "banned"));
    assertThrows(Verb.Refused.class, () -> standings.set("10.77.0.11", "gone"));
    Files.writeString(file, "{\"10.77.0.11\": ");
    assertThrows(IOException.class, standings::config);
  }
}
