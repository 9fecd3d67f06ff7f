package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker does with a task, and what is read of it here; bash is the only other part. */
class RunScriptTest {
  @TempDir Path data;
  private JobFolder folder;
  private Path scratch;

  @BeforeEach
  void make() throws Exception {
    Files.createDirectories(data.resolve("jobs"));
    folder = JobFolder.of(data, 1);
    folder.create();
    scratch = Files.createDirectory(data.resolve("scratch"));
    try (InputStream run = Parcels.class.getResourceAsStream("run.sh")) {
      Files.copy(assertNotNullAnd(run), scratch.resolve("run.sh"));
    }
  }

  private static <T> T assertNotNullAnd(T value) {
    assertNotNull(value);
    return value;
  }

  private static Lease lease(int index, double wall, List<FileRef> inputs, String... command) {
    return new Lease(
        "lease" + index,
        100 + index,
        1,
        index,
        List.of(command),
        Map.of("WORD", "it's $HOME"),
        inputs,
        List.of("*.txt", "deep/**"),
        new Limits(1, 64L << 20, 10L << 20, 100, wall, 1 << 20),
        30,
        10,
        null,
        null,
        null);
  }

  private Returned run(Lease... leases) throws Exception {
    StringBuilder task = new StringBuilder();
    for (Lease lease : leases) {
      task.append(Parcels.script(lease));
    }
    Files.writeString(scratch.resolve("task"), task);
    Process process =
        new ProcessBuilder("bash", "run.sh").directory(scratch.toFile()).inheritIO().start();
    assertEquals(0, process.waitFor());
    return Returned.whole(scratch.resolve("out")).orElseThrow();
  }

  @Test
  void eachSubjobOfATaskHasItsOwnFolderFilesAndStatus() throws Exception {
    byte[] bytes = "input\n".getBytes(StandardCharsets.UTF_8);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    Files.write(scratch.resolve(sha256), bytes);
    Lease good =
        lease(
            3,
            60,
            List.of(new FileRef("in/a b.dat", sha256, bytes.length)),
            "sh",
            "-c",
            "cat 'in/a b.dat' > x.txt; mkdir -p deep/er; echo y > deep/er/y; echo \"$1 $WORD\"; ls",
            "sh",
            "two  words; $(touch /tmp/x) 'q'");
    Lease bad = lease(4, 60, List.of(), "sh", "-c", "ls; echo no >&2; exit 3");
    Lease killed = lease(5, 60, List.of(), "sh", "-c", "kill -SEGV $$");
    Returned back = run(good, bad, killed);

    SubjobResult first = back.result(good, folder);
    assertEquals(0, first.exitCode());
    assertEquals("two  words; $(touch /tmp/x) 'q' it's $HOME\ndeep\nin\nx.txt\n", first.stdout());
    assertEquals(
        List.of("deep/er/y", "x.txt"), first.outputs().stream().map(FileRef::path).toList());
    assertEquals("input\n", Files.readString(folder.blob(first.outputs().get(1).sha256())));
    SubjobResult second = back.result(bad, folder);
    assertEquals(3, second.exitCode());
    assertEquals("", second.stdout());
    assertEquals("no\n", second.stderr());
    assertEquals("SIGSEGV", back.result(killed, folder).signal());
    assertEquals(first.outputs(), back.result(good, folder).outputs(), "read a second time");
  }

  @Test
  void whatRunsTooLongOrWritesTooMuchIsALimit() throws Exception {
    Lease slow = lease(0, 1, List.of(), "sleep", "30");
    Lease wordy = lease(1, 30, List.of(), "sh", "-c", "head -c 2000000 /dev/zero");
    Returned back = run(slow, wordy);
    assertEquals(Failure.Kind.LIMIT, kind(back.result(slow, folder)));
    SubjobResult much = back.result(wordy, folder);
    assertEquals(Failure.Kind.LIMIT, kind(much));
    assertNull(much.stdout(), "long output lies in a file");
  }

  private static Failure.Kind kind(SubjobResult result) {
    return Optional.ofNullable(result.failure()).orElseThrow().kind();
  }

  @Test
  void halfOfATransferIsNoResult() throws Exception {
    Lease one = lease(0, 30, List.of(), "sh", "-c", "echo whole > x.txt");
    run(one);
    Path out = scratch.resolve("out");
    Path file = out.resolve("0/files/x.txt");
    assertTrue(Returned.whole(out).isPresent());
    Files.writeString(file, "who");
    assertTrue(Returned.whole(out).isEmpty(), "cut short");
    Files.delete(file);
    assertTrue(Returned.whole(out).isEmpty(), "missing");
    Files.writeString(file, "whole\n");
    assertTrue(Returned.whole(out).isPresent());
    Files.writeString(out.resolve("manifest"), "0".repeat(64) + "  ./../../x\n");
    assertTrue(Returned.whole(out).isEmpty(), "a path that leads out");
    Files.delete(out.resolve("manifest"));
    assertTrue(Returned.whole(out).isEmpty(), "no manifest");
  }

  @Test
  void shortSubjobsShareATaskAndEverySlotGetsTwo() {
    assertEquals(1, Parcels.perTask(30, 1000, 8));
    assertEquals(62, Parcels.perTask(0.1, 1000, 8));
    assertEquals(64, Parcels.perTask(0.1, 100_000, 8));
    assertEquals(1, Parcels.perTask(0.1, 10, 8));
    assertEquals(6, Parcels.perTask(0.1, 100, 8));
  }

  @Test
  void holdReasonsAreToldInWords() {
    Limits limits = new Limits(1, 64L << 20, 1, 1, 60, 1);
    Failure memory = HoldWords.failure(3, HoldWords.MEMORY, "more memory", limits);
    assertEquals(Failure.Kind.LIMIT, memory.kind());
    assertTrue(memory.message().startsWith("it used more memory than the 64 MiB it may"));
    assertEquals(Failure.Kind.ENVELOPE, HoldWords.failure(6, 2, "errno 2", limits).kind());
    assertEquals(Failure.Kind.INPUT, HoldWords.failure(13, 1, "no space", limits).kind());
    assertTrue(HoldWords.failure(99, 1, "?", limits).message().contains("99.1"));
  }

  @Test
  void aProgramThatWroteItsStateIsStartedAgainAndFindsIt() throws Exception {
    String step =
        "n=$(cat state 2>/dev/null || echo 0); echo \"at $n\"; echo $((n + 1)) > state;"
            + " if [ $n -lt 2 ]; then exit 85; fi; cp state done.txt";
    Lease plain = lease(0, 60, List.of(), "sh", "-c", step);
    Lease lease =
        new Lease(
            plain.lease(),
            plain.fence(),
            plain.job(),
            plain.index(),
            plain.command(),
            plain.environment(),
            plain.inputs(),
            plain.outputs(),
            plain.limits(),
            plain.leaseSeconds(),
            plain.heartbeatSeconds(),
            null,
            null,
            List.of("state"));
    Files.writeString(scratch.resolve("task"), Parcels.script(lease));
    for (int status : new int[] {85, 85, 0}) {
      Process process =
          new ProcessBuilder("bash", "run.sh").directory(scratch.toFile()).inheritIO().start();
      assertEquals(status, process.waitFor());
      if (status == 85) { // only the state goes elsewhere
        JobFolder.delete(scratch.resolve("out"));
        JobFolder.delete(scratch.resolve("s0"));
      }
    }
    SubjobResult result =
        Returned.whole(scratch.resolve("out")).orElseThrow().result(lease, folder);
    assertTrue(result.succeeded());
    assertEquals("at 0\nat 1\nat 2\n", result.stdout());
    assertEquals("done.txt", result.outputs().getFirst().path());
  }
}
