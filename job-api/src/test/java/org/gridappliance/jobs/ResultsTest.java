package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures and texts among results, through HTTP. */
class ResultsTest {
  private static final String DRAW =
      """
      title: Draw
      category: Test
      about: Draws.
      inputs:
        - { name: angle, type: number, title: Angle, units: deg, default: 1, sweepable: true }
        - { name: seed, type: integer, title: Seed, default: 1, sweepable: true }
      command: [draw, "{angle}", "{seed}"]
      outputs:
        - { name: shot, type: image, title: Shot, file: out/shot.svg, sequence: true }
        - { name: map, type: file, title: Map, file: map.png, join: each }
        - { name: all, type: file, title: All, file: all.png }
        - { name: log, type: text, title: Log, file: stdout }
      resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 0.01 s, maximumTime: 2 min }
      """;

  private static final String SVG =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><script>alert(1)</script></svg>";

  @TempDir Path data;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    TestApps.install(data, "draw", DRAW);
    portal = new TestPortal(data, Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private static SubjobResult draw(TestExecutor executor, Lease lease) {
    List<FileRef> files =
        lease.outputs().stream()
            .map(name -> executor.output(lease, name, SVG.getBytes(StandardCharsets.UTF_8)))
            .toList();
    return TestExecutor.success(lease, files, "drawn\n");
  }

  private long run(Map<String, ?> sweep) {
    TestExecutor executor = new TestExecutor(() -> portal, "one", 2);
    long id =
        portal.submit("ann", Map.of("app", "draw", "inputs", Map.of("angle", 45), "sweep", sweep));
    executor.work(lease -> draw(executor, lease));
    TestPortal.await("job completes", () -> portal.state("ann", id).equals("Completed"));
    return id;
  }

  @Test
  void everySubjobsPictureIsListedWithTheValuesItWasSweptOver() {
    long id = run(Map.of("angle", List.of(10, 5.5), "seed", List.of(7, 8)));
    JsonNode images = portal.get("ann", "/jobs/" + id + "/results").json().path("images");
    assertEquals(2, images.size(), "files one behind the other are no picture: " + images);
    JsonNode shot = images.get(0);
    assertEquals("Shot", shot.path("title").asText());
    assertTrue(shot.path("sequence").asBoolean());
    assertEquals(4, shot.path("count").asInt());
    assertEquals("deg", shot.at("/swept/0/units").asText());
    assertEquals("Seed", shot.at("/swept/1/title").asText());
    JsonNode second = shot.at("/frames/1");
    assertEquals("out/shot-00001.svg", second.path("file").asText());
    assertEquals("[\"10\",\"8\"]", second.path("values").toString());
    assertEquals(1, second.path("subjob").asInt());
    assertEquals(SVG.length(), second.path("bytes").asInt());
    assertEquals("map-00003.png", images.at("/1/frames/3/file").asText());
    assertEquals("[\"5.5\",\"8\"]", images.at("/1/frames/3/values").toString());
  }

  @Test
  void withoutASweepAFileThatIsNamedAsAPictureIsOne() {
    long id = run(Map.of());
    JsonNode images = portal.get("ann", "/jobs/" + id + "/results").json().path("images");
    assertEquals(3, images.size());
    assertEquals("[]", images.at("/0/frames/0/values").toString());
    assertEquals("all.png", images.at("/2/frames/0/file").asText());
  }

  @Test
  void aDrawingLeavesAsADownloadThatNoOriginOfOursRuns() {
    long id = run(Map.of());
    HttpHeaders drawing = headers(id, "out/shot.svg");
    assertEquals("image/svg+xml", drawing.firstValue("Content-Type").orElse(""));
    assertEquals(
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:",
        drawing.firstValue("Content-Security-Policy").orElse(""));
    assertEquals("image/png", headers(id, "map.png").firstValue("Content-Type").orElse(""));
    assertEquals(
        "application/octet-stream", headers(id, "stdout").firstValue("Content-Type").orElse(""));
    for (String file : List.of("out/shot.svg", "map.png", "stdout")) {
      HttpHeaders headers = headers(id, file);
      assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElse(""), file);
      assertTrue(headers.firstValue("Content-Disposition").orElse("").startsWith("attachment"));
      assertTrue(headers.firstValue("Content-Security-Policy").orElse("").startsWith("sandbox"));
    }
  }

  @Test
  void aTextIsReadByLinesAndSearched() {
    long id = run(Map.of("seed", List.of(7, 8)));
    JsonNode page = portal.get("ann", "/jobs/" + id + "/text?file=stdout&from=1").json();
    assertEquals(
        "{\"from\":1,\"count\":2,\"lines\":[{\"text\":\"drawn\",\"more\":false}]}",
        page.toString());
    JsonNode found =
        portal.get("ann", "/jobs/" + id + "/text/matches?file=stdout&words=RAW").json();
    assertEquals(2, found.path("count").asInt());
    assertEquals("{\"line\":1,\"column\":1}", found.at("/places/1").toString());
    assertTrue(found.path("next").isMissingNode());
    String search = "/jobs/" + id + "/text/matches?file=stdout&words=";
    assertEquals(0, portal.get("ann", search + "RAW&case=exact").json().path("count").asInt());
    assertEquals(400, portal.get("ann", search + "x&cursor=nonsense").status());
    for (String file : List.of("../app.yaml", "%2e%2e%2fapp.yaml", "absent", "/etc/passwd")) {
      assertEquals(404, portal.get("ann", "/jobs/" + id + "/text?file=" + file).status(), file);
    }
  }

  private HttpHeaders headers(long id, String file) {
    return portal.get("ann", "/jobs/" + id + "/results/" + file).raw().headers();
  }
}
