package org.gridappliance.agent.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gridappliance.agent.envelope.Envelopes;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A subjob whose lease brings a key: the same results, and nothing of it lies open here. */
class SealedSubjobTest {
  private static final String KEY = "5ea1".repeat(16);
  private static final String SECRET = "MVLSPADKTNVKAAWGKVGAHAGEYGAEALERMF";
  private static final Limits LIMITS = new Limits(1, 1L << 30, 1L << 30, 64, 60, 1 << 20);

  @TempDir Path folder;
  private LittlePortal portal;
  private Envelopes envelope;
  private PortalClient client;
  private Executor executor;
  private long number = 100;

  @BeforeEach
  void open() throws Exception {
    portal = new LittlePortal();
    envelope = new Envelopes(folder.resolve("envelope"), 58_720, 2);
    client = new PortalClient(portal.identity());
    executor = executor();
    executor.start();
  }

  private Executor executor() throws IOException {
    return new Executor(
        client, envelope, new Executor.Settings(folder.resolve("executor"), 2, 64 << 20, 4L << 30));
  }

  @AfterEach
  void close() throws Exception {
    executor.close();
    client.close();
    envelope.close();
    portal.close();
    Folders.remove(folder.resolve("envelope"));
  }

  private Lease offer(
      List<String> outputs, List<FileRef> inputs, List<String> checkpoint, String script) {
    long id = ++number;
    Lease lease =
        new Lease(
            "sealed-" + id,
            id,
            1,
            (int) id,
            List.of("sh", "-c", script),
            Map.of(),
            inputs,
            outputs,
            LIMITS,
            30,
            1,
            null,
            Sandbox.PLAIN.withSealKey(KEY),
            checkpoint.isEmpty() ? null : checkpoint);
    portal.offer(lease);
    return lease;
  }

  @Test
  void resultsAreThoseOfAnOpenOne() throws Exception {
    FileRef input = portal.file("in/deep/data.txt", "three\none\ntwo\n");
    FileRef large = portal.file("db", SECRET.repeat(10_000));
    offer(
        List.of("sorted.txt", "*.log", "sub/*"),
        List.of(input, large),
        List.of(),
        "sort in/deep/data.txt > sorted.txt; mkdir sub; cp db sub/copy; echo x > a.log;"
            + " : > empty.log; echo done; echo oops >&2");
    SubjobResult result = portal.result();
    assertNull(result.failure(), result.toString());
    assertEquals(0, result.exitCode(), result.toString());
    assertEquals("one\nthree\ntwo\n", portal.output(result, "sorted.txt"));
    assertEquals("x\n", portal.output(result, "a.log"));
    assertEquals("", portal.output(result, "empty.log"));
    assertEquals(SECRET.repeat(10_000), portal.output(result, "sub/copy"));
    assertEquals(4, result.outputs().size(), result.toString());
    assertEquals("done\n", whole(result, "stdout"));
    assertEquals("oops\n", whole(result, "stderr"));
  }

  @Test
  void itRunsAgainInItsFolderAfterACheckpoint() throws Exception {
    offer(
        List.of("state"),
        List.of(),
        List.of("state"),
        "echo round >> state; test $(wc -l < state) -ge 3 || exit 85");
    SubjobResult result = portal.result();
    assertEquals(0, result.exitCode(), result.toString());
    assertEquals("round\nround\nround\n", portal.output(result, "state"));
  }

  @Test
  void oneInputOfManyIsFetchedOnce() throws Exception {
    FileRef input = portal.file("db", SECRET.repeat(3000));
    for (int i = 0; i < 5; i++) {
      offer(List.of(), List.of(input), List.of(), "grep -q " + SECRET + " db");
    }
    for (int i = 0; i < 5; i++) {
      assertEquals(0, portal.result().exitCode());
    }
    assertEquals(1, portal.fetches.get(input.sha256()).get());
  }

  @Test
  void inputThatArrivesChangedIsNotUsed() throws Exception {
    FileRef input = portal.file("db", "good");
    portal.files.put(input.sha256(), "evil".getBytes(StandardCharsets.UTF_8));
    offer(List.of(), List.of(input), List.of(), "cat db");
    Failure failure = portal.result().failure();
    assertEquals(Failure.Kind.INPUT, failure.kind());
    assertTrue(failure.message().contains("SHA-256"), failure.message());
  }

  @Test
  void linksAreRefusedAsOutputs() throws Exception {
    offer(List.of("o"), List.of(), List.of(), "ln -s /etc/passwd o");
    Failure failure = portal.result().failure();
    assertEquals(Failure.Kind.PROGRAM, failure.kind(), failure.message());
    assertTrue(failure.message().contains("only regular files"), failure.message());
  }

  @Test
  void nothingOfARunningOneLiesOpenAndItsOutputIsSeenLive() throws Exception {
    FileRef input = portal.file("secret-name.txt", (SECRET + "\n").repeat(500));
    Lease lease =
        offer(
            List.of("o"),
            List.of(input),
            List.of(),
            "cp secret-name.txt o; cat o; sync; echo ready; sleep 60");
    Until.holds(
        "its output is seen while it runs",
        () -> portal.streams.getOrDefault(lease.lease() + " stdout", "").contains("ready"));
    assertTrue(portal.streams.get(lease.lease() + " stdout").contains(SECRET));
    search();
    synchronized (portal.stop) {
      portal.stop.add(lease.lease());
    }
    Until.holds("it was stopped", () -> executor.status().running() == 0);
    search();
    try (Stream<Path> left = Files.list(folder.resolve("executor/scratch"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  /** Neither secret, nor name, nor key in any file here or any command line or environment. */
  private void search() throws IOException {
    byte[] key = HexFormat.of().parseHex(KEY);
    List<byte[]> wanted =
        List.of(
            SECRET.getBytes(StandardCharsets.US_ASCII),
            "secret-name".getBytes(StandardCharsets.US_ASCII),
            KEY.getBytes(StandardCharsets.US_ASCII),
            key);
    try (Stream<Path> all = Files.walk(folder.resolve("executor"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        for (byte[] one : wanted) {
          assertFalse(contains(bytes, one), file.toString());
        }
        assertFalse(file.toString().contains("secret"), file.toString());
      }
    }
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      for (Path process :
          processes.filter(p -> p.getFileName().toString().matches("\\d+")).toList()) {
        for (String what : List.of("cmdline", "environ")) {
          byte[] bytes;
          try {
            bytes = Files.readAllBytes(process.resolve(what));
          } catch (IOException e) {
            continue; // it has ended
          }
          assertFalse(contains(bytes, wanted.get(2)), process + " " + what);
        }
      }
    }
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .contains(new String(part, StandardCharsets.ISO_8859_1));
  }

  @Test
  void scratchAlteredOnTheDiskEndsItWithThePlainReason() throws Exception {
    Lease lease =
        offer(
            List.of("victim"),
            List.of(),
            List.of(),
            "head -c 40000 /dev/zero | tr '\\0' x > victim; sync victim; echo ready;"
                + " while :; do dd if=victim iflag=nocache count=0 2>&1; cat victim > /dev/null; sleep 0.05; done");
    Until.holds(
        "it wrote", () -> portal.streams.getOrDefault(lease.lease() + " stdout", "").contains("y"));
    Path blocks = folder.resolve("executor/scratch/1/work/2");
    Until.holds("its blocks are on the disk", () -> blocks.toFile().length() >= 10 * 4112);
    flip(blocks, 3 * 4112 + 100);
    Failure failure = portal.result().failure();
    assertEquals(Failure.Kind.EXECUTOR, failure.kind(), failure.message());
    assertTrue(
        failure.message().contains("scratch was altered: victim block 3"), failure.message());
  }

  @Test
  void anAlteredResultIsNeverSent() throws Exception {
    Lease lease =
        offer(
            List.of("victim"),
            List.of(),
            List.of(),
            "head -c 40000 /dev/zero | tr '\\0' x > victim; sync victim; echo ready; sleep 3");
    Path blocks = folder.resolve("executor/scratch/1/work/2");
    Until.holds("its blocks are on the disk", () -> blocks.toFile().length() >= 10 * 4112);
    flip(blocks, 5 * 4112 + 1);
    SubjobResult result = portal.result();
    assertEquals(Failure.Kind.EXECUTOR, result.failure().kind(), result.toString());
    assertTrue(result.failure().message().contains("victim block 5"), result.toString());
    assertEquals(List.of(), result.outputs());
    assertEquals(lease.lease(), result.lease());
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
      raw.seek(at);
      int old = raw.read();
      raw.seek(at);
      raw.write(old ^ 1);
    }
  }

  @Test
  void whatWaitsForThePortalEndsWithTheExecutorAndIsNotInItsSpool() throws Exception {
    offer(List.of("o"), List.of(), List.of(), "echo " + SECRET + " | tee o; sleep 1");
    Until.holds("it runs", () -> executor.status().running() == 1);
    portal.away = true;
    Until.holds("it ended and waits", () -> executor.status().undelivered() == 1);
    search();
    executor.close();
    search();
    portal.away = false;
    portal.requests.clear();
    executor = executor();
    executor.start();
    Until.holds("the new one asks for work", () -> !portal.requests.isEmpty());
    portal.offer(List.of(), List.of(), "true");
    assertEquals("lease-1", portal.result().lease(), "the sealed one is gone: it runs again");
  }

  /** The inline text, or what was streamed. */
  private String whole(SubjobResult result, String stream) {
    String inline = stream.equals("stdout") ? result.stdout() : result.stderr();
    return inline != null ? inline : portal.streams.getOrDefault(result.lease() + " " + stream, "");
  }
}
