package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** job-api's operations and streams behind the portal's gate. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JobsMountedTest {
  @TempDir static Path folder;
  private TestPortal portal;
  private TestPortal.Browser ada;
  private TestPortal.Browser bob;

  @BeforeAll
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"));
    ada = portal.administrator();
    bob = portal.scientist(ada, "bob");
  }

  @AfterAll
  void stop() {
    portal.close();
  }

  @Test
  void theirOperationsAnswerAsTheContractSays() {
    for (String path : new String[] {"/apps", "/jobs", "/nodes", "/pool"}) {
      TestPortal.Answer answer = bob.get(path);
      assertEquals(200, answer.status(), answer.body());
      assertEquals(401, portal.browser().get(path).status(), path);
    }
    assertEquals(404, bob.get("/jobs/12345").status());
    assertEquals(404, bob.get("/apps/nothing").status());
    assertEquals(403, bob.send("POST", "/nodes/join-tokens", "{}").status());
    assertEquals(201, ada.send("POST", "/nodes/join-tokens", "{}").status());
  }

  @Test
  void anExecutorNeedsItsOwnTokenAndEnrolsWithALocalOne() throws Exception {
    TestPortal.Browser executor = portal.browser();
    String lease = "{\"cpus\":1,\"memoryBytes\":1,\"diskBytes\":1,\"max\":1,\"waitSeconds\":0}";
    assertEquals(401, executor.send("POST", "/executors/leases", lease).status());
    assertEquals(401, ada.send("POST", "/executors/leases", lease).status());
    String join = Files.readString(portal.data.resolve("run/local-join")).strip();
    String hash = "a".repeat(64);
    String enrol =
        "{\"joinToken\":\"%s\",\"name\":\"here\",\"tokenHash\":\"%s\",\"cpus\":1,\"memoryBytes\":1000000}"
            .formatted(join, hash);
    assertEquals(201, executor.send("POST", "/executors/enrol", enrol).status());
    assertEquals(403, executor.send("POST", "/executors/enrol", enrol).status());
    assertTrue(bob.get("/nodes").body().contains("\"here\""));
  }

  @Test
  @Timeout(20)
  void theEventStreamTellsTheAnnouncementAndItsChange() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(portal.server.address() + "/api/v1/events"))
            .header("Cookie", bob.cookie)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      assertEquals(200, response.statusCode());
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
        await(lines, "{\"text\":null}");
        String settings =
            "{\"name\":\"n\",\"registration\":\"closed\",\"announcement\":\"Friday 5 pm\"}";
        assertEquals(200, ada.send("PUT", "/settings", settings).status());
        await(lines, "{\"text\":\"Friday 5 pm\"}");
      }
    }
  }

  private static void await(BufferedReader lines, String data) throws Exception {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals("data: " + data)) {
        return;
      }
    }
    throw new AssertionError("the stream ended before it told " + data);
  }

  @Test
  void metricsCountJobsByState() {
    String metrics = portal.browser().send("GET", "//metrics", "").body();
    assertTrue(metrics.contains("jobs{state=\"Running\"} 0"), metrics);
    assertTrue(metrics.contains("pool_slots"), metrics);
    assertTrue(metrics.contains("pool_freeSlots"), metrics);
    assertTrue(metrics.contains("pool_condor_ready 0.0"), metrics); // none is set up here
    assertTrue(metrics.contains("pool_condor_slots 0.0"), metrics);
  }
}
