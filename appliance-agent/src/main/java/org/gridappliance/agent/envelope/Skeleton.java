package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gridappliance.evm.EvmMount;

/**
 * The root folder that every envelope shows, read-only: mount points, the few files below {@code
 * /etc} and {@code /dev} that programs look for, and links into {@code /usr}. Made once at start,
 * so that a subjob needs few mounts.
 */
final class Skeleton {
  private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib32", "lib64");
  private static final List<String> DEVICES =
      List.of("null", "zero", "full", "random", "urandom", "tty");

  /** Shown when there; a package that is installed later is seen by the next start. */
  private static final List<String> ETC =
      List.of(
          "ld.so.cache",
          "alternatives",
          "fonts",
          "R",
          "perl",
          "magic",
          "mime.types",
          "X11",
          "grace",
          "gnuplot",
          "terminfo");

  /** Where {@code become} is inside. */
  static final String BECOME = "/become";

  /** What keeps a terminal, for a shell beside the program. */
  static final String KEEPER = "/term-keeper";

  /** The script that starts an X server, then the program. */
  static final String SCREEN = "/screen.sh";

  private final Path root;
  private final List<String> mounts;
  private final List<EvmMount> evmMounts = new ArrayList<>();

  /**
   * @param root where to make it; what is there is kept
   * @param uids user numbers that programs run as, so that each finds a name for itself
   * @throws IOException when the folder cannot be made
   */
  Skeleton(Path root, List<Integer> uids) throws IOException {
    this.root = root;
    List<String> made = new ArrayList<>();
    for (String folder :
        List.of("usr", "etc", "dev/shm", "dev/pts", "proc", "tmp", "work", "inputs", "var")) {
      Files.createDirectories(root.resolve(folder));
    }
    made.addAll(List.of("--ro-bind", root.toString(), "/", "--ro-bind", "/usr", "/usr"));
    for (String name : MERGED) {
      Path original = Path.of("/", name);
      if (Files.isSymbolicLink(original)) {
        link(name, Files.readSymbolicLink(original).toString());
      } else if (Files.isDirectory(original)) {
        mount(made, "--ro-bind", original.toString(), true);
        evmMounts.add(new EvmMount(original, original.toString(), true));
      }
    }
    etc(made, uids);
    place("linux-x86_64/become", BECOME);
    place("screen.sh", SCREEN);
    place("linux-x86_64/term-keeper", KEEPER);
    evmMounts.add(new EvmMount(Path.of("/usr"), "/usr", true));
    evmMounts.add(keeper());
    link("dev/ptmx", "pts/ptmx"); // /dev/pts is mounted when somebody opens a terminal
    link("var/tmp", "/tmp");
    made.addAll(List.of("--proc", "/proc"));
    for (String name : DEVICES) {
      mount(made, "--dev-bind", "/dev/" + name, false);
    }
    link("dev/fd", "/proc/self/fd");
    link("dev/stdin", "/proc/self/fd/0");
    link("dev/stdout", "/proc/self/fd/1");
    link("dev/stderr", "/proc/self/fd/2");
    made.addAll(List.of("--perms", "1777", "--size", "67108864", "--tmpfs", "/dev/shm"));
    mounts = List.copyOf(made);
  }

  /** {@return the arguments of bwrap that show it} */
  List<String> mounts() {
    return mounts;
  }

  /** {@return its folder, for the Entropia VM to lay a copy-on-write root over} */
  Path root() {
    return root;
  }

  /** {@return what the Entropia VM mounts over it} */
  List<EvmMount> evmMounts() {
    return List.copyOf(evmMounts);
  }

  /** {@return what keeps a terminal, wherever the rest of the root comes from} */
  EvmMount keeper() {
    return new EvmMount(root.resolve(KEEPER.substring(1)).toAbsolutePath(), KEEPER, true);
  }

  private void etc(List<String> made, List<Integer> uids) throws IOException {
    StringBuilder users = new StringBuilder("root:x:0:0::/:/usr/sbin/nologin\n");
    StringBuilder groups = new StringBuilder("root:x:0:\n");
    for (int uid : uids) {
      users.append("job").append(uid).append(":x:").append(uid).append(':').append(uid);
      users.append("::/work:/bin/sh\n");
      groups.append("job").append(uid).append(":x:").append(uid).append(":\n");
    }
    users.append("nobody:x:65534:65534::/:/usr/sbin/nologin\n");
    Files.writeString(root.resolve("etc/passwd"), users);
    Files.writeString(root.resolve("etc/group"), groups.append("nogroup:x:65534:\n"));
    Files.writeString(root.resolve("etc/hosts"), "127.0.0.1 localhost subjob\n");
    Files.writeString(
        root.resolve("etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
    List<String> shown = new ArrayList<>(ETC);
    try (Stream<Path> java = Files.list(Path.of("/etc"))) {
      java.map(p -> p.getFileName().toString())
          .filter(name -> name.startsWith("java-") || name.startsWith("python3"))
          .forEach(shown::add);
    }
    for (String name : shown) {
      Path original = Path.of("/etc", name);
      if (Files.exists(original)) {
        mount(made, "--ro-bind", original.toString(), Files.isDirectory(original));
        evmMounts.add(new EvmMount(original, original.toString(), false));
      }
    }
    Path zone = Path.of("/etc/localtime");
    if (Files.isSymbolicLink(zone)) {
      link("etc/localtime", Files.readSymbolicLink(zone).toString());
    }
  }

  private void place(String resource, String path) throws IOException {
    place(resource, root.resolve(path.substring(1)), "r-xr-xr-x");
  }

  /** Writes a program of ours to a file. */
  static void place(String resource, Path place, String mode) throws IOException {
    try (InputStream program = Skeleton.class.getResourceAsStream(resource)) {
      if (program == null) {
        throw new IOException(resource + " was not built in");
      }
      Files.copy(program, place, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString(mode));
  }

  private void mount(List<String> made, String how, String path, boolean folder)
      throws IOException {
    Path point = root.resolve(path.substring(1));
    if (folder) {
      Files.createDirectories(point);
    } else if (!Files.exists(point)) {
      Files.createFile(point);
    }
    made.addAll(List.of(how, path, path));
  }

  private void link(String name, String target) throws IOException {
    Path link = root.resolve(name);
    if (!Files.isSymbolicLink(link)) {
      Files.createSymbolicLink(link, Path.of(target));
    }
  }
}
