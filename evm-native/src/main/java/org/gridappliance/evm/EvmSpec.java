package org.gridappliance.evm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.evm.seal.SealKey;

/**
 * What to run in which sandbox. Immutable; made with {@link #of} and the methods that return a
 * changed copy. The program sees: the bundle (or nothing) as its root, copy-on-write; the mounts;
 * the working folder at /work, writable; its own /tmp, /proc and /dev; no network beyond its own
 * loopback and what {@code reach} names.
 *
 * @param command the program, absolute inside, and its arguments
 * @param environment all of it; nothing is inherited
 * @param bundle folder of the host whose content is the root; without one the root is empty
 * @param execDirs folders of the bundle whose files may be executed, absolute inside
 * @param mounts read-only files and folders of the host, at most 64
 * @param work folder of the host bound to /work; owned by the account the program runs as
 * @param workExecutable files under /work may be executed: for compilers
 * @param jit memory may be both writable and executable: for Java, Node, LuaJIT and their like
 * @param cwd absolute inside; by default /work, or / without one
 * @param account required as root, else empty
 * @param heartbeat silence of this JVM after which the launcher ends everything; at least 100 ms
 * @param seal the working folder is a sealed one, seen opened at /work
 * @param reach hosts and ports outside that the program may connect to, at most 32; each once
 */
public record EvmSpec(
    List<String> command,
    Map<String, String> environment,
    Optional<Path> bundle,
    List<String> execDirs,
    List<EvmMount> mounts,
    Optional<Path> work,
    boolean workExecutable,
    boolean jit,
    Optional<String> cwd,
    EvmLimits limits,
    Optional<EvmAccount> account,
    Duration heartbeat,
    Optional<Seal> seal,
    List<EvmReach> reach) {
  private static final Duration HEARTBEAT = Duration.ofSeconds(20);

  public EvmSpec {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    execDirs = List.copyOf(execDirs);
    mounts = List.copyOf(mounts);
    reach = List.copyOf(reach);
    if (command.isEmpty() || !command.getFirst().startsWith("/")) {
      throw new IllegalArgumentException(
          "command " + command + ": want a program by its absolute path inside");
    }
    if (heartbeat.toMillis() < 100 || heartbeat.toMillis() > 3_600_000) {
      throw new IllegalArgumentException("heartbeat " + heartbeat + ": want 100 ms..1 h");
    }
  }

  /** A command in an empty root with no working folder and default limits. */
  public static EvmSpec of(List<String> command) {
    return new EvmSpec(
        command,
        Map.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        Optional.empty(),
        false,
        false,
        Optional.empty(),
        EvmLimits.defaults(),
        Optional.empty(),
        HEARTBEAT,
        Optional.empty(),
        List.of());
  }

  public EvmSpec withEnvironment(Map<String, String> value) {
    return new EvmSpec(
        command,
        value,
        bundle,
        execDirs,
        mounts,
        work,
        workExecutable,
        jit,
        cwd,
        limits,
        account,
        heartbeat,
        seal,
        reach);
  }

  /** The root, and those of its folders whose files may be executed. */
  public EvmSpec withBundle(Path root, List<String> executableDirs) {
    return new EvmSpec(
        command,
        environment,
        Optional.of(root),
        executableDirs,
        mounts,
        work,
        workExecutable,
        jit,
        cwd,
        limits,
        account,
        heartbeat,
        seal,
        reach);
  }

  public EvmSpec withMount(EvmMount mount) {
    List<EvmMount> more = new ArrayList<>(mounts);
    more.add(mount);
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        more,
        work,
        workExecutable,
        jit,
        cwd,
        limits,
        account,
        heartbeat,
        seal,
        reach);
  }

  public EvmSpec withWork(Path folder, boolean executable) {
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        mounts,
        Optional.of(folder),
        executable,
        jit,
        cwd,
        limits,
        account,
        heartbeat,
        seal,
        reach);
  }

  public EvmSpec withJit(boolean value) {
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        mounts,
        work,
        workExecutable,
        value,
        cwd,
        limits,
        account,
        heartbeat,
        seal,
        reach);
  }

  public EvmSpec withCwd(String value) {
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        mounts,
        work,
        workExecutable,
        jit,
        Optional.of(value),
        limits,
        account,
        heartbeat,
        seal,
        reach);
  }

  public EvmSpec withLimits(EvmLimits value) {
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        mounts,
        work,
        workExecutable,
        jit,
        cwd,
        value,
        account,
        heartbeat,
        seal,
        reach);
  }

  public EvmSpec withAccount(EvmAccount value) {
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        mounts,
        work,
        workExecutable,
        jit,
        cwd,
        limits,
        Optional.of(value),
        heartbeat,
        seal,
        reach);
  }

  public EvmSpec withHeartbeat(Duration value) {
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        mounts,
        work,
        workExecutable,
        jit,
        cwd,
        limits,
        account,
        value,
        seal,
        reach);
  }

  /**
   * The working folder is sealed with this key. Only {@link EvmRun} can pass it on: the launcher
   * takes no key on its command line.
   *
   * @param generation of its index now: 0 for an empty folder, 1 for inputs sealed by {@link
   *     org.gridappliance.evm.seal.SealedFolder}; the run leaves one more
   */
  public EvmSpec withSeal(SealKey key, long generation) {
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        mounts,
        work,
        workExecutable,
        jit,
        cwd,
        limits,
        account,
        heartbeat,
        Optional.of(new Seal(key, generation)),
        reach);
  }

  /** What it may connect to outside, by name; nothing without this. */
  public EvmSpec withReach(List<EvmReach> value) {
    return new EvmSpec(
        command,
        environment,
        bundle,
        execDirs,
        mounts,
        work,
        workExecutable,
        jit,
        cwd,
        limits,
        account,
        heartbeat,
        seal,
        value);
  }

  /**
   * How the working folder is sealed.
   *
   * @param generation 0..
   */
  public record Seal(SealKey key, long generation) {
    public Seal {
      if (generation < 0) {
        throw new IllegalArgumentException("generation " + generation + ": want 0 or more");
      }
    }
  }

  /** The launcher's command line, without its own name. */
  public List<String> arguments() {
    List<String> args = new ArrayList<>();
    bundle.ifPresent(path -> add(args, "--bundle", path));
    execDirs.forEach(dir -> add(args, "--exec-dir", dir));
    for (EvmMount mount : mounts) {
      add(args, mount.executable() ? "--ro-exec" : "--ro", mount.source());
      args.add(mount.target());
    }
    work.ifPresent(path -> add(args, "--work", path.toAbsolutePath()));
    seal.ifPresent(
        how -> {
          add(args, "--seal-key", how.key().hex());
          add(args, "--seal-generation", how.generation());
        });
    for (EvmReach one : reach) {
      add(args, "--connect", one.host());
      args.add(Integer.toString(one.port()));
      args.add(one.address().getHostAddress());
    }
    if (workExecutable) {
      args.add("--work-exec");
    }
    if (jit) {
      args.add("--jit");
    }
    cwd.ifPresent(path -> add(args, "--cwd", path));
    environment.forEach((name, value) -> add(args, "--env", name + "=" + value));
    limitArguments().forEach((option, value) -> add(args, option, value));
    account.ifPresent(
        who -> {
          add(args, "--uid", who.uid());
          add(args, "--gid", who.gid());
        });
    add(args, "--heartbeat-ms", heartbeat.toMillis());
    args.add("--");
    args.addAll(command);
    for (String arg : args) {
      if (arg.indexOf('\0')
          >= 0) { // it ends a string on the way to the launcher: the rest would be options
        throw new IllegalArgumentException(
            "\""
                + arg.replace('\0', '?')
                + "\": want no zero byte in a path, argument or variable");
      }
    }
    return args;
  }

  private Map<String, Long> limitArguments() {
    Map<String, Long> args = new LinkedHashMap<>();
    args.put("--wall-ms", limits.wall().toMillis());
    args.put("--cpu-ms", limits.cpu().toMillis());
    args.put("--memory-bytes", limits.memoryBytes());
    args.put("--processes", (long) limits.processes());
    args.put("--open-files", (long) limits.openFiles());
    args.put("--file-bytes", limits.fileBytes());
    args.put("--disk-bytes", limits.diskBytes());
    args.put("--disk-files", (long) limits.diskFiles());
    args.put("--disk-reserve-bytes", limits.diskReserveBytes());
    args.put("--tmp-bytes", limits.tmpBytes());
    args.put("--cpu-percent", (long) limits.cpuPercent());
    return args;
  }

  private static void add(List<String> args, String option, Object value) {
    args.add(option);
    args.add(value.toString());
  }
}
