package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Limits;
import org.jspecify.annotations.Nullable;

/**
 * The envelope made of namespaces by Debian's {@code bubblewrap}. A program sees {@code /usr}, a
 * {@link Skeleton} around it, its scratch folder at {@code /work} and a private {@code /tmp}; no
 * network, no other process, no capability, no user namespace of its own ({@link Seccomp}). As root
 * every slot has its own user number; bwrap then needs no user namespace.
 *
 * <p>One run: prepare → {@link Posix#spawn} bwrap → bwrap builds the envelope and blocks → limits
 * are laid on its first process → it is let go → wait → {@link Outcome}.
 *
 * <p>Memory: a {@link ControlGroup} where there is one: the kernel then counts everything, tmpfs
 * included. Else the {@link Watch} adds up resident memory five times a second, and RLIMIT_DATA at
 * twice the limit and a little more stops a single process that is faster than that (not RLIMIT_AS:
 * virtual machines and valgrind reserve far more than they touch). What is written but mapped by
 * nobody (memfd) then escapes the sum, up to RLIMIT_FSIZE each.
 */
public final class Bubblewrap implements Envelope, AutoCloseable {
  private static final Pattern CHILD = Pattern.compile("\"child-pid\": *(\\d+)");
  private static final Pattern EXIT = Pattern.compile("\"exit-code\": *(\\d+)");
  private static final List<String> SCREEN_PARTS = List.of("Xvnc", "icewm");
  private static final long SLACK_BYTES = 1 << 20;
  private static final long DATA_SLACK_BYTES = 256 << 20;

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final int number = COUNT.incrementAndGet();
  private final Path folder;
  private final boolean root;
  private final int firstUid;
  private final @Nullable Entrance entrance;
  private final @Nullable BwrapCommand bwrap;
  private final @Nullable String obstacle;
  private final Map<Integer, Optional<ControlGroup>> groups = new ConcurrentHashMap<>();
  private final Watch watch = new Watch();

  /**
   * Prepares the envelope and tries it.
   *
   * @param folder for what the envelope needs itself; made
   * @param firstUid user number of slot 0 where the agent is root; slot n has {@code firstUid + n}
   * @param slots how many programs may run at once
   */
  public Bubblewrap(Path folder, int firstUid, int slots) {
    this.folder = folder;
    this.root = Posix.geteuid() == 0;
    this.firstUid = firstUid;
    Entrance door = null;
    BwrapCommand made = null;
    String problem = missing();
    if (problem == null) {
      try {
        Files.createDirectories(folder);
        List<Integer> uids = new ArrayList<>();
        for (int slot = 0; root && slot < slots; slot++) {
          uids.add(firstUid + slot);
        }
        Skeleton skeleton =
            new Skeleton(folder.resolve("root"), root ? uids : List.of(Posix.geteuid()));
        made = new BwrapCommand(skeleton, root ? firstUid : BwrapCommand.OWN_UID);
        Files.write(folder.resolve("seccomp.bpf"), Seccomp.program());
        door = new Entrance(folder);
        Posix.becomeSubreaper();
        ControlGroup.sweep();
      } catch (IOException e) {
        problem = "The folder " + folder + " cannot be prepared for jobs: " + e.getMessage() + ".";
      }
    }
    this.entrance = door;
    this.bwrap = made;
    this.obstacle = problem != null ? problem : tryOut();
  }

  private @Nullable String missing() {
    if (!Seccomp.fits(System.getProperty("os.arch"))) {
      return "Jobs are contained on x86-64 only; this machine is "
          + System.getProperty("os.arch")
          + ".";
    }
    if (BwrapCommand.find("bwrap").isEmpty()) {
      return "The program bwrap, which contains jobs, is not installed; install it with:"
          + " apt-get install bubblewrap";
    }
    return null;
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
                List.of("true"),
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
    String why = failure == null ? "it ended with " + outcome : failure.message();
    return "This machine cannot contain jobs, so none run here: "
        + why
        + " Most often user namespaces are switched off; an administrator switches them on with:"
        + " sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000"
        + " (Ubuntu: also kernel.apparmor_restrict_unprivileged_userns=0).";
  }

  @Override
  public Optional<String> obstacle() {
    return Optional.ofNullable(obstacle);
  }

  /** {@return how memory is limited here, in words} */
  public String memoryGuard() {
    return group(0).isPresent() ? "control group" : "watch";
  }

  @Override
  public Outcome run(Spec spec, Reins reins) {
    String program = spec.command().getFirst();
    String missing = BwrapCommand.absent(program);
    for (String part : spec.screen() == null ? List.<String>of() : SCREEN_PARTS) {
      if (missing == null && BwrapCommand.absent(part) != null) {
        missing = BwrapCommand.absent(part);
        program = part;
      }
    }
    if (missing != null) {
      return Outcome.failed(
          Failure.of(
              Failure.Kind.ENVELOPE,
              "The program " + program + " is not there: " + missing + ".",
              "Install the application's packages on this machine, or correct its command."));
    }
    if (bwrap == null) {
      return Outcome.failed(broken(String.valueOf(missing())));
    }
    Posix.Pipe status = Posix.pipe();
    Posix.Pipe go = Posix.pipe();
    if (status == null || go == null) {
      return Outcome.failed(broken("no file descriptor is left"));
    }
    int pid;
    try {
      bwrap.prepare(spec);
      pid =
          Posix.spawn(
              bwrap.arguments(spec),
              BwrapCommand.ENVIRONMENT,
              List.of(
                  new Posix.Opened("/dev/null", 0, Posix.O_RDONLY),
                  new Posix.Opened(spec.stdout().toString(), 1, Posix.O_WRONLY_APPEND),
                  new Posix.Opened(spec.stderr().toString(), 2, Posix.O_WRONLY_APPEND),
                  new Posix.Opened(folder.resolve("seccomp.bpf").toString(), 5, Posix.O_RDONLY)),
              passed(spec, status, go));
    } catch (IOException e) {
      pid = 0;
      Posix.close(go.writeEnd());
      Posix.close(status.readEnd());
      return Outcome.failed(broken("its folders cannot be prepared: " + e.getMessage()));
    } finally {
      Posix.close(status.writeEnd());
      Posix.close(go.readEnd());
    }
    try {
      if (pid < 0) {
        return Outcome.failed(broken("bwrap cannot be started (error " + -pid + ")"));
      }
      return follow(spec, reins, pid, status.readEnd(), go.writeEnd());
    } finally {
      Posix.close(status.readEnd());
      Posix.close(go.writeEnd());
    }
  }

  private static List<Posix.Passed> passed(Spec spec, Posix.Pipe status, Posix.Pipe go) {
    List<Posix.Passed> passed = new ArrayList<>();
    passed.add(new Posix.Passed(status.writeEnd(), 3));
    passed.add(new Posix.Passed(go.readEnd(), 4));
    if (spec.screen() != null) {
      passed.add(new Posix.Passed(spec.screen().listener(), 6));
    }
    return passed;
  }

  /** From the blocked envelope to its end. */
  private Outcome follow(Spec spec, Reins reins, int outer, int statusEnd, int goEnd) {
    StringBuilder report = new StringBuilder();
    int first = firstPid(statusEnd, report);
    if (first < 0) {
      Posix.wait4(outer);
      return Outcome.failed(broken(lastWords(spec)));
    }
    Optional<ControlGroup> group = group(spec.slot());
    Running running =
        new Running(
            spec, first, (pidfd, listener) -> enter(spec, pidfd, group, listener), group.isEmpty());
    try {
      limit(spec, first, group);
    } catch (IOException | RuntimeException e) { // whatever it is: nothing starts without limits
      running.fail(broken("its limits cannot be set: " + e));
    }
    watch.add(running);
    reins.attach(running);
    Posix.writeByte(goEnd);
    Posix.Ended ended = Posix.wait4(outer);
    Posix.Ended inner = Posix.wait4(first); // our child since its parent is gone: see subreaper
    Duration wall = running.wall();
    watch.remove(running);
    reins.detach();
    running.end();
    return outcome(spec, running, group, ended, inner, wall, rest(statusEnd, report));
  }

  private void enter(Spec spec, int pidfd, Optional<ControlGroup> group, int listener)
      throws IOException {
    if (entrance == null) {
      throw new IOException("no terminal can be opened on this machine");
    }
    Entrance.Group joined = group.isPresent() ? group.get()::admit : null;
    entrance.start(pidfd, root ? firstUid + spec.slot() : BwrapCommand.OWN_UID, joined, listener);
  }

  private static Outcome outcome(
      Spec spec,
      Running running,
      Optional<ControlGroup> group,
      Posix.@Nullable Ended ended,
      Posix.@Nullable Ended inner,
      Duration wall,
      String report) {
    Duration cpu =
        Duration.ofNanos(
            (inner == null ? 0 : inner.cpuNanos()) + (ended == null ? 0 : ended.cpuNanos()));
    long peak = Math.max(inner == null ? 0 : inner.maxRssBytes(), running.peakBytes());
    Failure failure = running.failure();
    try {
      if (failure == null && group.isPresent() && group.get().ranOutOfMemory()) {
        long most = spec.limits().memoryBytes();
        failure = Watch.memory(Math.max(peak, most), most);
        peak = Math.max(peak, most);
      }
    } catch (IOException e) {
      failure = broken("its control group cannot be read: " + e.getMessage());
    }
    Matcher exit = EXIT.matcher(report);
    boolean reported = exit.find();
    long mostBytes = spec.limits().memoryBytes();
    if (failure == null && group.isEmpty() && reported && peak > mostBytes * 0.9) {
      failure = exit.group(1).equals("0") ? null : Watch.memory(peak, mostBytes);
    }
    if (failure == null && running.isFinished()) {
      return Outcome.ended(0, wall, cpu, peak); // somebody pressed Stop: that is its right end
    }
    if (failure == null && !reported && ended != null && ended.status() != 137) {
      failure = broken(lastWords(spec));
    }
    if (failure == null) {
      failure = Watch.outputLimit(spec);
    }
    if (failure == null && reported && exit.group(1).equals("153")) { // 128 + SIGXFSZ
      failure = Watch.disk(spec.limits().diskBytes());
    }
    if (failure != null) {
      return new Outcome(null, null, failure, wall, cpu, peak, null, null);
    }
    int status = reported ? Integer.parseInt(exit.group(1)) : 137;
    return Outcome.ended(status, wall, cpu, peak);
  }

  private void limit(Spec spec, int pid, Optional<ControlGroup> group) throws IOException {
    Limits limits = spec.limits();
    if (group.isPresent()) {
      group.get().limit(limits.memoryBytes(), limits.processes() + 2L);
      group.get().admit(pid);
    } else {
      Posix.prlimit(pid, Posix.RLIMIT_DATA, 2 * limits.memoryBytes() + DATA_SLACK_BYTES);
    }
    long largest = Math.max(limits.diskBytes(), limits.outputBytes()) + SLACK_BYTES;
    Posix.prlimit(pid, Posix.RLIMIT_FSIZE, largest);
    Posix.prlimit(pid, Posix.RLIMIT_CORE, 0);
    Posix.prlimit(pid, Posix.RLIMIT_NOFILE, 4096);
    Posix.prlimit(pid, Posix.RLIMIT_NPROC, limits.processes() + 2L); // bwrap's own two
    if (spec.screen() == null) { // else somebody sits before it and waits for every key
      Posix.lowestPriority(pid);
      sessionPriority(pid);
    }
  }

  /**
   * Where the kernel groups processes by session, nice counts among a session's own only; this
   * counts among sessions. It takes few changes a second, and a short subjob does not need it.
   */
  private static void sessionPriority(int pid) {
    Path file = Path.of("/proc", Integer.toString(pid), "autogroup");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap("19".getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      // a kernel without such groups: nice alone then
    }
  }

  private Optional<ControlGroup> group(int slot) {
    return groups.computeIfAbsent(slot, s -> ControlGroup.of(number, s));
  }

  private static int firstPid(int statusEnd, StringBuilder report) {
    byte[] buffer = new byte[1024];
    int got;
    while ((got = Posix.read(statusEnd, buffer, 0)) > 0) {
      report.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
      Matcher child = CHILD.matcher(report);
      if (child.find() && report.indexOf("}") > 0) {
        return Integer.parseInt(child.group(1));
      }
    }
    return -1;
  }

  private static String rest(int statusEnd, StringBuilder report) {
    byte[] buffer = new byte[1024];
    int got;
    while ((got = Posix.read(statusEnd, buffer, 0)) > 0) {
      report.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
    }
    return report.toString();
  }

  /** What bwrap said before it gave up. */
  private static String lastWords(Spec spec) {
    try {
      String said = Files.readString(spec.stderr(), StandardCharsets.ISO_8859_1).strip();
      return said.isEmpty()
          ? "bwrap ended without a word"
          : said.substring(Math.max(0, said.length() - 400));
    } catch (IOException e) {
      return "bwrap ended and its words cannot be read";
    }
  }

  private static Failure broken(String why) {
    return Failure.of(
        Failure.Kind.ENVELOPE,
        "The envelope could not be started: " + why + ".",
        "See the log of the executor on this machine.");
  }

  @Override
  public void close() {
    watch.close();
    groups.values().forEach(group -> group.ifPresent(ControlGroup::remove));
  }
}
