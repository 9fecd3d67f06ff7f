package org.gridappliance.jobs.condor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.gridappliance.evm.EvmLauncher;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.evm.bundle.BundleMaker;
import org.gridappliance.evm.bundle.BundleStore;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;
import org.gridappliance.jobs.lease.SubjobResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a worker does with a task, and what is read of it here: the real wrapper, in the real
 * Entropia VM, from a real bundle. Without HTCondor.
 */
class JobWrapperTest {
  @TempDir Path data;
  private static final boolean ROOT = System.getProperty("user.name").equals("root");
  private static final int SLOT = 58_990;

  private JobFolder folder;
  private Path scratch;
  private Path kept;
  private Bundle bundle;
  private Sandbox.Published published;

  @BeforeEach
  void make() throws Exception {
    Files.createDirectories(data.resolve("jobs"));
    folder = JobFolder.of(data, 1);
    folder.create();
    scratch = Files.createDirectory(data.resolve("scratch"));
    Path etc = Files.createDirectories(data.resolve("node/etc"));
    try (InputStream wrapper = Task.class.getResourceAsStream("job-wrapper.sh")) {
      Files.copy(Objects.requireNonNull(wrapper), etc.resolve("job-wrapper"));
    }
    Files.createSymbolicLink(
        etc.resolve("evm-run"), EvmLauncher.installedIn(data.resolve("bin")).executable());
    kept = Files.createDirectories(data.resolve("node/bundles/kept"));
    Path use = Files.createDirectories(data.resolve("node/bundles/use"));
    BundleMaker maker = new BundleMaker(false);
    for (String name :
        List.of("sh", "cat", "cp", "head", "ln", "ls", "mkdir", "sleep", "unshare")) {
      maker.addExecutable(Path.of("/usr/bin", name));
    }
    KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    bundle =
        new BundleStore(kept, Optional.empty())
            .add(maker.manifest(), maker.source(), keys.getPrivate());
    Base64.Encoder text = Base64.getEncoder();
    published =
        new Sandbox.Published(
            bundle.id(),
            0,
            bundle.manifest().totalBytes(),
            text.encodeToString(Files.readAllBytes(kept.resolve(bundle.id()).resolve("signature"))),
            text.encodeToString(keys.getPublic().getEncoded()));
    if (ROOT) { // the wrapper runs as the user of its slot
      Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
      for (Path its : List.of(scratch, use)) {
        Files.setAttribute(its, "unix:uid", SLOT);
        Files.setAttribute(its, "unix:gid", SLOT);
      }
    }
  }

  private Lease lease(int index, double wall, List<FileRef> inputs, String... command) {
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
        new Sandbox(published, List.of(), null, List.of(), false),
        null);
  }

  private Returned run(Lease... leases) throws Exception {
    Files.writeString(scratch.resolve("task"), Task.of(List.of(leases)));
    assertEquals(0, wrapper());
    return Returned.whole(scratch.resolve("out")).orElseThrow();
  }

  private int wrapper() throws Exception {
    List<String> command = new ArrayList<>();
    if (ROOT) {
      command.addAll(List.of("setpriv", "--reuid=" + SLOT, "--regid=" + SLOT, "--clear-groups"));
    }
    command.addAll(List.of("bash", data.resolve("node/etc/job-wrapper").toString()));
    command.add("/usr/bin/true");
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("_CONDOR_SCRATCH_DIR", scratch.toString());
    return builder.start().waitFor();
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
    return failure(result).kind();
  }

  @Test
  void whatIsRefusedAndWhatLiesBehindLinksIsTold() throws Exception {
    Lease curious = lease(0, 30, List.of(), "unshare", "-U", "true");
    Lease links =
        lease(1, 30, List.of(), "sh", "-c", "ln -s /etc deep; ln -s /etc/passwd x.txt; : >y.txt");
    Lease absent = lease(2, 30, List.of(), "no-such-program");
    Returned back = run(curious, links, absent);
    Failure refused = failure(back.result(curious, folder));
    assertEquals(Failure.Kind.PROGRAM, refused.kind());
    assertTrue(refused.message().contains("; it tried to "), refused::message);
    assertEquals(
        List.of("y.txt"),
        back.result(links, folder).outputs().stream().map(FileRef::path).toList());
    assertTrue(failure(back.result(absent, folder)).message().contains("no-such-program"));
  }

  @Test
  void aBundleThatIsNotWhatWasSignedIsRefusedAndNamedForRemoval() throws Exception {
    Lease lease = lease(0, 30, List.of(), "sh", "-c", "echo hello");
    Sandbox.Published right = published;
    published =
        new Sandbox.Published(
            right.id(), 0, 0, Base64.getEncoder().encodeToString(new byte[64]), right.key());
    Lease forged = lease(0, 30, List.of(), "sh", "-c", "echo hello");
    Failure unsigned = failure(run(forged).result(forged, folder));
    assertEquals(Failure.Kind.ENVELOPE, unsigned.kind());
    assertTrue(unsigned.message().contains("not signed by their publisher"), unsigned::message);

    assertEquals("hello\n", run(lease).result(lease, folder).stdout());
    Path use = data.resolve("node/bundles/use").resolve(right.id());
    assertTrue(Files.exists(use.resolve("checked")));
    Files.delete(use.resolve("checked")); // HTCondor is started anew
    Files.writeString(bundle.root().resolve("usr/bin/extra"), "not in the manifest");
    Thread agent = Thread.ofVirtual().start(() -> removeAltered(use));
    Failure altered = failure(run(lease).result(lease, folder));
    agent.join();
    assertTrue(altered.message().contains("could not be brought here whole"), altered::message);
    assertFalse(Files.exists(use.resolve("altered")));
  }

  /** What the worker's agent does with a bundle that is not what it was. */
  private void removeAltered(Path use) {
    try {
      long until = System.nanoTime() + 60_000_000_000L;
      while (!Files.exists(use.resolve("altered"))) {
        assertTrue(System.nanoTime() < until, "nobody calls for the agent");
        Thread.sleep(20); // as the agent looks: the wrapper tells it by this file alone
      }
      Files.move(kept.resolve(published.id()), kept.resolve("gone"));
      Files.delete(use.resolve("altered"));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatNoPortalWouldSendIsNotRun() throws Exception {
    String good = Task.of(List.of(lease(0, 30, List.of(), "sh", "-c", "echo hello")));
    for (String bad :
        List.of(
            "x", // not even a number
            "2\0subjob\0a[$(touch /tmp/x)]\0",
            "2\0subjob\0" + "0\0" + "3\0input\0../../x\0" + "0".repeat(64) + "\0",
            "2\0subjob\0" + "0\0" + "3\0limit\0uid\0" + "0\0",
            "4\0bundle\0" + "../x\0a\0b\0")) {
      Files.writeString(scratch.resolve("task"), bad + good);
      assertEquals(1, wrapper(), bad);
      assertTrue(Returned.whole(scratch.resolve("out")).isEmpty(), bad);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> Task.of(List.of(lease(0, 30, List.of(), "sh\0--uid"))));
  }

  @Test
  void anEndThatSaysNothingIsNoResult() {
    Limits limits = new Limits(1, 64L << 20, 1, 1, 60, 1);
    for (String text : List.of("", "0 0 0", "0 0 0\n", "0 0 0\n{", "0 0 0\n{}\n")) {
      assertTrue(Ending.parse(text, limits).isEmpty(), text);
    }
    Ending end =
        Ending.parse(
                "2000000 10 20\n{\"outcome\":\"exited\",\"exitCode\":3,\"wallMicros\":1500000,"
                    + "\"pausedMicros\":500000}\n",
                limits)
            .orElseThrow();
    assertEquals(3, end.status());
    assertEquals(3.0, end.wallSeconds());
  }

  private static Failure failure(SubjobResult result) {
    return Optional.ofNullable(result.failure()).orElseThrow();
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
            plain.sandbox(),
            List.of("state"));
    Files.writeString(scratch.resolve("task"), Task.of(List.of(lease)));
    for (int status : new int[] {85, 85, 0}) {
      assertEquals(status, wrapper());
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
