package org.gridappliance.agent.desktop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.gridappliance.agent.envelope.Posix;

/**
 * A person's home, mounted so that its one owner on disk (the portal's user) appears as the
 * person's own Unix user: what he makes in it belongs to the portal's user on disk, and he can be
 * kept from everybody else's (decision 0300). Needs root, Linux 5.12 and a file system that can be
 * mapped (ext4, XFS, btrfs, tmpfs 6.3).
 */
final class HomeMount {
  /** Who owns a home on disk. */
  record Owner(int uid, int gid) {}

  private HomeMount() {}

  /**
   * Opens {@code DATA/users/NAME/home} without following a link, whoever may write in DATA.
   *
   * @return a descriptor; close it
   */
  static int open(Path data, String person) throws IOException {
    int folder = Kernel.openFolder(data.toString());
    try {
      return Kernel.openBeneath(folder, "users/" + person + "/home");
    } finally {
      Posix.close(folder);
    }
  }

  static Owner owner(int home) throws IOException {
    Path path = Path.of("/proc/self/fd", Integer.toString(home));
    return new Owner(
        (Integer) Files.getAttribute(path, "unix:uid"),
        (Integer) Files.getAttribute(path, "unix:gid"));
  }

  /**
   * Mounts a home at a folder.
   *
   * @param home a descriptor
   * @param place an empty folder that is root's alone
   * @param uid the person's user and group number
   * @throws IOException when this kernel or file system cannot do it
   */
  static void mount(int home, Path place, int uid) throws IOException {
    Owner owner = owner(home);
    int namespace = userNamespace(owner.uid() + " " + uid + " 1", owner.gid() + " " + uid + " 1");
    try {
      int mount = Kernel.cloneMount(home);
      try {
        Kernel.mapOwners(mount, namespace);
        Kernel.attach(mount, place.toString());
      } finally {
        Posix.close(mount);
      }
    } finally {
      Posix.close(namespace);
    }
  }

  /** Takes a mount away again, if it is there; who has it in his namespace keeps it. */
  static void unmount(Path place) {
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      Kernel.unmount(place.toString());
    }
  }

  /** {@return a descriptor of a user namespace with these maps} A short-lived process makes it. */
  private static int userNamespace(String uidMap, String gidMap) throws IOException {
    Posix.Pipe ready = Posix.pipe();
    Posix.Pipe hold = Posix.pipe();
    if (ready == null || hold == null) {
      throw new IOException("no file descriptor is left");
    }
    int pid =
        Posix.spawn(
            List.of("/usr/bin/unshare", "--user", "/bin/sh", "-c", "echo; read -r x"),
            List.of("PATH=/usr/bin:/bin"),
            List.of(new Posix.Opened("/dev/null", 2, Posix.O_WRONLY_APPEND)),
            List.of(new Posix.Passed(hold.readEnd(), 0), new Posix.Passed(ready.writeEnd(), 1)));
    Posix.close(ready.writeEnd());
    Posix.close(hold.readEnd());
    try {
      if (pid < 0 || Posix.read(ready.readEnd(), new byte[1], 0) != 1) {
        throw new IOException("unshare made no user namespace");
      }
      Path process = Path.of("/proc", Integer.toString(pid));
      Files.write(process.resolve("uid_map"), uidMap.getBytes(StandardCharsets.US_ASCII));
      Files.write(process.resolve("gid_map"), gidMap.getBytes(StandardCharsets.US_ASCII));
      return Kernel.openFile(process.resolve("ns/user").toString());
    } finally {
      Posix.close(ready.readEnd());
      Posix.close(hold.writeEnd());
      if (pid > 0) {
        Posix.wait4(pid);
      }
    }
  }
}
