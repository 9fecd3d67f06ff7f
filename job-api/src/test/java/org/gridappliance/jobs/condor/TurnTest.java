package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The fair share as condor_userprio of 23.9.6 prints it. */
class TurnTest {
  @Test
  void peopleAreReadWithoutGroupsTheNextOneFirst() {
    String said =
        """
        IsAccountingGroup1 = true
        Name1 = "<none>"
        Priority1 = 500.0
        IsAccountingGroup2 = false
        Name2 = "ada@p833ab06d.grid.appliance"
        Priority2 = 612.5
        WeightedAccumulatedUsage2 = 7200.0
        WeightedResourcesUsed2 = 4.0
        IsAccountingGroup10 = false
        Name10 = "bob@p833ab06d.grid.appliance"
        Priority10 = 500.0
        WeightedAccumulatedUsage10 = 0.0
        WeightedResourcesUsed10 = 0
        """;
    assertEquals(List.of(new Turn("bob", 500, 0, 0), new Turn("ada", 612.5, 4, 2)), Turn.of(said));
    assertEquals(List.of(), Turn.of(""));
  }
}
