package org.gridappliance.agent.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the portal's HTCondor programs see of a machine, with the real bubblewrap. */
class CondorClientTest {
  @Test
  void ofTheMachinesOwnHtcondorOnlyProgramsAreShown() throws Exception {
    List<String> command = new ArrayList<>(List.of("bwrap", "--die-with-parent", "--unshare-all"));
    command.addAll(CondorClient.shown(Path.of("/")));
    command.addAll(List.of("--dev", "/dev", "--proc", "/proc", "--", "/bin/sh", "-c"));
    command.add("ls / && ls /etc");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    List<String> names = said.lines().toList();
    assertTrue(names.containsAll(List.of("bin", "usr", "ld.so.cache")), said);
    for (String hidden : List.of("root", "home", "var", "shadow", "passwd")) {
      assertFalse(names.contains(hidden), said);
    }
  }

  @Test
  void aRootOfItsOwnIsShownWhole() {
    assertEquals(
        List.of("--ro-bind", "/some/root", "/"), CondorClient.shown(Path.of("/some/root")));
  }
}
