package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.Jvm;
import org.gridappliance.tests.fixture.Namespaces;
import org.gridappliance.tests.fixture.PortalClient;
import org.gridappliance.tests.fixture.TestApps;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A job on a joined machine reaches the host that its application names, where that is allowed. */
@Tag("root")
@Tag("netns")
class NamedHostTest {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path folder;

  private final List<Process> running = new ArrayList<>();
  private Namespaces hosts;
  private CurlPerson ada;

  @BeforeEach
  void host() throws Exception {
    hosts = new Namespaces();
    Path site = Files.createDirectory(folder.resolve("site"));
    Files.writeString(site.resolve("index.html"), "the host's answer\n");
    List<String> server = new ArrayList<>(hosts.onA());
    server.addAll(List.of("python3", "-m", "http.server", "8088", "--bind", Namespaces.ADDRESS_A));
    running.add(
        new ProcessBuilder(server)
            .directory(site.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("site.log").toFile())
            .start());
    Files.writeString(
        folder.resolve("hosts"),
        Namespaces.ADDRESS_A + " data.example.test\n127.0.0.1 localhost\n");
  }

  private void start(String network) throws Exception {
    Path data = Files.createDirectory(folder.resolve("a"));
    Files.writeString(data.resolve("appliance.yaml"), "jobs:\n  network: \"" + network + "\"\n");
    TestApps.drop(data.resolve("apps"), "ask-host");
    running.add(
        Jvm.start(
            hosts.onA(),
            folder.resolve("portal.log"),
            Map.of("APPLIANCE_ADMIN", Appliance.ADMIN + ":" + Appliance.PASSWORD),
            "org.gridappliance.portal.PortalMain",
            "--data",
            data.toString(),
            "--listen",
            Namespaces.ADDRESS_A,
            "--port",
            "8443"));
    ada = new CurlPerson(hosts, data);
    Await.until("the portal answers; see " + folder, Duration.ofSeconds(60), ada::healthy);
    ada.login();
    String link =
        ada.post("/api/v1/nodes/join-tokens", PortalClient.JSON.createObjectNode())
            .get("link")
            .asText();
    running.add(
        Jvm.start(
            hosts.onB(),
            folder.resolve("agent.log"),
            // names are found by the machine: here by a file, since no name service may be asked
            Map.of("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + folder.resolve("hosts")),
            "org.gridappliance.agent.AgentMain",
            "join",
            link,
            "--data",
            folder.resolve("b").toString()));
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : running.reversed()) {
      process.destroy();
      assertTrue(process.waitFor(20, TimeUnit.SECONDS), "ends when asked to");
    }
    hosts.close();
  }

  private String ended(String place) throws Exception {
    ObjectNode body = PortalClient.JSON.createObjectNode().put("app", "ask-host");
    body.putObject("inputs").put("place", place);
    String job = "/api/v1/jobs/" + ada.post("/api/v1/jobs", body).get("id").asLong();
    Await.until(
        job + " ends; see " + folder,
        Duration.ofMinutes(2),
        () -> List.of("Completed", "Failed").contains(ada.get(job).get("state").asText()));
    return job;
  }

  @Test
  void jobReachesTheNamedHostAndNoOtherPlaceAndTheMachineNotesIt() throws Exception {
    start("private");
    String job = ended("data.example.test:8088");
    assertEquals("Completed", ada.get(job).get("state").asText(), ada.get(job).toString());
    assertEquals("the host's answer\n", ada.text(job + "/subjobs/0/output/stdout?offset=0"));
    for (String other :
        List.of(
            Namespaces.ADDRESS_A + ":8088", Namespaces.ADDRESS_A + ":8443", "169.254.169.254")) {
      assertEquals("Failed", ada.get(ended(other)).get("state").asText(), other);
    }
    String log = Files.readString(folder.resolve("agent.log"));
    assertTrue(log.contains("host=data.example.test port=8088 connections=1 failed=0"), log);
  }

  @Test
  void nameOfAPrivateAddressIsRefusedWhereOnlyTheOpenInternetIsAllowed() throws Exception {
    start("public");
    String job = ended("data.example.test:8088");
    JsonNode ended = ada.get(job);
    assertEquals("Failed", ended.get("state").asText());
    assertTrue(
        ended.toString().contains(Namespaces.ADDRESS_A + ", in a private network"),
        ended.toString());
  }
}
