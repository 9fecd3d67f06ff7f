package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.gridappliance.evm.Sandbox.Finished;
import org.gridappliance.evm.Sandbox.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program reaches the hosts and ports that are named, and nothing else of the machine's. */
class ReachTest {
  private final Sandbox sandbox = new Sandbox();

  /** Says back what it is told; stands for the host that is named. */
  private Echo named;

  /** Stands for everything else of this machine. */
  private Echo other;

  @BeforeEach
  void listen() throws IOException {
    named = new Echo();
    other = new Echo();
  }

  @AfterEach
  void clear() throws Exception {
    named.close();
    other.close();
    Machine.awaitNoProcesses();
    sandbox.close();
  }

  private static final class Echo implements AutoCloseable {
    final ServerSocket server = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    final AtomicInteger connections = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();

    /**
     * Connections that are answered: to end with an answer unread takes what was said last along.
     */
    volatile int answered = Integer.MAX_VALUE;

    Echo() throws IOException {
      Thread.ofVirtual().start(this::accept);
    }

    int port() {
      return server.getLocalPort();
    }

    private void accept() {
      try {
        while (true) {
          Socket one = server.accept();
          int number = connections.incrementAndGet();
          Thread.ofVirtual().start(() -> serve(one, number <= answered));
        }
      } catch (IOException e) {
        // closed
      }
    }

    private void serve(Socket one, boolean answers) {
      byte[] buffer = new byte[1 << 16];
      try (one;
          InputStream in = one.getInputStream();
          OutputStream out = one.getOutputStream()) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          bytes.addAndGet(n);
          if (answers) {
            out.write(buffer, 0, n);
          }
        }
      } catch (IOException e) {
        // the program is gone
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  private EvmReach data() {
    return new EvmReach("data.test", named.port(), InetAddress.getLoopbackAddress());
  }

  private Finished bash(Mode mode, List<EvmReach> reach, String script) throws Exception {
    EvmSpec spec =
        Sandbox.withHostPrograms(EvmSpec.of(List.of("/usr/bin/bash", "-c", script)))
            .withEnvironment(Map.of("PATH", "/usr/bin"))
            .withWork(sandbox.work, false)
            .withReach(reach);
    return sandbox.run(mode, spec);
  }

  private EvmResult.Reached counted(Finished run) {
    return run.result().reached().getFirst();
  }

  /** Opens a connection and reports whether that was possible. */
  private static String attempt(String host, int port) {
    return "if (exec 3<>/dev/tcp/%s/%d && echo x >&3 && read -t 20 -r a <&3 && [ -n \"$a\" ])"
            .formatted(host, port)
        + " 2>/dev/null; then echo reached %s:%d; fi;".formatted(host, port);
  }

  private void namedHostIsReached(Mode mode) throws Exception {
    Finished run =
        bash(
            mode,
            List.of(data()),
            "exec 3<>/dev/tcp/data.test/%d; echo hello >&3; read -r a <&3; echo \"$a\""
                .formatted(named.port()));
    assertEquals("hello\n", run.output(), () -> run.result().toString());
    assertEquals(new EvmResult.Reached("data.test", named.port(), 1, 0, 6, 6), counted(run));
  }

  @Test
  void namedHostIsReachedByItsNameAndCounted() throws Exception {
    namedHostIsReached(Mode.UNPRIVILEGED);
  }

  @Tag("root")
  @Test
  void namedHostIsReachedAsRootToo() throws Exception {
    namedHostIsReached(Mode.ROOT);
  }

  private void nothingElseIsReached(Mode mode, List<EvmReach> reach) throws Exception {
    String own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .map(InetAddress::getHostAddress)
            .filter(a -> !a.contains("%"))
            .map(a -> attempt(a, other.port()) + attempt(a, named.port()))
            .collect(Collectors.joining());
    Finished run =
        bash(
            mode,
            reach,
            own
                + attempt("data.test", other.port())
                + attempt("127.0.1.1", other.port())
                + attempt("127.0.1.2", named.port())
                + attempt("localhost", named.port())
                + attempt("169.254.169.254", 80)
                + attempt("other.test", named.port())
                + "echo end");
    assertEquals("end\n", run.output());
    assertEquals(0, named.connections.get() + other.connections.get());
  }

  @Test
  void otherHostsPortsAndTheMachineItselfAreNotReached() throws Exception {
    nothingElseIsReached(Mode.UNPRIVILEGED, List.of(data()));
  }

  @Tag("root")
  @Test
  void otherHostsPortsAndTheMachineItselfAreNotReachedAsRoot() throws Exception {
    nothingElseIsReached(Mode.ROOT, List.of(data()));
  }

  @Test
  void withoutANameNothingIsReached() throws Exception {
    nothingElseIsReached(Mode.UNPRIVILEGED, List.of());
    Finished run = bash(Mode.UNPRIVILEGED, List.of(), attempt("data.test", named.port()));
    assertEquals("", run.output());
  }

  /** What the attack program tries of networks is as closed as without a named host. */
  @Test
  void attacksOnTheNetworkAreContainedBesideANamedHost() throws Exception {
    Finished run =
        sandbox.run(
            Mode.UNPRIVILEGED,
            sandbox.attack("network", "evm-test:" + other.port()).withReach(List.of(data())));
    assertEquals("contained\n", run.output(), () -> run.result().toString());
  }

  @Test
  void muchGoesBothWaysWholeAndWhatWasSentLastArrives() throws Exception {
    int megabytes = 24;
    named.answered = 1;
    Finished run =
        bash(
            Mode.UNPRIVILEGED,
            List.of(data()),
            """
            head -c %1$dM /dev/urandom > f
            exec 3<>/dev/tcp/data.test/%2$d
            (cat f >&3) & head -c %1$dM <&3 | cmp - f && echo same
            wait; exec 3<&-
            exec 4>/dev/tcp/data.test/%2$d; head -c 200000 f >&4\
            """
                .formatted(megabytes, named.port()));
    assertEquals("same\n", run.output(), () -> run.result().toString());
    assertEquals(2, counted(run).connections());
    assertEquals(((long) megabytes << 20) + 200_000, counted(run).sentBytes());
    assertTrue(counted(run).receivedBytes() >= (long) megabytes << 20);
    await(((long) megabytes << 20) + 200_000);
  }

  /** Until the host has so many bytes. */
  private void await(long bytes) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (named.bytes.get() < bytes) {
      assertTrue(System.nanoTime() < until, "of " + bytes + " came " + named.bytes.get());
      LockSupport.parkNanos(1_000_000);
    }
    assertEquals(bytes, named.bytes.get());
  }

  @Test
  void moreConnectionsThanPlacesAreServedInTurn() throws Exception {
    Finished run =
        bash(
            Mode.UNPRIVILEGED,
            List.of(data()),
            """
            for i in $(seq 150); do
              (exec 3<>/dev/tcp/data.test/%d && echo $i >&3 && read -r a <&3 && echo $a) &
            done
            wait\
            """
                .formatted(named.port()));
    assertEquals(150, run.output().lines().distinct().count(), run.output());
    assertEquals(150, counted(run).connections());
  }

  @Test
  void hostThatDoesNotAnswerIsABrokenConnectionAndCounted() throws Exception {
    EvmReach dead = new EvmReach("dead.test", 443, InetAddress.getLoopbackAddress());
    Finished run =
        bash(Mode.UNPRIVILEGED, List.of(dead, data()), attempt("dead.test", 443) + "echo end");
    assertEquals("end\n", run.output());
    assertEquals(1, counted(run).failed());
    assertEquals(0, run.result().reached().get(1).connections());
  }

  @Test
  void connectionsEndWithALauncherThatIsKilled() throws Exception {
    EvmSpec spec =
        Sandbox.withHostPrograms(
                EvmSpec.of(
                    List.of(
                        "/usr/bin/bash",
                        "-c",
                        "exec 3<>/dev/tcp/data.test/%d; echo x >&3; read -r a <&3; sleep 1000"
                            .formatted(named.port()))))
            .withWork(sandbox.work, false)
            .withReach(List.of(data()));
    Path report = sandbox.folder.resolve("killed");
    Process launcher = sandbox.command(Mode.UNPRIVILEGED, spec, report).start();
    await(2);
    launcher.destroyForcibly().waitFor();
    assertNotEquals(0, launcher.exitValue());
    Machine.awaitNoProcesses();
    Files.deleteIfExists(report);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "A.test",
        "a b.test",
        "a.test\n127.0.0.1 x",
        "-a.test",
        "a..test",
        "10.0.0.1",
        "::1",
        "localhost",
        "x.localhost",
        "evm",
        "a_b.test",
        "a.test."
      })
  void onlyNamesOfHostsAreTaken(String name) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new EvmReach(name, 443, InetAddress.getLoopbackAddress()));
  }
}
