package org.gridappliance.agent.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.gridappliance.agent.envelope.Envelopes;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One subjob's way: lease, inputs, envelope, outputs, result. */
class ExecutorTest {
  @TempDir Path folder;
  private LittlePortal portal;
  private Envelopes envelope;
  private PortalClient client;
  private Executor executor;

  @BeforeEach
  void open() throws Exception {
    portal = new LittlePortal();
    envelope = new Envelopes(folder.resolve("envelope"), 58_700, 2);
    client = new PortalClient(portal.identity());
    executor =
        new Executor(
            client,
            envelope,
            new Executor.Settings(folder.resolve("executor"), 2, 1 << 20, 4L << 30));
    executor.start();
  }

  @AfterEach
  void close() throws Exception {
    executor.close();
    client.close();
    envelope.close();
    portal.close();
    Folders.remove(folder.resolve("envelope"));
  }

  @Test
  void inputsArriveAndOutputsComeBackByHash() throws Exception {
    FileRef input = portal.file("in/data.txt", "three\none\ntwo\n");
    portal.offer(
        List.of("sorted.txt", "*.log"),
        List.of(input),
        "sh",
        "-c",
        "sort in/data.txt > sorted.txt; echo x > a.log; echo done; echo oops >&2");
    SubjobResult result = portal.result();
    assertEquals(0, result.exitCode(), result.toString());
    assertNull(result.failure());
    assertEquals("one\nthree\ntwo\n", portal.output(result, "sorted.txt"));
    assertEquals("x\n", portal.output(result, "a.log"));
    assertEquals("done\n", result.stdout());
    assertEquals("oops\n", result.stderr());
    assertTrue(result.wallSeconds() > 0 && result.wallSeconds() < 30);
    assertTrue(result.peakMemoryBytes() > 100_000, result.toString());
  }

  @Test
  void scratchAndSpoolAreEmptyAfterwards() throws Exception {
    portal.offer(
        List.of("o"), List.of(), "sh", "-c", "mkdir -p a/b; echo > a/b/c; chmod 0 a; echo > o");
    assertEquals(0, portal.result().exitCode());
    portal.offer(List.of(), List.of(), "true");
    portal.result();
    Until.holds("all is delivered", () -> executor.status().undelivered() == 0);
    executor.close();
    for (String place : List.of("scratch", "spool")) {
      try (Stream<Path> left = Files.list(folder.resolve("executor").resolve(place))) {
        assertEquals(List.of(), left.toList(), place);
      }
    }
  }

  @Test
  void oneInputOfManySubjobsIsFetchedOnce() throws Exception {
    FileRef input = portal.file("db", "x".repeat(100_000));
    for (int i = 0; i < 20; i++) {
      portal.offer(List.of(), List.of(input), "cmp", "-n", "100000", "db", "db");
    }
    for (int i = 0; i < 20; i++) {
      assertEquals(0, portal.result().exitCode());
    }
    assertEquals(1, portal.fetches.get(input.sha256()).get());
  }

  @Test
  void inputThatArrivesChangedIsNotUsed() throws Exception {
    FileRef input = portal.file("db", "good");
    portal.files.put(input.sha256(), "evil".getBytes(StandardCharsets.UTF_8));
    portal.offer(List.of(), List.of(input), "cat", "db");
    Failure failure = portal.result().failure();
    assertEquals(Failure.Kind.INPUT, failure.kind());
    assertTrue(failure.message().contains("SHA-256"), failure.message());
  }

  @Test
  void inputThatThePortalDoesNotHaveIsAnInputFailure() throws Exception {
    FileRef input = portal.file("db", "gone");
    portal.files.clear();
    portal.offer(List.of(), List.of(input), "cat", "db");
    assertEquals(Failure.Kind.INPUT, portal.result().failure().kind());
  }

  @Test
  void linksAndPipesAreRefusedAsOutputs() throws Exception {
    for (String make :
        List.of("ln -s /etc/passwd o", "mkfifo o", "mkdir o; ln -s / o/l; ln -s o q; mv q o2")) {
      portal.offer(List.of("o", "o2", "o/**"), List.of(), "sh", "-c", make);
      SubjobResult result = portal.result();
      assertEquals(Failure.Kind.PROGRAM, result.failure().kind(), make);
      assertEquals(List.of(), result.outputs());
      assertTrue(result.failure().message().contains("regular files"), result.toString());
    }
    assertTrue(portal.files.isEmpty());
  }

  @Test
  void inputsAreNotOutputsAndMissingOutputsAreLeftOut() throws Exception {
    FileRef input = portal.file("a.txt", "in");
    portal.offer(List.of("*.txt", "absent"), List.of(input), "sh", "-c", "echo out > b.txt");
    SubjobResult result = portal.result();
    assertEquals(List.of("b.txt"), result.outputs().stream().map(FileRef::path).toList());
  }

  @Test
  void stopEndsARunningSubjobWithoutAResult() throws Exception {
    Lease lease = portal.offer(List.of(), List.of(), "sleep", "600");
    Until.holds("it runs", () -> executor.status().running() == 1);
    synchronized (portal.stop) {
      portal.stop.add(lease.lease());
    }
    Until.holds("it is gone", () -> executor.status().running() == 0);
    portal.offer(List.of(), List.of(), "true");
    assertEquals("lease-2", portal.result().lease());
    assertTrue(portal.results.isEmpty());
  }

  @Test
  void suspendedSubjobStandsStillUntilResumed() throws Exception {
    Lease lease =
        portal.offer(
            List.of(),
            List.of(),
            "perl",
            "-e",
            "$| = 1; for (1..30) { print 'x'; select undef, undef, undef, 0.05 }");
    Path stdout = folder.resolve("executor/scratch/1/stdout");
    Until.holds("it prints", () -> stdout.toFile().length() > 2);
    synchronized (portal.stop) {
      portal.suspend.add(lease.lease());
    }
    int beats = portal.heartbeats.get();
    Until.holds("the order has arrived", () -> portal.heartbeats.get() >= beats + 3);
    long before = stdout.toFile().length();
    assertTrue(before < 30, "it ended before it could be suspended");
    Until.holds("time passes", () -> portal.heartbeats.get() >= beats + 4);
    assertEquals(before, stdout.toFile().length());
    synchronized (portal.stop) {
      portal.suspend.clear();
    }
    assertEquals("x".repeat(30), whole(portal.result(), "stdout"));
  }

  @Test
  void outputIsSeenWhileTheProgramRunsAndIsWholeAtItsEnd() throws Exception {
    portal.offer(
        List.of(),
        List.of(),
        "sh",
        "-c",
        "echo first; sleep 2.5; head -c 300000 /dev/zero | tr '\\0' y; echo last >&2");
    Until.holds(
        "the first line has come", () -> "first\n".equals(portal.streams.get("lease-1 stdout")));
    assertTrue(portal.results.isEmpty());
    SubjobResult result = portal.result();
    assertEquals("first\n" + "y".repeat(300_000), whole(result, "stdout"));
    assertEquals("last\n", whole(result, "stderr"));
  }

  @Test
  void limitIsToldWithTheLastLinesOfStderr() throws Exception {
    portal.offer(
        new Limits(1, 512L << 20, 1 << 20, 16, 1, 1 << 16),
        List.of(),
        List.of(),
        "sh",
        "-c",
        "echo at work >&2; sleep 60");
    Failure failure = portal.result().failure();
    assertEquals(Failure.Kind.LIMIT, failure.kind());
    assertEquals(List.of("at work"), failure.lines());
  }

  @Test
  void ownersPauseStopsTheProgramWhereItIsAndNoOtherStarts() throws Exception {
    portal.offer(List.of(), List.of(), "sh", "-c", "while :; do echo; done >> n");
    Path scratch = folder.resolve("executor/scratch/1/work/n");
    Until.holds("it runs", () -> Files.exists(scratch));
    executor.pause("Paused: a test");
    String before = stopped(scratch);
    portal.offer(List.of(), List.of(), "true");
    executor.run(1, 100);
    Until.holds("it goes on", () -> !read(scratch).equals(before));
    executor.leave("a test");
    Failure failure = portal.result().failure();
    assertEquals(Failure.Kind.OWNER, failure.kind());
    assertTrue(failure.message().contains("a test"), failure.toString());
  }

  /** How long the file is once it no longer grows within a fifth of a second. */
  private static String stopped(Path file) {
    String[] last = {""};
    Until.holds(
        "it stands still",
        () -> {
          String now = read(file);
          boolean same = now.equals(last[0]);
          last[0] = now;
          java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
          return same && read(file).equals(now);
        });
    return last[0];
  }

  private static String read(Path file) {
    try {
      return Long.toString(Files.size(file));
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aCrashIsToldWithItsFileAndOffset() throws Exception {
    String crash = "unpack \"p\", pack(\"L!\", 8)"; // reads a string where no memory is
    portal.offer(List.of(), List.of(), "perl", "-e", crash);
    SubjobResult direct = portal.result();
    assertEquals("SIGSEGV", direct.signal(), direct.toString());
    String message = direct.failure().message();
    assertTrue(
        message.matches(
            "the program was ended by SIGSEGV; perl crashed \\(SIGSEGV\\) in /.*\\+0x.*"),
        message);

    portal.offer(List.of(), List.of(), "sh", "-c", "perl -e '" + crash + "'; exit 4");
    SubjobResult child = portal.result();
    assertEquals(4, child.exitCode());
    assertTrue(child.failure().message().contains("perl crashed (SIGSEGV)"), child.toString());
  }

  @Test
  void aFileThatIsNotInTheSandboxIsTold() throws Exception {
    portal.offer(List.of(), List.of(), "cat", "/home/x/data");
    Failure failure = portal.result().failure();
    assertEquals(
        "the program ended with exit status 1; by its last words it misses /home/x/data: not in the"
            + " sandbox",
        failure.message());
    assertTrue(failure.lines().getLast().endsWith("/home/x/data: No such file or directory"));
    portal.offer(List.of(), List.of(), "sh", "-c", "cat /home/x/data; true");
    assertNull(portal.result().failure(), "what it survives is no failure");
  }

  @Test
  void hostileLeaseIsRefusedBeforeItTouchesAnything() throws Exception {
    FileRef input = portal.file("../../escaped", "x");
    portal.offer(List.of(), List.of(input), "true");
    assertEquals(Failure.Kind.EXECUTOR, portal.result().failure().kind());
    Lease odd = portal.offer(List.of(), List.of(), "true");
    portal.result();
    portal.offer(
        new Lease(
            "../x",
            9,
            1,
            0,
            odd.command(),
            odd.environment(),
            List.of(),
            List.of(),
            odd.limits(),
            30,
            1,
            null,
            null,
            null));
    portal.offer(List.of(), List.of(), "true");
    assertEquals("lease-3", portal.result().lease());
    assertTrue(Files.notExists(folder.resolve("executor/x")));
  }

  @Test
  void shortSubjobsTravelInBatches() throws Exception {
    portal.away = true; // else it would be asked while the first few are all there is
    for (int i = 0; i < 300; i++) {
      portal.offer(List.of(), List.of(), "true");
    }
    portal.away = false;
    for (int i = 0; i < 300; i++) {
      assertEquals(0, portal.result().exitCode());
    }
    assertTrue(portal.requests.size() < 100, "requests for work: " + portal.requests.size());
  }

  @Test
  void resultsOfAnOutageAreDeliveredOnceItIsOver() throws Exception {
    portal.offer(List.of("o"), List.of(), "sh", "-c", "sleep 1; echo kept > o; echo said");
    Until.holds("it runs", () -> executor.status().running() == 1);
    portal.away = true;
    Until.holds("it ended and waits", () -> executor.status().undelivered() == 1);
    portal.away = false;
    SubjobResult result = portal.result();
    assertEquals("kept\n", portal.output(result, "o"));
    assertEquals("said\n", whole(result, "stdout"));
  }

  @Test
  void restartedExecutorDeliversWhatItsForerunnerCouldNot() throws Exception {
    portal.offer(List.of("o"), List.of(), "sh", "-c", "sleep 1; echo kept > o");
    portal.offer(List.of(), List.of(), "sh", "-c", "sleep 1; echo small");
    Until.holds("both run", () -> executor.status().running() == 2);
    portal.away = true;
    Until.holds("both ended and wait", () -> executor.status().undelivered() == 2);
    executor.close();
    portal.away = false;
    executor =
        new Executor(
            client,
            envelope,
            new Executor.Settings(folder.resolve("executor"), 2, 1 << 20, 4L << 30));
    executor.start();
    SubjobResult one = portal.result();
    SubjobResult two = portal.result();
    SubjobResult kept = one.lease().equals("lease-1") ? one : two;
    assertEquals("kept\n", portal.output(kept, "o"));
    assertEquals("small\n", (kept.equals(one) ? two : one).stdout());
    Until.holds("all is delivered", () -> executor.status().undelivered() == 0);
    assertEquals(2, portal.accepted.size());
  }

  /** The inline text, or what was streamed. */
  private String whole(SubjobResult result, String stream) {
    String inline = stream.equals("stdout") ? result.stdout() : result.stderr();
    return inline != null ? inline : portal.streams.getOrDefault(result.lease() + " " + stream, "");
  }
}
