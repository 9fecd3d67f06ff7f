package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The folders and the command line of one run of bwrap. As root bwrap stays root, and {@code
 * become} gives that up as the last step before the program.
 */
final class BwrapCommand {
  /** Programs run as this account, in a user namespace. */
  static final int OWN_UID = -1;

  private static final List<String> SEARCH = List.of("/usr/local/bin", "/usr/bin", "/bin");
  private static final String PATH = String.join(":", SEARCH);
  static final int MOST_MOUNTED_INPUTS = 16;
  private static final String SHM_BYTES = "67108864";

  /** What bwrap itself is started with. */
  static final List<String> ENVIRONMENT = List.of("PATH=" + PATH, "LANG=C.UTF-8");

  private final String bwrap = find("bwrap");
  private final Skeleton skeleton;
  private final int firstUid;

  /**
   * @param firstUid user number of slot 0, or {@link #OWN_UID}
   */
  BwrapCommand(Skeleton skeleton, int firstUid) {
    this.skeleton = skeleton;
    this.firstUid = firstUid;
  }

  private boolean root() {
    return firstUid != OWN_UID;
  }

  /** Makes the places where inputs appear, and gives the folders to the program's account. */
  void prepare(Spec spec) throws IOException {
    prepare(spec, root() ? firstUid + spec.slot() : OWN_UID);
  }

  /**
   * Likewise.
   *
   * @param uid of the program's account, or {@link #OWN_UID}
   */
  static void prepare(Spec spec, int uid) throws IOException {
    boolean mounted = spec.inputs().size() <= MOST_MOUNTED_INPUTS;
    List<Path> made =
        new ArrayList<>(List.of(spec.work(), spec.tmp(), spec.stdout(), spec.stderr()));
    for (Spec.Input input : spec.inputs()) {
      Path place = spec.work().resolve(input.path());
      Path parent = place.getParent();
      for (; parent != null && !parent.equals(spec.work()); parent = parent.getParent()) {
        made.add(parent);
      }
      Files.createDirectories(place.getParent());
      if (mounted) {
        made.add(Files.createFile(place));
      } else {
        Files.createSymbolicLink(place, Path.of("/inputs").resolve(input.path()));
        Path shown = inputs(spec).resolve(input.path());
        Files.createDirectories(shown.getParent());
        Files.createLink(shown, input.file());
      }
    }
    if (spec.screen() != null) {
      made.add(Files.write(spec.tmp().resolve("xauthority"), XAuthority.fresh()));
    }
    if (uid != OWN_UID) {
      for (Path path : made) {
        Posix.chown(path.toString(), uid);
      }
      Files.setPosixFilePermissions(spec.tmp(), PosixFilePermissions.fromString("rwx------"));
    }
  }

  static Path inputs(Spec spec) {
    return spec.work().resolveSibling("inputs");
  }

  /** {@return the command line} */
  List<String> arguments(Spec spec) {
    List<String> a = new ArrayList<>(128);
    a.add(bwrap);
    a.addAll(List.of("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"));
    a.addAll(List.of("--unshare-cgroup", "--hostname", "subjob", "--die-with-parent"));
    if (!root()) {
      a.add("--unshare-user");
    }
    a.addAll(List.of("--json-status-fd", "3", "--block-fd", "4", "--seccomp", "5"));
    a.addAll(skeleton.mounts());
    if (spec.screen() != null) { // terminal windows want a /dev/pts
      a.addAll(List.of("--dev", "/dev", "--perms", "1777", "--size", SHM_BYTES));
      a.addAll(List.of("--tmpfs", "/dev/shm", "--remount-ro", "/dev"));
    }
    a.addAll(List.of("--bind", spec.tmp().toString(), "/tmp"));
    a.addAll(List.of("--bind", spec.work().toString(), "/work"));
    if (spec.inputs().size() > MOST_MOUNTED_INPUTS) {
      a.addAll(List.of("--ro-bind", inputs(spec).toString(), "/inputs"));
    } else {
      for (Spec.Input input : spec.inputs()) {
        a.addAll(List.of("--ro-bind", input.file().toString(), "/work/" + input.path()));
      }
    }
    a.addAll(List.of("--chdir", "/work", "--cap-drop", "ALL", "--clearenv"));
    Map<String, String> own = ownVariables(spec);
    Map<String, String> given = new TreeMap<>(spec.environment());
    given.keySet().removeIf(name -> name.isEmpty() || name.contains("="));
    if (!root()) {
      own.putAll(given);
    }
    own.forEach((k, v) -> a.addAll(List.of("--setenv", k, v)));
    if (root()) {
      a.addAll(List.of("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--"));
      a.addAll(List.of(Skeleton.BECOME, Integer.toString(firstUid + spec.slot())));
      given.forEach((k, v) -> a.add(k + "=" + v)); // only behind root: LD_PRELOAD and its like
    }
    a.add("--");
    if (spec.screen() != null) {
      a.addAll(List.of("/bin/sh", Skeleton.SCREEN, spec.screen().title()));
    }
    a.addAll(spec.command());
    return a;
  }

  /** The envelope's own variables; what they hold is ours, not the program's author's. */
  static Map<String, String> ownVariables(Spec spec) {
    Map<String, String> own = new TreeMap<>();
    own.put("PATH", PATH);
    own.put("HOME", "/work");
    own.put("TMPDIR", "/tmp");
    own.put("LANG", "C.UTF-8");
    if (spec.screen() != null) {
      own.put("XAUTHORITY", "/tmp/xauthority");
      own.put("ICEWM_PRIVCFG", "/tmp/icewm");
    }
    own.put("OMP_NUM_THREADS", Integer.toString(spec.limits().cpus()));
    return own;
  }

  /** {@return null when the program is there, else where it was sought} */
  static @Nullable String absent(String program) {
    if (program.contains("/")) {
      Path path = Path.of(program);
      if (!path.startsWith("/usr") && !path.startsWith("/bin")) {
        return null; // in the scratch folder or an input: the start itself tells
      }
      return Files.exists(path) ? null : path + " does not exist";
    }
    return find(program).isEmpty() ? "it was sought in " + PATH : null;
  }

  /** {@return where a program lies, or the empty string} */
  static String find(String program) {
    for (String folder : SEARCH) {
      Path path = Path.of(folder, program);
      if (Files.isExecutable(path)) {
        return path.toString();
      }
    }
    return "";
  }
}
