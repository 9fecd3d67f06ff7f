package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgramsTest {
  private static Optional<String> missing(String command, String packages) throws AppInvalid {
    String yaml =
        """
        title: Small
        about: Small
        category: Tests
        inputs: []
        packages: [%s]
        command: [%s]
        outputs:
          - { name: o, type: text, title: Output, file: stdout }
        resources: { cpus: 1, memory: 64 MiB, disk: 10 MiB, minimumTime: 0 s, expectedTime: 1 s, maximumTime: 60 s }
        """
            .formatted(packages, command);
    return Programs.missing(AppParser.parse("small", yaml, Path.of("nowhere"), "0".repeat(64)));
  }

  @Test
  void aProgramThatIsNotThereIsNamedWithItsPackage() throws AppInvalid {
    assertEquals(
        Optional.of(
            "no-such-program is not installed on this machine; install it: apt-get install"
                + " no-such-package"),
        missing("no-such-program, x", "no-such-package"));
    assertEquals(Optional.empty(), missing("tar, x", "tar"));
  }

  @Test
  void whatAShellIsToldToRunIsKnownByItsPackages() throws AppInvalid {
    assertEquals(
        Optional.of(
            "no-such-package is not installed on this machine; install it: apt-get install"
                + " no-such-package"),
        missing("sh, -c, no-such-program", "tar, no-such-package"));
    assertEquals(Optional.empty(), missing("sh, -c, tar", "tar, libc6"));
  }
}
