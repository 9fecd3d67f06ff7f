package org.gridappliance.tests.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gridappliance.evm.EvmAccount;
import org.gridappliance.evm.EvmLauncher;
import org.gridappliance.evm.EvmLimits;
import org.gridappliance.evm.EvmSpec;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.evm.bundle.BundleException;
import org.gridappliance.evm.bundle.BundleMaker;
import org.gridappliance.evm.bundle.BundleStore;
import org.gridappliance.evm.seal.SealKey;
import org.gridappliance.evm.seal.SealedFolder;
import org.jspecify.annotations.Nullable;

/** The ways to run a program that are measured side by side, each as one command line. */
final class EvmSubjects {
  private static final int UID = 64_200;
  private static final List<String> LINKS = List.of("bin", "sbin", "lib", "lib64");

  private final Path folder;
  private final Path work;
  private final Path scratch;
  private final Path sealed;
  private final EvmLauncher launcher;
  private final boolean root = System.getProperty("user.name").equals("root");
  private final Map<String, Bundle> bundles = new HashMap<>();

  /**
   * A way to run a program.
   *
   * @param scratch where its output goes
   * @param key a file with a key that it reads as descriptor 3; null when it takes none
   * @param config an OCI configuration that {@link #layDown} writes the command into; null when the
   *     command stands on the line
   */
  record Subject(
      String name,
      List<String> before,
      List<String> command0,
      Map<String, String> variables,
      Path scratch,
      @Nullable Path key,
      @Nullable Path config) {
    Subject(
        String name,
        List<String> before,
        List<String> command0,
        Map<String, String> variables,
        Path scratch) {
      this(name, before, command0, variables, scratch, null, null);
    }

    List<String> command() {
      List<String> all = new ArrayList<>(before);
      if (config == null) {
        all.addAll(command0);
      }
      return all;
    }

    List<String> environment() {
      return variables.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    }

    /** {@return the same way with another program} */
    Subject with(List<String> other) {
      return new Subject(name, before, other, variables, scratch, key, config);
    }
  }

  EvmSubjects(Path folder) throws IOException {
    this.folder = folder;
    this.work = Files.createDirectory(folder.resolve("work"));
    this.sealed = folder.resolve("sealed");
    this.scratch = Files.createDirectory(folder.resolve("scratch"));
    this.launcher = EvmLauncher.installedIn(folder.resolve("bin"));
    own(work);
  }

  /** {@return the folder that every subject works in} */
  Path work() {
    return work;
  }

  void versions(Report report) {
    report.version("bwrap", Shell.line("bwrap", "--version"));
    report.version("gvisor", hasGvisor() ? Shell.line("runsc", "--version") : "missing: runsc");
  }

  private static boolean hasGvisor() {
    return !Shell.line("runsc", "--version").equals("missing");
  }

  /** Lays the program's inputs down and {@return the ways to run it} */
  List<Subject> of(EvmPrograms.Program program) throws IOException {
    EvmBench.empty(work);
    for (Path input : program.inputs()) {
      Files.createLink(work.resolve(input.getFileName()), input);
    }
    Map<String, String> environment = new TreeMap<>(program.environment());
    environment.put("PATH", "/usr/bin:/bin");
    environment.put("HOME", "/work");
    List<String> here =
        program.command().stream().map(a -> a.replace("/work", work.toString())).toList();
    List<Subject> all = new ArrayList<>();
    all.add(new Subject("native", account(), here, environment, scratch));
    all.add(new Subject("ours", ours(program, environment), program.command(), Map.of(), scratch));
    all.add(encrypted(program, environment));
    all.add(new Subject("bwrap", bwrap(environment), program.command(), Map.of(), scratch));
    if (hasGvisor()) {
      Path config = Files.createDirectories(folder.resolve("oci")).resolve("config.json");
      all.add(
          new Subject("gvisor", gvisor(), program.command(), environment, scratch, null, config));
    }
    return all;
  }

  /** As {@link #ours}, on sealed scratch; {@link #seal} comes before every run. */
  private Subject encrypted(EvmPrograms.Program program, Map<String, String> environment)
      throws IOException {
    List<String> all = new ArrayList<>(ours(program, environment));
    all.set(all.indexOf(work.toString()), sealed.toString());
    all.addAll(all.size() - 1, List.of("--seal-key-fd", "3", "--seal-generation", "1"));
    return new Subject(
        "ours-encrypted", all, program.command(), Map.of(), scratch, scratch.resolve("key"), null);
  }

  /** Makes a new sealed folder of the inputs, with a new key: no part of what is measured. */
  void seal() throws IOException {
    EvmBench.delete(sealed);
    SealKey key = SealKey.random();
    SealedFolder.seal(work, sealed, key);
    own(sealed);
    try (Stream<Path> blocks = Files.list(sealed)) {
      for (Path path : blocks.toList()) {
        own(path);
      }
    }
    Files.write(scratch.resolve("key"), HexFormat.of().parseHex(key.hex()));
  }

  private List<String> account() {
    return root
        ? List.of("/usr/bin/setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups")
        : List.of();
  }

  /** The launcher unprivileged, as on a desktop: its account is the one that runs natively. */
  private List<String> ours(EvmPrograms.Program program, Map<String, String> environment)
      throws IOException {
    EvmSpec spec =
        bundle(program)
            .spec(program.command(), environment)
            .withWork(work, false)
            .withLimits(
                EvmLimits.defaults()
                    .withMemoryBytes(4L << 30)
                    .withTmpBytes(1L << 30)
                    .withWall(Duration.ofMinutes(10)));
    List<String> all = new ArrayList<>(account());
    all.add(launcher.executable().toString());
    List<String> arguments = spec.arguments();
    all.addAll(arguments.subList(0, arguments.indexOf("--") + 1));
    return all;
  }

  private Bundle bundle(EvmPrograms.Program program) throws IOException {
    Bundle known = bundles.get(program.name());
    if (known != null) {
      return known;
    }
    try {
      BundleMaker maker =
          new BundleMaker(false).addExecutable(Path.of(program.command().getFirst()));
      if (program.name().equals("lammps")) {
        maker.addPackage("libopenmpi3"); // opened by name while it runs
      }
      Optional<EvmAccount> owner = root ? Optional.of(new EvmAccount(UID, UID)) : Optional.empty();
      Bundle made =
          new BundleStore(folder.resolve("bundles"), owner)
              .add(
                  maker.manifest(),
                  maker.source(),
                  KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate());
      bundles.put(program.name(), made);
      return made;
    } catch (BundleException | GeneralSecurityException e) {
      throw new IOException("bundle of " + program.name() + ": " + e.getMessage(), e);
    }
  }

  private List<String> bwrap(Map<String, String> environment) {
    List<String> all = new ArrayList<>(account());
    all.addAll(List.of("/usr/bin/bwrap", "--unshare-all", "--die-with-parent", "--clearenv"));
    all.addAll(List.of("--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev"));
    for (String link : LINKS) {
      if (Files.isSymbolicLink(Path.of("/", link))) {
        all.addAll(List.of("--symlink", "usr/" + link, "/" + link));
      }
    }
    all.addAll(List.of("--ro-bind", "/etc/alternatives", "/etc/alternatives"));
    all.addAll(List.of("--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache"));
    all.addAll(List.of("--ro-bind", "/var/tmp", "/var/tmp", "--tmpfs", "/tmp"));
    all.addAll(List.of("--bind", work.toString(), "/work", "--chdir", "/work"));
    environment.forEach((name, value) -> all.addAll(List.of("--setenv", name, value)));
    all.add("--");
    return all;
  }

  /** By systrap, as its makers advise where there is no KVM; from a bundle of its own. */
  private List<String> gvisor() {
    return List.of(
        Shell.line("/bin/sh", "-c", "command -v runsc"),
        "--root=" + folder.resolve("runsc"),
        "--platform=systrap",
        "--network=none",
        "--ignore-cgroups",
        "--overlay2=none",
        "run",
        "--bundle=" + folder.resolve("oci"),
        "bench");
  }

  /** Writes the command down for what does not take it on the line: no part of what is measured. */
  void layDown(Subject subject) throws IOException {
    if (subject.config() == null) {
      return;
    }
    ObjectMapper json = new ObjectMapper();
    ObjectNode all = json.createObjectNode().put("ociVersion", "1.0.0");
    ObjectNode process = all.putObject("process").put("cwd", "/work").put("noNewPrivileges", true);
    int uid = root ? UID : 0;
    process.putObject("user").put("uid", uid).put("gid", uid);
    subject.command0().forEach(process.putArray("args")::add);
    subject.environment().forEach(process.putArray("env")::add);
    all.putObject("root").put("path", "/").put("readonly", true);
    ArrayNode mounts = all.putArray("mounts");
    mounts.addObject().put("destination", "/proc").put("type", "proc").put("source", "proc");
    mounts.addObject().put("destination", "/tmp").put("type", "tmpfs").put("source", "tmpfs");
    ObjectNode bind = mounts.addObject().put("destination", "/work").put("type", "bind");
    bind.put("source", work.toString()).putArray("options").add("rbind").add("rw");
    ArrayNode namespaces = all.putObject("linux").putArray("namespaces");
    List.of("pid", "network", "ipc", "uts", "mount")
        .forEach(type -> namespaces.addObject().put("type", type));
    json.writeValue(subject.config().toFile(), all);
  }

  private void own(Path path) throws IOException {
    if (root) {
      Files.setAttribute(path, "unix:uid", UID, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:gid", UID, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
