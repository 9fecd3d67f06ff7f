package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Limits;

/**
 * What a hostile program tries from inside. Each attack is a fact by name; it throws {@link
 * AssertionError} when the attack gets through. Plain Java without a test library, so that the same
 * attacks run in this process and in one of another user. Perl speaks for the program: every Debian
 * has it.
 */
final class Attacks {
  private static final String SECRET = "the-secret-of-another-user";

  /** One of them. */
  interface Attack {
    void run() throws IOException;
  }

  private final Trial trial;

  Attacks(Trial trial) {
    this.trial = trial;
  }

  Map<String, Attack> all() {
    Map<String, Attack> all = new LinkedHashMap<>();
    all.put("filesOfThisMachineAreInvisible", this::files);
    all.put("keysOfTheAgentAreInvisible", this::procRoot);
    all.put("otherProcessesAreInvisibleAndUnreachable", this::processes);
    all.put("thereIsNoNetworkNotEvenThisMachine", this::network);
    all.put("nothingButScratchAndTmpIsWritable", this::writing);
    all.put("privilegesAreGoneForGood", this::privileges);
    all.put("dangerousSystemCallsAreRefused", this::systemCalls);
    all.put("terminalsCannotBeTypedInto", this::terminal);
    all.put("environmentIsTheEnvelopesOwn", this::environment);
    all.put("preloadReachesTheProgramOnly", this::preload);
    all.put("forkBombEndsWithItsTime", this::forkBomb);
    all.put("memoryHogIsEndedAsMemoryLimit", this::memory);
    all.put("manyProcessesCountTogetherForMemory", this::memoryOfMany);
    all.put("endlessOutputIsEndedAsOutputLimit", this::output);
    all.put("sleeperIsEndedAsTimeLimit", this::time);
    all.put("hugeFileIsEndedAsDiskLimit", this::file);
    all.put("manySmallFilesAreEndedAsDiskLimit", this::manyFiles);
    all.put("sharedMemoryIsSmall", this::sharedMemory);
    all.put("daemonsDieWithTheirProgram", this::daemon);
    all.put("inputsCannotBeChanged", this::inputs);
    all.put("missingProgramIsToldInASentence", this::missing);
    all.put("suspendedProgramsDoNotRunAndTheirTimeStands", this::suspend);
    return all;
  }

  private void files() throws IOException {
    Path secret = trial.folder.resolve("secret");
    Files.writeString(secret, SECRET);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-rw-rw-"));
    Trial.Ran ran =
        perl(
            """
            for my $p ('%s', '/oldroot%s', '/proc/1/root%s', '/proc/self/root%s') {
              print "GOT $p" if open(my $f, '<', $p);
            }
            for my $d ('/root', '/home', '/var/lib', '/var/log', '/run', '/boot', '/sys', '/opt') {
              print "GOT $d" if opendir(my $h, $d);
            }
            open(my $f, '<', '/etc/shadow') and print 'GOT shadow';
            """
                .replace("%s", secret.toString()));
    check(ran.succeeded() && ran.stdout().isEmpty(), ran);
  }

  private void procRoot() throws IOException {
    Trial.Ran ran =
        perl(
            """
            for my $pid (1, 2, getppid()) {
              for my $what ('environ', 'mem', 'fd/3', 'cwd/x') {
                next if $pid == $$;
                print "GOT $pid $what" if open(my $f, '<', "/proc/$pid/$what") and read($f, my $b, 1);
              }
            }
            opendir(my $h, '/proc/self/fd'); my @fds = grep { /\\d/ && $_ > 2 } readdir $h;
            print "GOT fds @fds" if @fds > 1;
            """);
    check(ran.succeeded() && ran.stdout().isEmpty(), ran);
  }

  private void processes() throws IOException {
    long self = ProcessHandle.current().pid();
    Trial.Ran ran =
        perl(
            """
            opendir(my $h, '/proc'); my @pids = grep { /^\\d+$/ } readdir $h;
            print "GOT pids @pids" if @pids > 4;
            print "GOT kill" if %d > 100 && kill 0, %d;
            kill 'KILL', -1;
            """
                .formatted(self, self));
    check(ran.stdout().isEmpty(), ran);
  }

  private void network() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Trial.Ran ran =
          perl(
              """
              use Socket;
              socket(my $t, PF_INET, SOCK_STREAM, 0) or die;
              print 'GOT loopback' if connect($t, sockaddr_in(%d, INADDR_LOOPBACK));
              socket(my $u, PF_INET, SOCK_DGRAM, 0) or die;
              print 'GOT out' if connect($u, sockaddr_in(53, inet_aton('192.0.2.1')));
              for my $family (17, 38, 40, 31) {
                print "GOT family $family" if socket(my $s, $family, SOCK_STREAM, 0);
              }
              open(my $f, '<', '/proc/net/dev'); my @i = grep { /:/ && !/lo:/ } <$f>;
              print "GOT @i" if @i;
              """
                  .formatted(server.getLocalPort()));
      check(ran.succeeded() && ran.stdout().isEmpty(), ran);
    }
  }

  /** What it seems to write elsewhere is a copy of its own and gone with it. */
  private void writing() throws IOException {
    Trial.Ran ran =
        perl(
            """
            for my $d ('/usr', '/usr/bin', '/dev', '/proc', '/proc/sys/kernel') {
              print "GOT $d" if open(my $f, '>', "$d/written-by-a-job");
            }
            for my $p ('/proc/sys/kernel/hostname', '/proc/sysrq-trigger', '/usr/bin/env') {
              print "GOT $p" if open(my $f, '>>', $p);
            }
            for my $d ('/', '/etc', '/inputs', '/var') {
              open(my $f, '>', "$d/written-by-a-job");
            }
            for my $d ('/work', '/tmp', '/dev/shm', '/var/tmp') {
              open(my $f, '>', "$d/written") or print "LOST $d";
            }
            """);
    check(ran.succeeded() && ran.stdout().isEmpty(), ran);
    try (Stream<Path> all = Files.walk(trial.folder.resolve("envelope"))) {
      check(all.noneMatch(p -> p.endsWith("written-by-a-job")), ran);
    }
    for (String folder : List.of("/", "/etc", "/var", "/usr", "/tmp")) {
      check(!Files.exists(Path.of(folder, "written-by-a-job")), ran);
    }
  }

  private void privileges() throws IOException {
    Trial.Ran ran =
        perl(
            """
            $> = 0; $< = 0; print 'GOT root' if $> == 0 || $< == 0;
            open(my $f, '<', '/proc/self/status');
            while (<$f>) {
              print "GOT $_" if /^Cap(Eff|Prm|Inh|Amb):\\s*(\\S+)/ && $2 !~ /^0+$/;
              print "GOT $_" if /^NoNewPrivs:\\s*0/ || /^Seccomp:\\s*[01]$/;
            }
            for my $suid ('/usr/bin/su', '/usr/bin/mount', '/usr/bin/passwd') {
              print "GOT $suid" if -x $suid && (stat('/etc'))[4] == 4711;
            }
            """);
    check(ran.succeeded() && ran.stdout().isEmpty(), ran);
  }

  private void systemCalls() throws IOException {
    Trial.Ran ran =
        perl(
            """
            my %calls = (ptrace => [101, 0, 0, 0, 0], mount => [165, 0, 0, 0, 0, 0],
              unshare => [272, 0x10000000], setns => [308, 3, 0], keyctl => [250, 0, 0, 0],
              add_key => [248, 0, 0, 0, 0, 0], bpf => [321, 0, 0, 0],
              perf => [298, 0, 0, 0, 0, 0], userfault => [323, 0], chroot => [161, 0],
              init_module => [175, 0, 0, 0], clone_newuser => [56, 0x10000011, 0, 0, 0, 0],
              clone_newns => [56, 0x00020011, 0, 0, 0, 0], vm_read => [310, 1, 0, 0, 0, 0, 0]);
            for my $name (sort keys %calls) {
              my ($nr, @a) = @{$calls{$name}};
              my $r = syscall($nr, @a);
              print "GOT $name $r $!;" unless $r == -1 && $!{EPERM};
            }
            for my $nr (425, 435, 0x40000000 + 39) {
              my $r = syscall($nr, 0, 0);
              print "GOT $nr $r $!;" unless $r == -1 && $!{ENOSYS};
            }
            """);
    check(ran.succeeded() && ran.stdout().isEmpty(), ran);
  }

  private void terminal() throws IOException {
    Trial.Ran ran =
        perl(
            """
            my $c = 'x';
            print 'GOT stdin' if ioctl(STDIN, 0x5412, $c) || !($!{EPERM} || $!{ENOTTY});
            print 'GOT high' if syscall(16, 0, 0x100005412, 0) != -1 || !($!{EPERM} || $!{ENOTTY});
            print 'GOT tty' if open(my $t, '+<', '/dev/tty');
            """);
    check(ran.succeeded() && ran.stdout().isEmpty(), ran);
  }

  private void environment() throws IOException {
    Trial.Ran ran = perl("print join ' ', sort keys %ENV");
    check(
        Set.of(ran.stdout().split(" ", -1))
                .equals(Set.of("HOME", "LANG", "OMP_NUM_THREADS", "PATH", "PWD", "TMPDIR"))
            || ran.stdout().equals("HOME LANG OMP_NUM_THREADS PATH TMPDIR"),
        ran);
  }

  private void preload() throws IOException {
    Trial.Ran ran =
        trial.run(
            Trial.ROOMY,
            List.of("/usr/bin/true"),
            Map.of("LD_PRELOAD", "/work/none.so", "LD_DEBUG", "files", "A=B", "c"),
            List.of(),
            new Reins());
    // the loader talks of the program itself, and of no helper that ran before it
    check(
        ran.succeeded()
            && !ran.stderr().contains("become")
            && !ran.stderr().contains("libcap")
            && !ran.stderr().contains("bwrap"),
        ran);
  }

  private void forkBomb() throws IOException {
    Limits limits = new Limits(1, 256L << 20, 1 << 20, 24, 1.5, 1 << 16);
    Trial.Ran ran =
        trial.run(limits, List.of("perl", "-e", "while (1) { fork }", "fork-bomb-mark"));
    limit(ran, "It ran ");
    check(running("fork-bomb-mark") == 0, ran);
    check(trial.run("true").succeeded(), ran);
  }

  private void memory() throws IOException {
    Limits limits = new Limits(1, 96L << 20, 1 << 20, 24, 20, 1 << 16);
    Trial.Ran ran = trial.run(limits, List.of("perl", "-e", "my @x; push @x, 'a' x 4e6 while 1"));
    limit(ran, "of memory");
    check(ran.outcome().peakMemoryBytes() != null, ran);
  }

  private void memoryOfMany() throws IOException {
    Limits limits = new Limits(1, 160L << 20, 1 << 20, 24, 20, 1 << 16);
    Trial.Ran ran =
        trial.run(
            limits, List.of("perl", "-e", "fork; fork; my $x = 'a' x 60e6; $x .= 'b'; sleep 15"));
    limit(ran, "of memory");
  }

  private void output() throws IOException {
    Limits limits = new Limits(1, 96L << 20, 1 << 20, 24, 20, 100_000);
    limit(trial.run(limits, List.of("yes")), "to stdout");
    limit(trial.run(limits, List.of("sh", "-c", "yes >&2")), "to stderr");
  }

  private void time() throws IOException {
    Limits limits = new Limits(1, 96L << 20, 1 << 20, 24, 0.5, 1 << 16);
    Trial.Ran ran = trial.run(limits, List.of("sh", "-c", "trap '' TERM HUP INT; sleep 600"));
    limit(ran, "at most 0.5 s");
    check(ran.outcome().wall().toMillis() < 5_000, ran);
  }

  private void file() throws IOException {
    Limits limits = new Limits(1, 96L << 20, 4 << 20, 24, 20, 1 << 16);
    String write = "open F, '>', 'big' or die; syswrite F, 'x' x 1e6 for 1..50; print 'GOT it'";
    Trial.Ran ran = trial.run(limits, List.of("perl", "-e", write));
    limit(ran, "to its scratch folder");
  }

  private void manyFiles() throws IOException {
    Limits limits = new Limits(1, 96L << 20, 4 << 20, 24, 20, 1 << 16);
    String write = "for (1..5000) { open F, '>', \"f$_\" or die; } sleep 15";
    limit(trial.run(limits, List.of("perl", "-e", write)), "its scratch folder", "its files");
  }

  private void sharedMemory() throws IOException {
    Limits limits = new Limits(1, 128L << 20, 512 << 20, 24, 20, 1 << 16);
    String write =
        "open F, '>', '/dev/shm/x' or die; my $n = 0; $n += syswrite(F, 'x' x 1e6) || last for 1..400;"
            + " print $n < 140e6 ? 'full' : 'GOT it'";
    Trial.Ran ran = trial.run(limits, List.of("perl", "-e", write));
    check(ran.stdout().equals("full") || ran.outcome().failure() != null, ran);
  }

  private void daemon() throws IOException {
    Trial.Ran ran =
        perl(
            """
            use POSIX;
            exit 0 if fork; setsid(); exit 0 if fork;
            $SIG{TERM} = $SIG{HUP} = 'IGNORE'; $0 = 'daemon-mark';
            sleep 1 while 1;
            """);
    check(ran.succeeded(), ran);
    check(running("daemon-mark") == 0, ran);
  }

  private void inputs() throws IOException {
    Path input = trial.folder.resolve("input");
    Files.deleteIfExists(input);
    Files.writeString(input, "original");
    Files.setPosixFilePermissions(input, PosixFilePermissions.fromString("r--r--r--"));
    String change =
        "chmod 0666, 'in/a'; print 'GOT it' if open F, '>>', 'in/a'; unlink 'in/a';"
            + " open G, '<', 'in/a'; print <G>; open H, '>', 'in/beside' or print 'LOST'";
    Trial.Ran few =
        trial.run(
            Trial.ROOMY,
            List.of("perl", "-e", change),
            Map.of(),
            List.of(new Spec.Input(input, "in/a")),
            new Reins());
    check(few.succeeded() && few.stdout().equals("original"), few);
    List<Spec.Input> many =
        Stream.iterate(0, i -> i + 1).limit(40).map(i -> new Spec.Input(input, "in/" + i)).toList();
    String all =
        "for (0..39) { open G, '<', \"in/$_\" or print 'LOST'; print 'GOT it' if chmod 0666, \"in/$_\";"
            + " print 'GOT it' if open F, '>>', \"in/$_\" } print <G>";
    Trial.Ran ran = trial.run(Trial.ROOMY, List.of("perl", "-e", all), Map.of(), many, new Reins());
    check(ran.succeeded() && ran.stdout().equals("original"), ran);
    check(Files.readString(input).equals("original"), ran);
  }

  private void missing() throws IOException {
    Trial.Ran ran = trial.run("no-such-program", "x");
    Failure failure = ran.outcome().failure();
    check(
        failure != null
            && failure.kind() == Failure.Kind.ENVELOPE
            && failure.message().contains("no-such-program"),
        ran);
  }

  private void suspend() throws IOException {
    Reins reins = new Reins();
    AtomicReference<Trial.Ran> ended = new AtomicReference<>();
    Limits limits = new Limits(1, 96L << 20, 1 << 20, 24, 2.5, 1 << 16);
    Path mark = trial.folder.resolve("scratch-suspend");
    Thread slot =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    ended.set(
                        trial.run(
                            mark,
                            limits,
                            List.of(
                                "perl",
                                "-e",
                                "$| = 1; fork; for (1..20) { print 'x'; select undef, undef, undef, 0.05 } wait"),
                            Map.of(),
                            List.of(),
                            reins));
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
    Path stdout = mark.resolve("stdout");
    waitFor(() -> stdout.toFile().length() > 3);
    reins.suspend(true);
    long before = stdout.toFile().length();
    java.util.concurrent.locks.LockSupport.parkNanos(2_500_000_000L); // longer than its time limit
    long after = stdout.toFile().length();
    reins.suspend(false);
    try {
      slot.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Trial.Ran ran = ended.get();
    check(before == after && before < 40, ran);
    check(ran.succeeded() && ran.stdout().length() == 40, ran);
    check(ran.outcome().wall().toMillis() < 2500, ran);
  }

  private Trial.Ran perl(String script) throws IOException {
    return trial.run("perl", "-MErrno", "-e", script);
  }

  private static void limit(Trial.Ran ran, String... words) {
    Failure failure = ran.outcome().failure();
    check(
        failure != null
            && failure.kind() == Failure.Kind.LIMIT
            && Stream.of(words).anyMatch(failure.message()::contains),
        ran);
  }

  private static void check(boolean held, Trial.Ran ran) {
    if (!held) {
      String out = ran.stdout().length() > 500 ? ran.stdout().substring(0, 500) : ran.stdout();
      String err = ran.stderr().length() > 500 ? ran.stderr().substring(0, 500) : ran.stderr();
      throw new AssertionError(ran.outcome() + "\nstdout: " + out + "\nstderr: " + err);
    }
  }

  static void waitFor(java.util.function.BooleanSupplier fact) {
    long start = System.nanoTime();
    while (!fact.getAsBoolean()) {
      if (System.nanoTime() - start > 20_000_000_000L) {
        throw new AssertionError("not within 20 s");
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  /** {@return how many processes of this machine have a word in their command line} */
  static long running(String mark) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(p -> p.getFileName().toString().matches("\\d+"))
          .filter(
              p -> {
                try {
                  return Files.readString(
                          p.resolve("cmdline"), java.nio.charset.StandardCharsets.ISO_8859_1)
                      .contains(mark);
                } catch (IOException e) {
                  return false;
                }
              })
          .count();
    }
  }
}
