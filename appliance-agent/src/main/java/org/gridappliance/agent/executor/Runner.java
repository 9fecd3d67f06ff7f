package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.gridappliance.agent.envelope.Envelope;
import org.gridappliance.agent.envelope.Outcome;
import org.gridappliance.agent.envelope.Spec;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * Takes one subjob from its lease to its parcel: inputs from the cache → scratch folder → envelope
 * → outputs into the spool → scratch gone. Runs on the slot's platform thread.
 */
final class Runner {
  private static final System.Logger LOG = System.getLogger(Runner.class.getName());
  private static final int INLINE_BYTES = 60_000;
  private static final int LAST_LINES_BYTES = 4096;
  private static final int LAST_LINES = 10;
  private static final long ROOM_BYTES = 16L << 20;
  private static final long LOOK_MILLIS = 500;
  private static final long FULL_PATIENCE_MILLIS = 60_000;
  private static final int FULL_TRIES = 3;
  private static final Failure FULL =
      Failure.of(
          Failure.Kind.EXECUTOR,
          "The executor's disk is full.",
          "It is tried on another executor; free space on that machine.");

  private final PortalClient portal;
  private final Envelope envelope;
  private final InputCache cache;
  private final BundleCache bundles;
  private final Path scratch;
  private final Path spool;
  private final Runnable started;
  private final AtomicLong number = new AtomicLong();

  /**
   * @param started told when a program with windows is about to run
   */
  Runner(
      PortalClient portal,
      Envelope envelope,
      InputCache cache,
      BundleCache bundles,
      Path scratch,
      Path spool,
      Runnable started) {
    this.started = started;
    this.portal = portal;
    this.envelope = envelope;
    this.cache = cache;
    this.bundles = bundles;
    this.scratch = scratch;
    this.spool = spool;
  }

  /**
   * {@return the result with its files, or empty when the subjob was stopped meanwhile: then nobody
   * wants it}
   *
   * <p>While this machine's disk is full a subjob waits, and what ran then runs again: neither its
   * exit status nor its files can be trusted.
   */
  Optional<Parcel> run(Subjob subjob, int slot) throws InterruptedException {
    Failure failure = FULL;
    for (int tries = 0; tries < FULL_TRIES && awaitRoom(subjob); tries++) {
      try {
        Optional<Parcel> parcel = once(subjob, slot);
        if (hasRoom() || subjob.reins.isStopped()) {
          return parcel;
        }
      } catch (IOException e) {
        failure =
            Failure.of(
                Failure.Kind.EXECUTOR,
                "The executor could not handle the subjob's files: " + e + ".",
                "See the executor's log, and whether its disk is full.");
        if (hasRoom()) {
          break; // another executor may do better
        }
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} is full: {1} runs again",
          scratch,
          subjob.lease.lease());
      remove(spool.resolve(subjob.lease.lease()));
    }
    return subjob.reins.isStopped()
        ? Optional.empty()
        : Optional.of(new Parcel(failed(subjob.lease, failure), 0, 0, null));
  }

  /** {@return the answer for a lease that the owner of this machine gives back} */
  static Parcel given(Lease lease, String why) {
    return new Parcel(
        failed(
            lease,
            Failure.of(
                Failure.Kind.OWNER,
                "Its computer was wanted: " + why + ".",
                "It runs again on another computer, or here when it is free.")),
        0,
        0,
        null);
  }

  /** What a program did while the disk was full tells nothing about it. */
  private boolean hasRoom() {
    return scratch.toFile().getUsableSpace() >= ROOM_BYTES;
  }

  /** {@return whether there is room, at once or before the patience ends} */
  private boolean awaitRoom(Subjob subjob) throws InterruptedException {
    for (long waited = 0; !hasRoom(); waited += LOOK_MILLIS) {
      if (waited >= FULL_PATIENCE_MILLIS || subjob.reins.isStopped()) {
        return false;
      }
      Thread.sleep(LOOK_MILLIS); // the kernel tells nobody when a disk has room again
    }
    return true;
  }

  private Optional<Parcel> once(Subjob subjob, int slot) throws IOException, InterruptedException {
    Lease lease = subjob.lease;
    List<InputCache.Lent> lent = new ArrayList<>();
    Path own = scratch.resolve(Long.toString(number.incrementAndGet()));
    Sandbox sandbox = lease.sandbox() == null ? new Sandbox(null, List.of()) : lease.sandbox();
    Bundle bundle = null;
    try {
      List<Spec.Input> inputs = new ArrayList<>();
      Failure missing = stageIn(lease, lent, inputs);
      if (missing != null) {
        return Optional.of(new Parcel(failed(lease, missing), 0, 0, null));
      }
      try {
        bundle = sandbox.bundle() == null ? null : bundles.take(sandbox.bundle(), source(lease));
      } catch (IOException e) {
        return Optional.of(new Parcel(failed(lease, notHere("application", e)), 0, 0, null));
      }
      Spec.Code code =
          new Spec.Code(
              bundle,
              sandbox.allow().contains(Sandbox.GENERATED_CODE),
              sandbox.allow().contains(Sandbox.OWN_PROGRAMS));
      Path work = Files.createDirectories(own.resolve("work"));
      Path tmp = Files.createDirectory(own.resolve("tmp"));
      Path stdout = Files.createFile(own.resolve("stdout"));
      Path stderr = Files.createFile(own.resolve("stderr"));
      Spec.Screen screen = subjob.openDoors(own);
      subjob.start(own);
      if (screen != null) {
        started.run(); // somebody waits for its windows
      }
      Spec spec =
          new Spec(
              lease.command(),
              lease.environment(),
              work,
              tmp,
              inputs,
              stdout,
              stderr,
              lease.limits(),
              screen,
              slot,
              code);
      Outcome outcome = envelope.run(spec, subjob.reins);
      while (wroteItsState(lease, outcome) && !subjob.reins.isStopped()) {
        outcome = Outcome.after(outcome, envelope.run(within(spec, outcome.wall()), subjob.reins));
      }
      subjob.ended();
      subjob.closeDoors();
      return subjob.reins.isStopped() ? Optional.empty() : Optional.of(pack(subjob, outcome, own));
    } finally {
      subjob.ended();
      subjob.closeDoors();
      lent.forEach(cache::release);
      if (bundle != null) {
        bundles.release(bundle);
      }
      remove(own);
    }
  }

  private InputCache.Source source(Lease lease) {
    return (file, into) -> portal.fetch(lease.lease(), file.sha256(), file.bytes(), into);
  }

  private static Failure notHere(String what, IOException why) {
    return Failure.of(
        Failure.Kind.INPUT,
        "The " + what + " could not be brought here: " + why.getMessage() + ".",
        "It is tried again on another executor.");
  }

  /** It ended only to be started again in the folder that holds its state. */
  private static boolean wroteItsState(Lease lease, Outcome outcome) {
    Integer status = outcome.exitCode();
    return lease.checkpoint() != null
        && outcome.failure() == null
        && status != null
        && status == Lease.CHECKPOINTED;
  }

  /** {@return the same with what is left of its time} */
  private static Spec within(Spec spec, Duration used) {
    Limits all = spec.limits();
    Limits left =
        new Limits(
            all.cpus(),
            all.memoryBytes(),
            all.diskBytes(),
            all.processes(),
            Math.max(1, all.wallSeconds() - used.toMillis() / 1e3),
            all.outputBytes());
    return new Spec(
        spec.command(),
        spec.environment(),
        spec.work(),
        spec.tmp(),
        spec.inputs(),
        spec.stdout(),
        spec.stderr(),
        left,
        spec.screen(),
        spec.slot(),
        spec.code());
  }

  private static void remove(Path folder) {
    try {
      Folders.remove(folder);
    } catch (IOException e) { // tried again at the next start
      LOG.log(System.Logger.Level.WARNING, "{0} cannot be removed: {1}", folder, e);
    }
  }

  private @Nullable Failure stageIn(
      Lease lease, List<InputCache.Lent> lent, List<Spec.Input> inputs)
      throws InterruptedException {
    for (FileRef input : lease.inputs()) {
      try {
        InputCache.Lent one = cache.take(input, source(lease));
        lent.add(one);
        inputs.add(new Spec.Input(one.path(), input.path()));
      } catch (IOException e) {
        return notHere("input " + input.path(), e);
      }
    }
    return null;
  }

  private Parcel pack(Subjob subjob, Outcome outcome, Path own) throws IOException {
    Lease lease = subjob.lease;
    Path folder = spool.resolve(lease.lease());
    List<FileRef> outputs = new ArrayList<>();
    Failure failure = outcome.failure();
    if (failure == null) {
      try {
        collect(lease, own.resolve("work"), folder, outputs);
      } catch (Outputs.Refused e) {
        failure =
            Failure.of(
                Failure.Kind.PROGRAM,
                e.getMessage() == null ? "Its outputs were refused." : e.getMessage(),
                "Let the program leave regular files under the names of its outputs.");
        outputs.clear();
        Folders.remove(folder);
      }
    }
    if (failure == null && outcome.refusal() != null) {
      failure = refused(outcome);
    }
    long most = lease.limits().outputBytes();
    byte[] stdout = head(own.resolve("stdout"), most);
    byte[] stderr = head(own.resolve("stderr"), most);
    String out = subjob.sent().isTouched() ? null : text(stdout);
    String err = subjob.sent().isTouched() ? null : text(stderr);
    if (failure != null) {
      failure =
          new Failure(
              failure.kind(),
              failure.message(),
              failure.remedy(),
              outcome.exitCode(),
              outcome.signal(),
              lastLines(own.resolve("stderr")));
    }
    SubjobResult result =
        new SubjobResult(
            lease.lease(),
            lease.fence(),
            outcome.exitCode(),
            outcome.signal(),
            failure,
            seconds(outcome.wall()),
            outcome.cpu() == null ? null : seconds(outcome.cpu()),
            outcome.peakMemoryBytes(),
            outputs,
            out,
            err);
    boolean streams = out == null || err == null;
    if (outputs.isEmpty() && !streams) {
      return new Parcel(result, 0, 0, null);
    }
    Files.createDirectories(folder);
    if (out == null) {
      keep(own.resolve("stdout"), folder.resolve("stdout"), most);
    }
    if (err == null) {
      keep(own.resolve("stderr"), folder.resolve("stderr"), most);
    }
    synchronized (subjob.sent()) {
      return new Parcel(
              result, subjob.sent().stdout().offset(), subjob.sent().stderr().offset(), folder)
          .store(spool);
    }
  }

  /** A program that failed may have failed for what it may not do here; null when it succeeded. */
  private static @Nullable Failure refused(Outcome outcome) {
    Integer code = outcome.exitCode();
    if (outcome.signal() == null && (code == null || code == 0)) {
      return null;
    }
    String how =
        outcome.signal() == null
            ? "ended with exit status " + code
            : "was ended by " + outcome.signal();
    return Failure.of(
        Failure.Kind.PROGRAM,
        "the program " + how + "; it " + outcome.refusal(),
        "look whether that is why it failed: such a call is refused to every program here");
  }

  private static void collect(Lease lease, Path work, Path folder, List<FileRef> outputs)
      throws IOException, Outputs.Refused {
    Set<String> inputs = new HashSet<>();
    lease.inputs().forEach(input -> inputs.add(input.path()));
    List<Path> found = Outputs.find(work, lease.outputs(), inputs);
    long bytes = 0;
    for (Path path : found) {
      bytes += Files.size(work.resolve(path));
    }
    if (bytes > lease.limits().diskBytes()) {
      throw new Outputs.Refused(
          "Its outputs have %d bytes; at most %d are allowed."
              .formatted(bytes, lease.limits().diskBytes()));
    }
    for (Path path : found) {
      Path file = work.resolve(path);
      String sha256 = Digests.sha256(file);
      outputs.add(new FileRef(path.toString(), sha256, Files.size(file)));
      Path kept = Parcel.file(folder, sha256);
      if (!Files.exists(kept)) {
        Files.createDirectories(kept.getParent());
        Files.move(file, kept);
      }
    }
  }

  private static void keep(Path file, Path place, long most) throws IOException {
    Files.move(file, place);
    if (Files.size(place) > most) {
      try (var channel =
          java.nio.channels.FileChannel.open(place, java.nio.file.StandardOpenOption.WRITE)) {
        channel.truncate(most);
      }
    }
  }

  /** At most one byte more than can travel inside a result. */
  private static byte[] head(Path file, long most) throws IOException {
    try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes((int) Math.min(most, INLINE_BYTES + 1));
    }
  }

  /** {@return the bytes as text, or null when they are too many or no UTF-8} */
  private static @Nullable String text(byte[] bytes) {
    if (bytes.length > INLINE_BYTES) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static List<String> lastLines(Path stderr) {
    if (!Files.exists(stderr)) {
      return List.of();
    }
    try (var in = Files.newInputStream(stderr)) {
      in.skipNBytes(Math.max(0, Files.size(stderr) - LAST_LINES_BYTES));
      String text = new String(in.readNBytes(LAST_LINES_BYTES), StandardCharsets.UTF_8);
      List<String> lines = text.lines().toList();
      return lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    } catch (IOException e) { // words of a failure that is already told
      return List.of();
    }
  }

  private static SubjobResult failed(Lease lease, Failure failure) {
    return new SubjobResult(
        lease.lease(), lease.fence(), null, null, failure, 0, null, null, List.of(), "", "");
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
