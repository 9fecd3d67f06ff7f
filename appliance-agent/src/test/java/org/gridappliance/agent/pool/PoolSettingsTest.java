package org.gridappliance.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.gridappliance.agent.pool.PoolSettings.Role;
import org.gridappliance.agent.settings.ApplianceYaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What appliance.yaml makes of HTCondor. */
class PoolSettingsTest {
  @TempDir Path data;

  private PoolSettings read(String yaml) throws Exception {
    Files.writeString(data.resolve("appliance.yaml"), yaml);
    return PoolSettings.read(data);
  }

  @Test
  void withoutAFileOrWithABareOffThereIsNoHtcondor() throws Exception {
    assertEquals(Role.OFF, PoolSettings.read(data).role());
    assertEquals(Role.OFF, read("pool:\n  role: off\n").role());
  }

  @Test
  void bothSpellingsAreRead() throws Exception {
    PoolSettings nested =
        read("pool:\n  role: worker\n  manager: 10.77.0.1\n  address: eth0\n  cpus: 8\n");
    assertEquals(new PoolSettings(Role.WORKER, "10.77.0.1", "eth0", 9618, 8), nested);
    assertEquals(Role.MANAGER, read("pool.role: manager\n").role());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pool.role: king",
        "pool.role: worker",
        "pool: {role: worker, manager: example.org}",
        "pool: {role: manager, address: 'a b'}",
        "pool: {role: manager, address: \"x\\nALLOW_WRITE = *\"}",
        "pool: {role: manager, port: 0}",
        "pool: {role: manager, cpus: many}"
      })
  void whatCannotBeIsRefused(String yaml) {
    assertThrows(ApplianceYaml.Wrong.class, () -> read(yaml));
  }

  @Test
  void aWorkerRunsJobsAsAUserOfItsOwnThroughTheWrapperAndHasNoWayToSign() {
    String worker =
        CondorConfig.daemons(
            new PoolSettings(Role.WORKER, "10.77.0.1", "", 9618, 3),
            "10.77.0.11",
            58_490,
            "p1.grid.appliance",
            false,
            java.util.List.of());
    assertTrue(worker.contains("USER_JOB_WRAPPER = /mnt/node/etc/job-wrapper\n"));
    assertTrue(worker.contains("STARTER_ALLOW_RUNAS_OWNER = False\n"));
    assertTrue(worker.contains("UID_DOMAIN = exec.invalid\n"));
    assertTrue(worker.contains("NUM_CPUS = 3\n"));
    assertTrue(worker.contains("DAEMON_LIST = MASTER, STARTD\n"));
  }

  @Test
  void onlyTheNegotiatorsOfThisPoolAndOfNamedOnesAskForItsJobs() {
    String manager =
        CondorConfig.daemons(
            new PoolSettings(Role.MANAGER, "", "", 9618, 0),
            "10.77.0.1",
            58_490,
            "p1.grid.appliance",
            true,
            java.util.List.of(new Neighbours.Neighbour("10.77.0.21", "p2.grid.appliance")));
    assertTrue(manager.contains("FLOCK_TO = 10.77.0.21\n"));
    assertTrue(
        manager.contains(
            "ALLOW_NEGOTIATOR = condor@p1.grid.appliance member@p1.grid.appliance"
                + " submit@p1.grid.appliance condor@p2.grid.appliance flock@p2.grid.appliance\n"));
    assertFalse(manager.contains("%"), "a placeholder was left");
  }

  @Test
  void halfATokenIsToldFromAWholeOne() {
    String whole = "a".repeat(20) + "." + "b".repeat(40) + "." + "c".repeat(43);
    assertTrue(CondorTokens.isToken(whole));
    assertFalse(CondorTokens.isToken(whole.substring(0, 70)));
    assertFalse(CondorTokens.isToken(""));
    assertFalse(CondorTokens.isToken(whole + "\n" + whole));
  }
}
