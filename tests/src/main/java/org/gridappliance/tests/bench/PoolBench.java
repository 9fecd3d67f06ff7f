package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A pool of HTCondor with two workers: tasks of 0.1 s through the portal, which puts several into
 * one job of HTCondor's, against a hand-written {@code queue N} on the same pool, interleaved;
 * tasks of 30 s likewise; how soon the page is told; then 100,000 subjobs in the queue.
 */
final class PoolBench implements Bench {
  private static final int CPUS = 8;
  private static final int SLOTS = 2 * CPUS;

  @Override
  public void run(Report report, boolean quick) throws Exception {
    if (!System.getProperty("user.name").equals("root")) {
      report.version("htcondor", "left out: a pool wants root");
      return;
    }
    int tasks = quick ? 200 : 1_000;
    try (BenchPool pool = new BenchPool(CPUS)) {
      report.version("htcondor", pool.condor("condor_version"));
      portal(pool, "doze", 32, 0.1); // both warm
      byHand(pool, 32, 0.1);
      for (int round = 0; round < (quick ? 1 : 3); round++) {
        report.add(
            "tasks-0.1s", "ours", "tasks/s", "higher", tasks / portal(pool, "doze", tasks, 0.1));
        report.add("tasks-0.1s", "queue-n", "tasks/s", "higher", tasks / byHand(pool, tasks, 0.1));
      }
      int waves = quick ? 1 : 3;
      for (int round = 0; round < (quick ? 1 : 2); round++) {
        double seconds = quick ? 10 : 30;
        String name = quick ? "tasks-10s" : "tasks-30s";
        report.add(name, "ours", "s", "lower", portal(pool, "nap", waves * SLOTS, seconds));
        report.add(name, "queue-n", "s", "lower", byHand(pool, waves * SLOTS, seconds));
      }
      List<Double> delays = new ArrayList<>();
      for (int round = 0; round < (quick ? 1 : 5); round++) {
        delays.addAll(EventDelay.of(pool, submit(pool, "nap", SLOTS, 3), SLOTS));
      }
      delays.sort(null);
      report.add("event-to-page-p50", "ours", "ms", "lower", at(delays, 0.5));
      report.add("event-to-page-p99", "ours", "ms", "lower", at(delays, 0.99));
      full(report, pool, quick ? 20_000 : 100_000);
    }
  }

  private static double at(List<Double> sorted, double share) {
    return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(share * sorted.size())));
  }

  private static ObjectNode request(String app, int tasks, double seconds) {
    ObjectNode request = BenchPool.JSON.createObjectNode().put("app", app).put("pool", "condor");
    request.putObject("inputs").put("seconds", seconds);
    ArrayNode numbers = request.putObject("sweep").putArray("n");
    IntStream.range(0, tasks).forEach(numbers::add);
    return request;
  }

  private static long submit(BenchPool pool, String app, int tasks, double seconds)
      throws Exception {
    return pool.post("/jobs", request(app, tasks, seconds)).path("id").asLong();
  }

  private static double portal(BenchPool pool, String app, int tasks, double seconds)
      throws Exception {
    long begin = System.nanoTime();
    long id = submit(pool, app, tasks, seconds);
    BenchPool.await(
        "job " + id + " completes",
        () -> pool.get("/jobs/" + id).path("state").asText().equals("Completed"));
    return (System.nanoTime() - begin) / 1e9;
  }

  /** What somebody would write who knows HTCondor; each task leaves its output. */
  private static double byHand(BenchPool pool, int tasks, double seconds) throws Exception {
    String name = "hand-" + System.nanoTime();
    Path folder = Files.createDirectory(pool.data().resolve("jobs").resolve("." + name));
    Files.writeString(folder.resolve("doze.sh"), "#!/bin/sh\nsleep " + seconds + "\necho done\n");
    Files.writeString(
        folder.resolve("submit"),
        """
        executable = /mnt/jobs/.%s/doze.sh
        initialdir = /mnt/jobs/.%s
        output = out.$(Process)
        log = log
        should_transfer_files = YES
        when_to_transfer_output = ON_EXIT
        request_cpus = 1
        request_memory = 64
        request_disk = 10240
        queue %d
        """
            .formatted(name, name, tasks));
    Shell.line("chmod", "755", folder.resolve("doze.sh").toString());
    Shell.line("chown", "-R", "grid-appliance:grid-appliance", folder.toString());
    long begin = System.nanoTime();
    String said = pool.condor("condor_submit", "-terse", "/mnt/jobs/." + name + "/submit");
    String cluster = said.replaceAll("\\..*", "");
    BenchPool.await("it is in the queue", () -> Files.exists(folder.resolve("log")));
    BenchPool.await(
        "cluster " + cluster + " completes", () -> ended(folder.resolve("log")) >= tasks);
    return (System.nanoTime() - begin) / 1e9;
  }

  private static long ended(Path log) throws Exception {
    return Files.readAllLines(log).stream().filter(line -> line.startsWith("005 (")).count();
  }

  /** Memory and the time of a page while so much waits. */
  private static void full(Report report, BenchPool pool, int subjobs) throws Exception {
    report.add("rss-portal-empty", "ours", "MB", "lower", pool.residentMegabytes("PortalMain"));
    report.add("rss-schedd-empty", "ours", "MB", "lower", pool.residentMegabytes("condor_schedd"));
    long id = submit(pool, "nap", subjobs, 60);
    BenchPool.await(
        "as many are with HTCondor as it takes",
        () -> pool.get("/jobs/" + id).at("/counts/running").asInt() >= CPUS);
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String path = List.of("/jobs/" + id, "/jobs", "/pool", "/jobs/" + id + "/subjobs").get(i % 4);
      long begin = System.nanoTime();
      pool.get(path);
      millis.add((System.nanoTime() - begin) / 1e6);
    }
    millis.sort(Double::compare);
    report.add("page-p50-full", "ours", "ms", "lower", millis.get(100));
    report.add("page-p99-full", "ours", "ms", "lower", millis.get(198));
    report.add("rss-portal-full", "ours", "MB", "lower", pool.residentMegabytes("PortalMain"));
    report.add("rss-schedd-full", "ours", "MB", "lower", pool.residentMegabytes("condor_schedd"));
    pool.post("/jobs/" + id + "/cancel", BenchPool.JSON.createObjectNode());
  }
}
