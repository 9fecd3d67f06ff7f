package org.gridappliance.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Sandbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An earlier job of the same inputs is told, and never taken in place of a run. */
class EarlierJobTest {
  private static final String KNOWN =
      """
      title: Known
      category: Test
      about: Says the same of the same.
      packages: [coreutils]
      deterministic: true
      inputs:
        - { name: data, type: file, title: Data, as: data.txt }
        - { name: rate, type: number, title: Rate, default: 1, sweepable: true }
      command: [cat, "{data}", "{rate}"]
      outputs: [{ name: said, type: text, title: Output, file: stdout }]
      resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 0.01 s, maximumTime: 2 min }
      examples: [{ title: One, inputs: { data: "example:one.txt" } }]
      """;

  @TempDir Path data;
  private TestPortal portal;
  private TestExecutor executor;

  /** The portal's side: every application has a bundle of this id. */
  private volatile String bundle = "1".repeat(64);

  private final class Published implements Bundles {
    @Override
    public void publish(App app, Trial trial) {}

    @Override
    public Optional<Sandbox.Published> of(App app) {
      return Optional.of(new Sandbox.Published(bundle, 1, 1, "signature", "key"));
    }

    @Override
    public Optional<String> refusal(App app) {
      return Optional.empty();
    }

    @Override
    public Optional<Path> file(String id, String sha256) {
      return Optional.empty();
    }
  }

  @BeforeEach
  void start() throws Exception {
    install("known", KNOWN);
    install("unknown", KNOWN.replace("deterministic: true\n", ""));
    portal =
        new TestPortal(
            JobSettings.of(data, List.of(data.resolve("apps"))).withBundles(new Published()),
            Clock.systemUTC());
    executor = new TestExecutor(() -> portal, "one", 2);
    write("ann", "words.txt", "a\nb\n");
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  private void install(String id, String yaml) throws Exception {
    Path examples = Files.createDirectories(data.resolve("apps").resolve(id).resolve("examples"));
    Files.writeString(examples.resolve("one.txt"), "1\n");
    Files.writeString(data.resolve("apps").resolve(id).resolve("app.yaml"), yaml);
  }

  private void write(String user, String name, String text) throws Exception {
    Files.writeString(portal.home(user).resolve(name), text);
  }

  private static Map<String, ?> request(Object rate) {
    return Map.of("app", "known", "inputs", Map.of("data", "words.txt", "rate", rate));
  }

  private JsonNode earlier(String user, Map<String, ?> request) {
    TestPortal.Answer answer = portal.post(user, "/jobs/estimate", request);
    assertEquals(200, answer.status(), answer.text());
    return answer.json().path("earlier");
  }

  private long completed(String user, Map<String, ?> request) {
    long id = portal.submit(user, request);
    executor.work(lease -> TestExecutor.success(lease, List.of(), "said"));
    TestPortal.await("job completes", () -> portal.state(user, id).equals("Completed"));
    return id;
  }

  @Test
  void whatRanBeforeIsToldBeforeAndAfterSubmittingAndRunsAllTheSame() throws Exception {
    assertTrue(earlier("ann", request(1)).isMissingNode());
    long first = completed("ann", request(1));

    JsonNode told = earlier("ann", request(1.0));
    assertEquals(first, told.path("job").asLong());
    assertEquals("Known", told.path("name").asText());
    assertEquals(portal.job("ann", first).path("endedAt").asText(), told.path("endedAt").asText());
    assertTrue(told.path("seconds").asDouble() >= 0);
    write("ann", "same.txt", "a\nb\n"); // its content counts, the default stands for 1
    assertEquals(
        first,
        earlier("ann", Map.of("app", "known", "inputs", Map.of("data", "same.txt")))
            .path("job")
            .asLong());

    JsonNode again = portal.post("ann", "/jobs", request(1)).json();
    assertEquals(first, again.at("/earlier/job").asLong());
    long second = again.path("id").asLong();
    assertEquals("Idle", portal.state("ann", second));
    assertEquals(1, executor.work(lease -> TestExecutor.success(lease, List.of(), "said")));
    TestPortal.await("it runs", () -> portal.state("ann", second).equals("Completed"));
    assertFalse(portal.job("ann", second).has("earlier"));
    assertEquals(second, earlier("ann", request(1)).path("job").asLong(), "the newest is told");

    portal.delete("ann", "/jobs/" + second);
    assertEquals(first, earlier("ann", request(1)).path("job").asLong());
    portal.delete("ann", "/jobs/" + first);
    assertTrue(earlier("ann", request(1)).isMissingNode());
  }

  @Test
  void nothingElseIsTold() throws Exception {
    completed("ann", request(1));
    write("bob", "words.txt", "a\nb\n");
    assertTrue(earlier("bob", request(1)).isMissingNode(), "somebody else's");
    assertTrue(earlier("ann", request(2)).isMissingNode(), "another value");
    assertTrue(
        earlier(
                "ann",
                Map.of(
                    "app", "known",
                    "inputs", Map.of("data", "words.txt"),
                    "sweep", Map.of("rate", List.of(1))))
            .isMissingNode(),
        "a sweep");
    write("ann", "words.txt", "a\nc\n");
    assertTrue(earlier("ann", request(1)).isMissingNode(), "another content of that name");
    write("ann", "words.txt", "a\nb\n");
    assertFalse(earlier("ann", request(1)).isMissingNode());

    bundle = "2".repeat(64);
    assertTrue(earlier("ann", request(1)).isMissingNode(), "another bundle");
    bundle = "1".repeat(64);
    install("known", KNOWN.replace("title: Rate,", "title: A rate,"));
    TestPortal.await("the descriptor is read", () -> earlier("ann", request(1)).isMissingNode());

    Map<String, ?> unknown = Map.of("app", "unknown", "inputs", Map.of("data", "words.txt"));
    completed("ann", unknown);
    assertTrue(earlier("ann", unknown).isMissingNode(), "not declared deterministic");
  }

  @Test
  void aJobThatDidNotCompleteIsNotTold() {
    long waiting = portal.submit("ann", request(1));
    assertTrue(earlier("ann", request(1)).isMissingNode(), "it has not ended");
    portal.post("ann", "/jobs/" + waiting + "/cancel", Map.of());
    assertTrue(earlier("ann", request(1)).isMissingNode(), "it was cancelled");
    long failing = portal.submit("ann", request(1));
    executor.work(lease -> TestExecutor.failed(lease, Failure.Kind.LIMIT));
    TestPortal.await("it fails", () -> portal.state("ann", failing).equals("Failed"));
    assertTrue(earlier("ann", request(1)).isMissingNode(), "it failed");
  }
}
