package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gridappliance.evm.Sandbox.Finished;
import org.gridappliance.evm.Sandbox.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each attack of attack.c is contained, and the machine is as it was. */
class AttackTest {
  private Sandbox sandbox;
  private Path victim;
  private ServerSocket service;

  @BeforeEach
  void prepare() throws Exception {
    sandbox = new Sandbox();
    victim = Files.writeString(sandbox.folder.resolve("victim"), "of the host");
    Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-rw-rw-"));
    service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void clear() throws Exception {
    service.close();
    sandbox.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int80",
        "x32",
        "calls",
        "namespaces",
        "set-id",
        "descriptors",
        "paths",
        "links",
        "code",
        "unwrapped",
        "terminal",
        "network",
        "clocks",
        "priority",
        "names",
        "stay"
      })
  void isContainedUnprivileged(String name) throws Exception {
    attack(Mode.UNPRIVILEGED, name);
  }

  @Tag("root")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "int80",
        "x32",
        "calls",
        "namespaces",
        "set-id",
        "descriptors",
        "paths",
        "links",
        "code",
        "unwrapped",
        "terminal",
        "network",
        "clocks",
        "priority",
        "names",
        "stay"
      })
  void isContainedAsRoot(String name) throws Exception {
    attack(Mode.ROOT, name);
  }

  private void attack(Mode mode, String name) throws Exception {
    Machine before = Machine.look(victim);
    List<String> command = new ArrayList<>(List.of(name));
    switch (name) {
      case "paths", "links" -> command.add(victim.toString());
      case "network" -> command.add("evm-test:" + service.getLocalPort());
      default -> {}
    }

    Finished run = sandbox.run(mode, sandbox.attack(command.toArray(String[]::new)));

    assertEquals("contained\n", run.output(), () -> run.result().toString());
    assertEquals(0, run.exitCode());
    assertEquals(EvmResult.Outcome.EXITED, run.result().outcome());
    Machine.awaitNoProcesses();
    assertEquals(before, Machine.look(victim));
    try (Stream<Path> left = Files.walk(sandbox.work)) {
      assertTrue(left.noneMatch(AttackTest::hasSetId), "a set-id file is left");
    }
  }

  private static boolean hasSetId(Path file) {
    try {
      int mode =
          (int) Files.getAttribute(file, "unix:mode", java.nio.file.LinkOption.NOFOLLOW_LINKS);
      return (mode & 06000) != 0;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"signals"})
  void theProgramCannotSignalItsPortal(String name) throws Exception {
    Finished run =
        sandbox.run(Mode.UNPRIVILEGED, sandbox.attack(name, "" + ProcessHandle.current().pid()));

    assertEquals(EvmResult.Outcome.SIGNALED, run.result().outcome());
    assertEquals(9, run.result().signal());
    assertEquals(137, run.exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"network"})
  void aRefusedCallIsReportedInWords(String name) throws Exception {
    Finished run =
        sandbox.run(Mode.UNPRIVILEGED, sandbox.attack(name, "evm-test:" + service.getLocalPort()));

    assertTrue(
        run.result().refusals().stream()
            .anyMatch(r -> r.words().contains("open a socket of a family") && r.count() > 0),
        () -> run.result().refusals().toString());
    assertTrue(run.result().lastRefusal().contains("not in the sandbox"));
  }
}
