package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridappliance.tests.fixture.Repository;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTCondor of a machine's own packages, on a real Debian 13 where that package is installed. */
@Tag("root")
@Tag("netns")
class OwnCondorTest {
  private static final int PATIENCE_MINUTES = 8;

  @TempDir Path folder;

  private static String run(Path log, List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    process.getOutputStream().close();
    boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(log);
    assertTrue(ended, said);
    assertEquals(0, process.exitValue(), said);
    return said;
  }

  @Test
  void itIsChosenWhenItIsWholeAndNewEnoughAndRunsAJobSeeingOnlyProgramsOfTheMachine()
      throws Exception {
    String source = Repository.root().toString();
    String made =
        run(
            folder.resolve("root.log"),
            List.of(
                "bash",
                "-c",
                "SOURCE=$0; . \"$SOURCE/scripts/common.sh\"; . \"$SOURCE/scripts/condor.sh\";"
                    + " make_condor_root; echo \"$REPLY\"",
                source));
    List<String> command = new ArrayList<>();
    command.addAll(List.of("unshare", "--mount", "--uts", "--ipc", "--pid", "--net", "--fork"));
    command.addAll(List.of("--kill-child", "bash", TestApps.file("own-condor.sh").toString()));
    command.addAll(
        List.of(
            made.lines().reduce((first, last) -> last).orElseThrow(),
            source,
            Files.createDirectory(folder.resolve("work")).toString()));
    List<String> said = run(folder.resolve("log"), command).lines().toList();
    assertEquals(List.of("root /", "no root", "no root"), said.subList(0, 3), said::toString);
    assertTrue(
        said.stream().anyMatch(line -> line.startsWith("pool $CondorVersion: ")), said::toString);
    assertTrue(said.contains("only programs are shown"), said::toString);
    assertTrue(said.contains("job done-by-its-own"), said::toString);
  }
}
