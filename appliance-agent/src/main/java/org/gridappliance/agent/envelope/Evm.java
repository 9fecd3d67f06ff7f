package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.gridappliance.evm.EvmAccount;
import org.gridappliance.evm.EvmEvent;
import org.gridappliance.evm.EvmLauncher;
import org.gridappliance.evm.EvmLimits;
import org.gridappliance.evm.EvmMount;
import org.gridappliance.evm.EvmSpec;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.evm.bundle.Manifest;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/**
 * The envelope made of the Entropia VM ({@code docs/evm.md}): a bundle, or this machine's {@code
 * /usr} behind the {@link Skeleton}, copy-on-write; the scratch folder at {@code /work}; {@code
 * /tmp} in memory; no network. As root every slot has its own account.
 *
 * <p>One run: prepare → {@link Posix#spawn} evm-run with one end of a socket, or one of the {@link
 * EvmSpares} → specification over it → events until its end → {@link EvmWords} → {@link Outcome}.
 * The socket is the lifeline: when this JVM dies the kernel closes it, and everything inside ends.
 */
public final class Evm implements Envelope, AutoCloseable {
  private static final int CONTROL = 3;
  private static final long LEAST_TMP_BYTES = 64L << 20;
  private static final long SLACK_BYTES = 1 << 20;
  private static final int SMALLEST_FILE = 4096;
  private static final int LEAST_FILES = 1000;
  private static final int MOST_FILES = 1_000_000;
  private static final int MOST_SEALED = 100_000;
  private static final int OPEN_FILES = 4096;
  private static final Duration HEARTBEAT = Duration.ofSeconds(20);

  private final Path folder;
  private final int firstUid;
  private final EvmWatch watch = new EvmWatch();
  private final EvmSpares spares = new EvmSpares(() -> launch("--spare-fd", List.of()));
  private final @Nullable EvmLauncher launcher;
  private final @Nullable Skeleton skeleton;
  private final @Nullable Entrance entrance;
  private final @Nullable String obstacle;
  private volatile int groupVersion;

  /**
   * Prepares the envelope and tries it.
   *
   * @param folder for what the envelope needs itself; made
   * @param firstUid user number of slot 0 where the agent is root; slot n has {@code firstUid + n}
   */
  public Evm(Path folder, int firstUid) {
    this.folder = folder.toAbsolutePath();
    this.firstUid = Posix.geteuid() == 0 ? firstUid : BwrapCommand.OWN_UID;
    EvmLauncher program = null;
    Skeleton root = null;
    Entrance door = null;
    String problem = null;
    try {
      Files.createDirectories(this.folder);
      program = EvmLauncher.installedIn(this.folder.resolve("bin"));
      root = new Skeleton(this.folder.resolve("root"), List.of(EvmWords.INSIDE));
      Files.write(this.folder.resolve("seccomp.bpf"), Seccomp.program());
      door = new Entrance(this.folder);
    } catch (IOException | RuntimeException e) { // whatever it is: nothing runs without them
      problem = "The folder " + folder + " cannot be prepared for jobs: " + e.getMessage() + ".";
    }
    this.launcher = program;
    this.skeleton = root;
    this.entrance = door;
    this.obstacle = problem != null ? problem : tryOut();
  }

  /** Runs {@code true} in the envelope. */
  private @Nullable String tryOut() {
    Path trial = folder.resolve("trial");
    try {
      Files.createDirectories(trial.resolve("work"));
      Files.createDirectories(trial.resolve("tmp"));
      Files.write(trial.resolve("stdout"), new byte[0]);
      Files.write(trial.resolve("stderr"), new byte[0]);
    } catch (IOException e) {
      return "The folder " + trial + " cannot be made: " + e.getMessage() + ".";
    }
    Outcome outcome =
        run(
            new Spec(
                List.of("/usr/bin/true"),
                Map.of(),
                trial.resolve("work"),
                trial.resolve("tmp"),
                List.of(),
                trial.resolve("stdout"),
                trial.resolve("stderr"),
                new Limits(1, 1L << 30, 1 << 20, 64, 30, 1 << 16),
                null,
                0,
                Spec.Code.MACHINE),
            new Reins());
    if (Integer.valueOf(0).equals(outcome.exitCode())) {
      return null;
    }
    Failure failure = outcome.failure();
    return "The Entropia VM does not run here: "
        + (failure == null ? "it ended with " + outcome : failure.message());
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.ofNullable(obstacle);
  }

  @Override
  public boolean seals() {
    return obstacle == null && Files.isWritable(Path.of("/dev/fuse"));
  }

  /** {@return how memory is limited here, in words} */
  public String memoryGuard() {
    return groupVersion > 0 ? "control group" : "watch";
  }

  @Override
  public Outcome run(Spec spec, Reins reins) {
    if (launcher == null || skeleton == null || entrance == null) {
      return Outcome.failed(EvmWords.broken(String.valueOf(obstacle)));
    }
    EvmSpec request;
    try {
      prepare(spec);
      request = request(spec, skeleton);
    } catch (Absent e) {
      return Outcome.failed(e.failure);
    } catch (IOException | IllegalArgumentException e) {
      return Outcome.failed(EvmWords.broken("its folders cannot be prepared: " + e.getMessage()));
    }
    boolean spared = false;
    try (EvmOutput output = EvmOutput.of(spec)) {
      List<String> arguments = new ArrayList<>(output.options());
      arguments.addAll(request.arguments());
      byte[] told = encode(arguments);
      spared = spec.sealed() == null && firstUid != BwrapCommand.OWN_UID;
      EvmSpares.Spare started = start(spared ? spares.take() : null, output, told);
      if (started == null) {
        return Outcome.failed(EvmWords.broken("evm-run cannot be started"));
      }
      output.started();
      Outcome outcome = follow(spec, reins, started, entrance);
      String lost = output.finish();
      if (lost != null) {
        return Outcome.failed(EvmWords.broken(lost)).withReached(outcome.reached());
      }
      // what was still in the pipe when the program ended counts too
      Failure tooMuch = outcome.failure() == null ? Watch.outputLimit(spec) : null;
      return tooMuch == null ? outcome : Outcome.failed(tooMuch).withReached(outcome.reached());
    } catch (IOException e) {
      return Outcome.failed(EvmWords.broken("no file descriptor is left"));
    } finally {
      if (spared) {
        spares.ended();
      }
    }
  }

  /** {@return a launcher that was told what to run; null when there is none} */
  private EvmSpares.@Nullable Spare start(
      EvmSpares.@Nullable Spare spare, EvmOutput output, byte[] request) {
    if (spare != null) {
      if (Posix.send(spare.control(), request, true)) {
        return spare;
      }
      spare.drop(); // somebody ended it
    }
    EvmSpares.Spare fresh = launch("--control-fd", output.passed());
    if (fresh != null) {
      Posix.send(fresh.control(), request, true); // when it fails, the end says why
    }
    return fresh;
  }

  private EvmSpares.@Nullable Spare launch(String how, List<Posix.Passed> outputs) {
    Posix.Pipe pair = launcher == null ? null : Posix.socketPair();
    if (launcher == null || pair == null) {
      return null;
    }
    List<Posix.Opened> opened = new ArrayList<>();
    opened.add(new Posix.Opened("/dev/null", 0, Posix.O_RDONLY));
    if (outputs.isEmpty()) {
      opened.add(new Posix.Opened("/dev/null", 1, Posix.O_WRONLY_APPEND));
      opened.add(new Posix.Opened("/dev/null", 2, Posix.O_WRONLY_APPEND));
    }
    List<Posix.Passed> passed = new ArrayList<>(outputs);
    passed.add(new Posix.Passed(pair.writeEnd(), CONTROL));
    int pid =
        Posix.spawn(
            List.of(launcher.executable().toString(), how, Integer.toString(CONTROL)),
            List.of(),
            opened,
            passed);
    Posix.close(pair.writeEnd());
    if (pid < 0) {
      Posix.close(pair.readEnd());
      return null;
    }
    return new EvmSpares.Spare(pid, pair.readEnd());
  }

  /** Makes the places of its inputs, or gives the sealed folder to the program's account. */
  private void prepare(Spec spec) throws IOException {
    if (spec.sealed() == null) {
      BwrapCommand.prepare(spec, uid(spec));
      return;
    }
    if (uid(spec) != BwrapCommand.OWN_UID) {
      Posix.chown(spec.work().toString(), uid(spec));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(spec.work())) {
        for (Path file : files) {
          Posix.chown(file.toString(), uid(spec));
        }
      }
    }
  }

  /** From the launcher's start to its end. */
  private Outcome follow(Spec spec, Reins reins, EvmSpares.Spare started, Entrance door) {
    EvmRunning running =
        new EvmRunning(spec, started.control(), door, firstUid != BwrapCommand.OWN_UID);
    reins.attach(running);
    watch.add(running);
    EvmEvent.@Nullable End end = null;
    try {
      end = running.read();
    } finally {
      watch.remove(running);
      reins.detach();
      running.end();
      Posix.wait4(started.pid());
    }
    groupVersion = Math.max(groupVersion, running.groupVersion());
    Outcome outcome = EvmWords.outcome(spec, running, end == null ? null : end.result());
    return end == null ? outcome : outcome.withReached(end.result().reached());
  }

  private int uid(Spec spec) {
    return firstUid == BwrapCommand.OWN_UID ? firstUid : firstUid + spec.slot();
  }

  /** The program is not there, in words. */
  private static final class Absent extends IOException {
    private static final long serialVersionUID = 1;
    private final transient Failure failure;

    Absent(Failure failure) {
      super(failure.message());
      this.failure = failure;
    }
  }

  private EvmSpec request(Spec spec, Skeleton root) throws Absent {
    Map<String, String> environment = BwrapCommand.ownVariables(spec);
    spec.environment()
        .forEach(
            (name, value) -> {
              if (!name.isEmpty() && !name.contains("=")) {
                environment.put(name, value);
              }
            });
    Bundle bundle = spec.code().bundle();
    EvmSpec made =
        bundle == null
            ? machine(spec, root, environment)
            : bundle.spec(inBundle(bundle, spec.command()), new TreeMap<>(environment));
    made = made.withMount(root.keeper());
    if (spec.inputs().size() > BwrapCommand.MOST_MOUNTED_INPUTS) {
      Path inputs = BwrapCommand.inputs(spec).toAbsolutePath();
      made = made.withMount(new EvmMount(inputs, "/inputs", false));
    } else {
      for (Spec.Input input : spec.inputs()) {
        Path file = input.file().toAbsolutePath();
        made = made.withMount(new EvmMount(file, "/work/" + input.path(), false));
      }
    }
    if (firstUid != BwrapCommand.OWN_UID) {
      made = made.withAccount(new EvmAccount(uid(spec), uid(spec)));
    }
    if (spec.sealed() != null) {
      made = made.withSeal(spec.sealed().key(), spec.sealed().generation());
    }
    return made.withReach(spec.code().reach())
        .withJit(spec.code().generated() || (bundle != null && bundle.manifest().jit()))
        .withWork(spec.work().toAbsolutePath(), spec.code().own())
        .withLimits(limits(spec.limits(), spec.sealed()))
        .withHeartbeat(HEARTBEAT);
  }

  private static EvmSpec machine(Spec spec, Skeleton root, Map<String, String> environment)
      throws Absent {
    String program = spec.command().getFirst();
    String absent = BwrapCommand.absent(program);
    if (absent != null) {
      throw new Absent(EvmWords.absent(program, absent));
    }
    List<String> command = new ArrayList<>(spec.command());
    command.set(0, program.contains("/") ? inside(program) : BwrapCommand.find(program));
    EvmSpec made =
        EvmSpec.of(command).withEnvironment(environment).withBundle(root.root(), List.of());
    for (EvmMount mount : root.evmMounts()) {
      if (!mount.target().equals(Skeleton.KEEPER)) {
        made = made.withMount(mount);
      }
    }
    return made;
  }

  private static List<String> inBundle(Bundle bundle, List<String> given) throws Absent {
    List<String> command = new ArrayList<>(given);
    String program = command.getFirst();
    if (program.contains("/")) {
      command.set(0, inside(program));
      return command;
    }
    Map<String, Manifest.Entry> entries = bundle.manifest().entries();
    for (String folder : List.of("/usr/local/bin/", "/usr/bin/", "/bin/")) {
      if (entries.containsKey(folder + program)) {
        command.set(0, folder + program);
        return command;
      }
    }
    throw new Absent(EvmWords.absent(program, "its application's bundle does not hold it"));
  }

  private static String inside(String program) {
    return program.startsWith("/") ? program : Path.of("/work", program).normalize().toString();
  }

  /** Sealed inputs lie in the folder itself: they come on top of what the program may write. */
  private static EvmLimits limits(Limits l, Spec.@Nullable Sealed sealed) {
    long files = Math.clamp(l.diskBytes() / SMALLEST_FILE, LEAST_FILES, MOST_FILES);
    long disk = Math.max(SMALLEST_FILE, l.diskBytes());
    if (sealed != null) {
      files = Math.min(files, MOST_SEALED) + sealed.inputFiles();
      disk += sealed.inputBytes() + (long) SMALLEST_FILE * sealed.inputFiles();
    }
    return new EvmLimits(
        Duration.ofMillis(Math.max(1, Math.round(l.wallSeconds() * 1000))),
        Duration.ZERO,
        l.memoryBytes(),
        l.processes(),
        OPEN_FILES,
        Math.max(l.diskBytes(), l.outputBytes()) + SLACK_BYTES,
        disk,
        (int) files,
        0,
        Math.max(LEAST_TMP_BYTES, l.memoryBytes() / 2),
        0);
  }

  private static byte[] encode(List<String> arguments) {
    byte[] text = (String.join("\0", arguments) + "\0").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + text.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(text.length)
        .put(text)
        .array();
  }

  @Override
  public void close() {
    spares.close();
    watch.close();
  }
}
