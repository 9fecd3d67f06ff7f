package org.gridappliance.agent.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program in the envelope gets: its command, its files, its exit told. */
class EnvelopeTest {
  @TempDir static Path folder;
  private static Trial trial;

  @BeforeAll
  static void open() {
    trial = new Trial(folder);
  }

  @AfterAll
  static void close() {
    trial.close();
  }

  @Test
  void thisMachineCanContainPrograms() {
    assertEquals(Optional.empty(), trial.envelope.obstacle());
  }

  @Test
  void shellMetacharactersArriveAsPlainArguments() throws Exception {
    Trial.Ran ran = trial.run("printf", "%s\n", "a b", "$(id)", "; rm -rf /", "`x`", "*", "\"'\\");
    assertEquals("a b\n$(id)\n; rm -rf /\n`x`\n*\n\"'\\\n", ran.stdout(), ran.stderr());
  }

  @Test
  void exitCodesAndSignalsAreTold() throws Exception {
    assertEquals(3, trial.run("sh", "-c", "exit 3").outcome().exitCode());
    assertEquals("SIGSEGV", trial.run("sh", "-c", "kill -SEGV $$").outcome().signal());
  }
}
