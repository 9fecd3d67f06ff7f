package org.gridappliance.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridappliance.agent.executor.LittlePortal;
import org.gridappliance.jobs.lease.Enrolment;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent as it is started: enrols, runs, answers on its socket, stops. */
class AgentMainTest {
  @TempDir Path data;
  private LittlePortal portal;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    portal = new LittlePortal();
  }

  @AfterEach
  void close() throws Exception {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
    portal.close();
    new ProcessBuilder("rm", "-rf", data.resolve("executor").toString()).start().waitFor();
  }

  @Test
  void agentEnrolsWithThePortalsFileAndRunsJobs() throws Exception {
    Process agent = run();
    Path run = Files.createDirectories(data.resolve("run"));
    Files.writeString(run.resolve("local-join"), "good-token\n");
    Enrolment enrolment = portal.enrolments.poll(20, TimeUnit.SECONDS);
    assertEquals("good-token", enrolment.joinToken());
    portal.offer(List.of(), List.of(), "true");
    assertEquals(0, portal.result().exitCode());

    Path key = data.resolve("keys/executor.json");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(key)));
    String token = LeaseProtocol.json().readTree(key.toFile()).path("token").asText();
    assertEquals("Bearer " + token, portal.bearers.take());
    assertNotEquals(token, enrolment.tokenHash());
    assertEquals(
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8))),
        enrolment.tokenHash());
    assertTrue(Files.notExists(run.resolve("local-join")));

    JsonNode status =
        LeaseProtocol.json().readTree(ask("GET /status HTTP/1.1").split("\r\n\r\n", 2)[1]);
    assertEquals(2, status.path("slots").asInt());
    assertTrue(status.path("ready").asBoolean(), status.toString());
    assertTrue(ask("POST /run HTTP/1.1").startsWith("HTTP/1.1 404"));
    assertEquals(
        "rw-rw----",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(run.resolve("agent.sock"))));

    agent.destroy();
    assertTrue(agent.waitFor(10, TimeUnit.SECONDS), "SIGTERM ends it within 10 s");
    assertTrue(Files.notExists(run.resolve("agent.sock")));
  }

  @Test
  void restartGoesOnWithTheSameKey() throws Exception {
    Files.createDirectories(data.resolve("run"));
    Files.writeString(data.resolve("run/local-join"), "good-token");
    Process first = run();
    String bearer = portal.bearers.poll(20, TimeUnit.SECONDS);
    first.destroyForcibly().waitFor();
    portal.bearers.clear();
    run();
    assertEquals(bearer, portal.bearers.poll(20, TimeUnit.SECONDS));
    assertEquals(1, portal.enrolments.size());
  }

  @Test
  void agentThatThePortalForgotEndsAndEnrolsAnew() throws Exception {
    Files.createDirectories(data.resolve("run"));
    Files.writeString(data.resolve("run/local-join"), "good-token");
    Process first = run();
    String bearer = portal.bearers.poll(20, TimeUnit.SECONDS);
    portal.forgetful = true;
    Files.writeString(data.resolve("run/local-join"), "good-token-2");
    portal.offer(List.of(), List.of(), "true"); // ends the waiting request
    portal.result();
    assertTrue(first.waitFor(20, TimeUnit.SECONDS));
    portal.forgetful = false;
    portal.bearers.clear();
    run();
    assertNotEquals(bearer, portal.bearers.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void joinByLinkEnrolsAndRefusedTokenIsToldInASentence() throws Exception {
    String address = "http://127.0.0.1:" + portal.port() + "/join#";
    Process bad = start("join", address + "used-up", "--data", data.toString());
    String said = new String(bad.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, bad.waitFor());
    assertTrue(said.contains("403"), said);
    start("join", address + "good", "--data", data.toString(), "--slots", "1");
    portal.offer(List.of(), List.of(), "true");
    assertEquals(0, portal.result().exitCode());
  }

  private Process run() throws Exception {
    return start(
        "run",
        "--data",
        data.toString(),
        "--portal",
        "http://127.0.0.1:" + portal.port(),
        "--slots",
        "2");
  }

  private Process start(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx128m", "-XX:+UseSerialGC"));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), AgentMain.class.getName()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--uid-base", "58710"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    if (arguments[0].equals("run")) {
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    }
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private String ask(String line) throws Exception {
    try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.connect(UnixDomainSocketAddress.of(data.resolve("run/agent.sock")));
      socket.write(
          ByteBuffer.wrap((line + "\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII)));
      return new String(Channels.newInputStream(socket).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
