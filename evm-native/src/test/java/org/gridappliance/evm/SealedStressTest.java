package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridappliance.evm.Sandbox.Mode;
import org.gridappliance.evm.SealedSandbox.Ended;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * stress-ng's classes of files, maps and signals on sealed scratch, which check what they do. Left
 * out is what any sandbox refuses, sealed or not: {@code access} (scratch is noexec), {@code chown}
 * to an account that is not there, {@code dirdeep} (a limit), {@code io} (syncfs is pretended),
 * {@code remap}; and extended attributes, which sealed scratch has not.
 */
class SealedStressTest {
  private static final List<String> FILES =
      List.of(
          ("chdir chmod dentry dir dirmany dup fallocate fcntl filename flock fpunch fsize fstat"
                  + " getdent hdd iomix lease link locka lockf lockofd mknod open rename symlink"
                  + " sync-file touch utime sendfile splice seek aio")
              .split(" "));
  private static final List<String> MAPS =
      List.of("mmap mmapaddr mmapfixed mmapmany msync mremap fault madvise munmap".split(" "));
  private static final List<String> SIGNALS =
      List.of(
          ("kill sigabrt sigchld sigfd sigfpe signal sigpipe sigq sigrt sigsegv sigsuspend sigtrap"
                  + " sigio sigpending fork vfork clone pthread exec daemon wait zombie spawn")
              .split(" "));

  private final SealedSandbox sealed = new SealedSandbox();

  @AfterEach
  void clear() throws Exception {
    sealed.close();
  }

  @Test
  void filesBehave() throws Exception {
    stress(Sandbox.isRoot() ? Mode.ROOT : Mode.UNPRIVILEGED, FILES);
  }

  @Test
  void mapsOfFilesBehave() throws Exception {
    stress(Mode.UNPRIVILEGED, MAPS);
  }

  /** The portal, which traces them, gives every signal, birth and end on. */
  @Test
  void signalsAndProcessesBehave() throws Exception {
    stress(Mode.UNPRIVILEGED, SIGNALS);
  }

  private void stress(Mode mode, List<String> stressors) throws Exception {
    assertTrue(
        Files.exists(Path.of("/usr/bin/stress-ng")),
        "/usr/bin/stress-ng is missing: apt-get install stress-ng");
    List<String> command =
        Stream.concat(
                Stream.of("/usr/bin/stress-ng", "--timeout", "5", "--temp-path", "/work"),
                stressors.stream().flatMap(s -> Stream.of("--" + s, "1", "--" + s + "-ops", "20")))
            .collect(Collectors.toList());
    for (String kind : List.of("hdd", "iomix", "mmap", "fallocate", "mremap")) {
      if (stressors.contains(kind)) {
        command.addAll(List.of("--" + kind + "-bytes", "4M"));
      }
    }
    EvmSpec spec =
        Sandbox.withHostPrograms(EvmSpec.of(command))
            .withWork(sealed.sandbox.work, false)
            .withEnvironment(Map.of("PATH", "/usr/bin:/bin", "LC_ALL", "C"))
            .withLimits(
                EvmLimits.defaults()
                    .withMemoryBytes(2L << 30)
                    .withDisk(1L << 32, 1L << 33, 100_000));

    Ended ended = sealed.run(mode, sealed.sandbox.as(mode, spec), 0);

    assertEquals(0, ended.exitCode(), () -> ended.result().reason() + "\n" + ended.output());
    assertTrue(ended.output().contains("successful run completed"), ended.output());
  }
}
