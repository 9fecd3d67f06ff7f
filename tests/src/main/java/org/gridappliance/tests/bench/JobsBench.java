package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gridappliance.agent.envelope.BareEnvelope;
import org.gridappliance.agent.envelope.Envelope;
import org.gridappliance.agent.envelope.Evm;
import org.gridappliance.agent.executor.Executor;
import org.gridappliance.agent.executor.Identity;
import org.gridappliance.agent.executor.PortalClient;

/**
 * 10,000 × /bin/true, two at a time: one job of ours through HTTP, queue, database and executor,
 * with and without the envelope, against GNU parallel and xargs; the time of one submission, and
 * the portal's memory when it has nothing to do. Then one job of 100,000 ({@link LargeJob}).
 */
final class JobsBench implements Bench {
  private static final int SLOTS = 2;

  @Override
  public void run(Report report, boolean quick) throws Exception {
    int subjobs = quick ? 1_000 : 10_000;
    int rounds = quick ? 2 : 3;
    report.version("gnu-parallel", Shell.line("parallel", "--version"));
    report.version("xargs", Shell.line("xargs", "--version"));
    Path apps = Path.of("tests/src/main/resources/bench-apps").toAbsolutePath();
    try (BenchPortal bare = new BenchPortal(apps);
        BenchPortal wrapped = new BenchPortal(apps)) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(BenchPortal.REST_MILLIS));
      report.add("rss-at-rest", "ours", "MB", "lower", bare.residentMegabytes());
      int uidBase = System.getProperty("user.name").equals("root") ? 64_100 : -1;
      Envelope envelope = new Evm(wrapped.data().resolve("envelope"), uidBase);
      try (Executor first = executor(bare, new BareEnvelope());
          Executor second = executor(wrapped, envelope)) {
        first.start();
        second.start();
        seconds(bare, 500); // both warm
        seconds(wrapped, 500);
        latency(report, bare, quick ? 50 : 200);
        for (int round = 0; round < rounds; round++) {
          rate(report, "ours", subjobs, seconds(bare, subjobs));
          rate(report, "gnu-parallel", subjobs, peer(subjobs, "parallel", "-j2", "/bin/true"));
          rate(report, "ours-wrapped", subjobs, seconds(wrapped, subjobs));
          rate(report, "xargs", subjobs, peer(subjobs, "xargs", "-P2", "-n1", "/bin/true"));
        }
        LargeJob.measure(bare, report, quick);
      }
      report.add("rss-after", "ours", "MB", "lower", bare.residentMegabytes());
    }
  }

  private static Executor executor(BenchPortal portal, Envelope envelope) throws Exception {
    Path folder = portal.data().resolve("bench-executor");
    Identity.Offer offer = new Identity.Offer("bench", SLOTS, 4L << 30, "bench");
    Identity identity =
        Identity.enrol(
            portal.url(), portal.joinToken(), null, offer, folder.resolve("executor.json"));
    return new Executor(
        new PortalClient(identity),
        envelope,
        new Executor.Settings(folder, SLOTS, 1L << 30, 4L << 30));
  }

  private static void rate(Report report, String subject, int subjobs, double seconds) {
    report.add("true-10k", subject, "subjobs/s", "higher", subjobs / seconds);
  }

  private static double peer(int subjobs, String... command) throws Exception {
    String numbers =
        IntStream.range(0, subjobs).mapToObj(n -> n + "\n").collect(Collectors.joining());
    return Shell.seconds(List.of(command), numbers);
  }

  /** {@return from the submission to the moment that the job is seen completed} */
  private static double seconds(BenchPortal portal, int subjobs) throws Exception {
    ObjectNode request = request();
    ArrayNode numbers = request.putObject("sweep").putArray("n");
    IntStream.range(0, subjobs).forEach(numbers::add);
    long start = System.nanoTime();
    long id = portal.post("/api/v1/jobs", request).get("id").asLong();
    String state = "Idle";
    while (!state.equals("Completed")) {
      LockSupport.parkNanos(20_000_000);
      state = portal.get("/api/v1/jobs/" + id).get("state").asText();
      if (state.equals("Failed") || state.equals("Removed")) {
        throw new IllegalStateException(portal.get("/api/v1/jobs/" + id).toPrettyString());
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static void latency(Report report, BenchPortal portal, int count) throws Exception {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      portal.post("/api/v1/jobs", request());
      millis.add((System.nanoTime() - start) / 1e6);
    }
    List<Double> sorted = millis.stream().sorted().toList();
    report.add("submit-p50", "ours", "ms", "lower", sorted.get(count / 2));
    report.add("submit-p99", "ours", "ms", "lower", sorted.get(count * 99 / 100));
  }

  private static ObjectNode request() {
    ObjectNode request = BenchPortal.JSON.createObjectNode().put("app", "true");
    request.putObject("inputs").put("n", 0);
    return request;
  }
}
