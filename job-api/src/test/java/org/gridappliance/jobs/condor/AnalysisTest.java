package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.gridappliance.jobs.condor.Reason.Remedy;
import org.gridappliance.jobs.lease.Limits;
import org.junit.jupiter.api.Test;

/** The words of HTCondor 23.9.6, as it printed them, in ours. */
class AnalysisTest {
  private static final Limits LIMITS = new Limits(16, 64L << 20, 10L << 20, 100, 60, 1 << 20);

  private static final String CORES =
      """
      -- Schedd: 10-77-0-1.grid.appliance : <10.77.0.1:9618?...
      The Requirements expression for job 1.007 is

          (TARGET.Arch == "X86_64") && (TARGET.OpSys == "LINUX") &&
          (TARGET.Disk >= RequestDisk) && (TARGET.Memory >= RequestMemory) &&
          (TARGET.Cpus >= RequestCpus) && (TARGET.HasFileTransfer)

      Job 1.007 defines the following attributes:

          RequestCpus = 16
          RequestDisk = 1000 (kb)
          RequestMemory = 64 (mb)

      The Requirements expression for job 1.007 reduces to these conditions:

               Slots
      Step    Matched  Condition
      -----  --------  ---------
      [0]           6  TARGET.Arch == "X86_64"
      [1]           6  TARGET.OpSys == "LINUX"
      [3]           6  TARGET.Disk >= RequestDisk
      [5]           6  TARGET.Memory >= RequestMemory
      [7]           0  TARGET.Cpus >= RequestCpus


      001.007:  Run analysis summary ignoring user priority.  Of 2 machines,
            2 are rejected by your job's requirements
            0 reject your job because of their own requirements
            0 match and are already running your jobs
            0 match but are serving other users
            0 are able to run your job

      WARNING:  Be advised:
         No machines matched the jobs's constraints
      """;

  private static String counts(int theirs, int own, int others, int able) {
    return """
        001.007:  Run analysis summary ignoring user priority.  Of 4 machines,
              0 are rejected by your job's requirements
              %d reject your job because of their own requirements
              %d match and are already running your jobs
              %d match but are serving other users
              %d are able to run your job
        """
        .formatted(theirs, own, others, able);
  }

  @Test
  void aConditionThatNoMachineMeetsIsASentenceWithTheRemedy() {
    assertEquals(
        List.of(new Reason("no machine has the 16 cores that it asks for", Remedy.CHANGE)),
        Analysis.of(CORES, LIMITS));
    assertTrue(
        Analysis.of("[5]   0  TARGET.Memory >= RequestMemory", LIMITS)
            .getFirst()
            .text()
            .contains("64 MiB of memory"));
  }

  @Test
  void theCountsSayWhetherOthersOwnersOrOnesOwnAreInTheWay() {
    assertTrue(Analysis.of(counts(0, 0, 0, 4), LIMITS).getFirst().text().startsWith("4 of 4"));
    assertEquals(
        List.of(Remedy.NONE, Remedy.NONE, Remedy.OPEN),
        Analysis.of(counts(1, 1, 2, 0), LIMITS).stream().map(Reason::remedy).toList());
    assertEquals(List.of(), Analysis.of("Job 9.0 not found", LIMITS));
  }
}
