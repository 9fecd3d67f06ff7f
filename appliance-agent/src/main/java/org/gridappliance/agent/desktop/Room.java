package org.gridappliance.agent.desktop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gridappliance.agent.envelope.XAuthority;

/**
 * The envelope of one desktop: what its programs see. {@code /usr} and the part of {@code /etc}
 * that programs look for, read-only; the owner's home; a {@code /tmp} and a {@code /dev} of its
 * own; {@code /run/desktop} with the start script. No network, no other process, no capability, no
 * other display: X listens inside only.
 *
 * @param folder the desktop's own, this program's alone to write
 * @param home where the home is mounted, or the home itself
 * @param uid user and group inside
 * @param setUid whether this program is root and must become {@code uid} first
 */
record Room(Path folder, Path home, int uid, boolean setUid, Wish wish) {
  private static final String NATIVE = "/org/gridappliance/agent/envelope/linux-x86_64/";
  private static final String KEEPER = NATIVE + "term-keeper";
  private static final String BECOME = NATIVE + "become";

  /** What {@code no-svg.c} stands for. */
  private static final List<String> NO_SVG =
      List.of(
          "librsvg-2.so.2", "libgdk_pixbuf-2.0.so.0", "libgobject-2.0.so.0", "libglib-2.0.so.0");

  /** What {@code lean-x.c} stands for. */
  private static final List<String> LEAN_X =
      List.of("libGL.so.1", "libgnutls.so.30", "libsystemd.so.0");

  private static final List<String> MERGED = List.of("bin", "sbin", "lib", "lib32", "lib64");

  private static final List<String> PARENTS =
      List.of("/etc", "/etc/ssl", "/home", "/run", "/var", "/var/lib", "/var/cache");

  /** Shown when there. */
  private static final List<String> ETC =
      List.of(
          "ld.so.cache alternatives fonts X11 R perl magic mime.types terminfo inputrc localtime",
          "bash.bashrc profile profile.d vim gtk-2.0 gtk-3.0 xdg gnuplot grace debian_version",
          "os-release ssl/certs ca-certificates.conf java-17-openjdk python3");

  private static final long TMP_BYTES = 512L << 20;

  /** Writes what the start script needs. */
  void furnish() throws IOException {
    Path room = Files.createDirectories(folder.resolve("room"));
    String name = wish.owner();
    int id = uid;
    Files.writeString(
        room.resolve("passwd"),
        "root:x:0:0::/:/usr/sbin/nologin\n%s:x:%d:%d::/home/%s:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n"
            .formatted(name, id, id, name));
    Files.writeString(
        room.resolve("group"), "root:x:0:\n%s:x:%d:\nnogroup:x:65534:\n".formatted(name, id));
    Files.writeString(room.resolve("hosts"), "127.0.0.1 localhost desktop\n");
    Files.writeString(room.resolve("nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
    Path cookie = room.resolve("xauthority");
    Files.write(cookie, XAuthority.fresh());
    if (setUid) {
      Files.setAttribute(cookie, "unix:uid", id, LinkOption.NOFOLLOW_LINKS);
    }
    Files.setPosixFilePermissions(cookie, PosixFilePermissions.fromString("r--------"));
    put(room, "start.sh", "start.sh", "r--r--r--");
    if (setUid) {
      put(room, BECOME, "become", "r-xr-xr-x");
    }
    if (wish.kind() == Wish.Kind.TERMINAL) {
      put(room, KEEPER, "term-keeper", "r-xr-xr-x");
    } else {
      put(room, "icewm", "preferences", "r--r--r--");
      without(room.resolve("wm"), "icewm", "no-svg.so", NO_SVG);
      without(room.resolve("x"), "Xvnc", "lean-x.so", LEAN_X);
    }
    for (String file : List.of("passwd", "group", "hosts", "nsswitch.conf")) {
      Files.setPosixFilePermissions(
          room.resolve(file), PosixFilePermissions.fromString("r--r--r--"));
    }
    Files.setPosixFilePermissions(room, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /**
   * A folder with the dynamic linker under the name that the program's process shall have, beside
   * what it finds first instead of {@code libraries}.
   */
  private static void without(Path folder, String program, String source, List<String> libraries)
      throws IOException {
    Files.createDirectory(folder);
    put(folder, NATIVE + source, source, "r--r--r--");
    for (String library : libraries) {
      Files.createSymbolicLink(folder.resolve(library), Path.of(source));
    }
    Files.createSymbolicLink(folder.resolve(program), Path.of("/lib64/ld-linux-x86-64.so.2"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void put(Path room, String source, String name, String mode) throws IOException {
    try (var resource = Room.class.getResourceAsStream(source)) {
      if (resource == null) {
        throw new IOException(name + " is not in this program");
      }
      Files.write(room.resolve(name), resource.readAllBytes());
    }
    Files.setPosixFilePermissions(room.resolve(name), PosixFilePermissions.fromString(mode));
  }

  /** {@return the command: bwrap, its arguments, and what runs inside} See {@link Launch}. */
  List<String> command() throws IOException {
    List<String> a = new ArrayList<>(160);
    a.addAll(List.of("/usr/bin/bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net"));
    a.addAll(List.of("--unshare-uts", "--unshare-cgroup", "--hostname", "desktop"));
    if (!setUid) {
      a.add("--unshare-user");
    }
    a.addAll(List.of("--json-status-fd", "4", "--block-fd", "5", "--seccomp", "6"));
    a.addAll(List.of("--ro-bind", "/usr", "/usr"));
    for (String top : MERGED) {
      Path original = Path.of("/", top);
      if (Files.isSymbolicLink(original)) {
        a.addAll(List.of("--symlink", Files.readSymbolicLink(original).toString(), "/" + top));
      } else if (Files.isDirectory(original)) {
        a.addAll(List.of("--ro-bind", original.toString(), original.toString()));
      }
    }
    a.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
    for (String own : List.of("/tmp", "/dev/shm")) {
      a.addAll(List.of("--perms", "1777", "--size", Long.toString(TMP_BYTES), "--tmpfs", own));
    }
    for (String parent : PARENTS) { // those that bwrap makes itself are for root alone
      a.addAll(List.of("--perms", "0755", "--dir", parent));
    }
    for (String line : ETC) {
      for (String name : line.split(" ", -1)) {
        a.addAll(List.of("--ro-bind-try", "/etc/" + name, "/etc/" + name));
      }
    }
    for (String name : List.of("passwd", "group", "hosts", "nsswitch.conf")) {
      a.addAll(List.of("--ro-bind", folder.resolve("room/" + name).toString(), "/etc/" + name));
    }
    a.addAll(List.of("--ro-bind", folder.resolve("room").toString(), "/run/desktop"));
    a.addAll(List.of("--symlink", "/tmp", "/var/tmp"));
    for (String cache : List.of("/var/cache/fontconfig", "/var/lib/menu-xdg")) {
      a.addAll(List.of("--ro-bind-try", cache, cache));
    }
    String inside = "/home/" + wish.owner();
    a.addAll(List.of("--bind", home.toString(), inside, "--remount-ro", "/"));
    // the start script goes to the home: bwrap, root without its rights, may not enter it
    a.addAll(List.of("--chdir", "/", "--cap-drop", "ALL", "--clearenv"));
    environment(inside).forEach((name, value) -> a.addAll(List.of("--setenv", name, value)));
    if (setUid) {
      String id = Integer.toString(uid);
      a.addAll(List.of("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--"));
      a.addAll(List.of("/run/desktop/become", id, "--"));
    } else {
      a.add("--");
    }
    a.addAll(List.of("/bin/sh", "/run/desktop/start.sh", wish.kind().word(), wish.title()));
    a.addAll(List.of(Integer.toString(wish.width()), Integer.toString(wish.height())));
    a.addAll(wish.command());
    return a;
  }

  private Map<String, String> environment(String inside) {
    return Map.of(
        "PATH", "/usr/local/bin:/usr/bin:/bin:/usr/games",
        "HOME", inside,
        "USER", wish.owner(),
        "LOGNAME", wish.owner(),
        "SHELL", "/bin/bash",
        "LANG", "C.UTF-8",
        "TMPDIR", "/tmp",
        "XDG_RUNTIME_DIR", "/tmp/run",
        "XAUTHORITY", "/run/desktop/xauthority");
  }
}
