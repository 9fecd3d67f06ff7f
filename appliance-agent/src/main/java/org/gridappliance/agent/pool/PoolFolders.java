package org.gridappliance.agent.pool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.gridappliance.evm.EvmLauncher;

/**
 * Where HTCondor keeps what is its own, beneath a folder that only root can write.
 *
 * <pre>
 * node/etc/            configuration, accounts, the jobs' wrapper; shown inside as /mnt/node
 * node/passwords/POOL  the pool's signing key, on the manager only, 0600: it never leaves
 * node/tokens/         what the daemons say who they are with, 0600
 * node/{spool,execute,log,lock,events}/   HTCondor's own
 * node/bundles/{kept,use}/   on a worker: applications' files, see {@link KeptBundles}
 * client/              configuration and token of the portal, who submits
 * </pre>
 *
 * @param root {@code /var/lib/grid-appliance-agent/<data folder, dashes for slashes>/condor}
 */
record PoolFolders(Path root) {
  /** Every slot's user may add to it, and take away what is his own. */
  private static final int STICKY = 01777;

  /** What HTCondor's own log files and the end of what runs are left. */
  private static final long ROOM_BYTES = 64L << 20;

  private static final Path OF_ROOT = Path.of("/var/lib/grid-appliance-agent");

  static PoolFolders of(Path data) {
    String key = data.toString().substring(1).replace('/', '-');
    return new PoolFolders(OF_ROOT.resolve(key).resolve("condor"));
  }

  Path node() {
    return root.resolve("node");
  }

  Path client() {
    return root.resolve("client");
  }

  Path etc() {
    return node().resolve("etc");
  }

  /** One file for all events of all jobs of this machine's schedd. */
  Path events() {
    return node().resolve("events").resolve("events.json");
  }

  Path key() {
    return node().resolve("passwords").resolve("POOL");
  }

  Path tokens() {
    return node().resolve("tokens");
  }

  /** What the tokens of this pool are called by. */
  Path trust() {
    return root.resolve("trust");
  }

  /**
   * {@return why HTCondor's queue is given nothing more, with the remedy; empty while it has room}
   * A schedd that cannot write its queue ends, with all it runs; this is told before.
   */
  Optional<String> full() throws IOException {
    long free = Files.getFileStore(node().resolve("spool")).getUsableSpace();
    return free >= ROOM_BYTES
        ? Optional.empty()
        : Optional.of(
            "the disk with HTCondor's queue (%s) has %d MiB free, and %d MiB are kept in reserve; make room there, then what waits goes on"
                .formatted(node(), free >> 20, ROOM_BYTES >> 20));
  }

  /** {@return the script that enters the root} */
  Path enter() {
    return root.resolve("enter.sh");
  }

  /**
   * Makes them.
   *
   * @param uid HTCondor's own, which its daemons run as
   */
  void make(int uid) throws IOException {
    makeRoot();
    for (Path open : List.of(node(), etc(), etc().resolve("job"), client())) {
      folder(open, "rwxr-xr-x", 0);
    }
    folder(node().resolve("at"), "rwx------", 0);
    folder(node().resolve("passwords"), "rwx------", 0);
    folder(tokens(), "rwx------", 0);
    for (String name : List.of("spool", "execute", "log", "lock", "events")) {
      folder(node().resolve(name), "rwxr-xr-x", uid);
    }
    place("enter.sh", enter());
    place("/org/gridappliance/jobs/condor/job-wrapper.sh", etc().resolve("job-wrapper"));
    place("owner-probe.sh", etc().resolve("owner-probe"));
  }

  /** Where a worker keeps the files of applications. */
  Path bundles() {
    return node().resolve("bundles");
  }

  /** Makes what only a worker has: the Entropia VM and a place for applications' files. */
  void makeWorker() throws IOException {
    folder(bundles(), "rwxr-xr-x", 0);
    for (String name : List.of("kept", "use")) {
      Path open = Files.createDirectories(bundles().resolve(name));
      own(open, 0);
      Files.setAttribute(open, "unix:mode", STICKY); // at once: jobs may be using it
    }
    Path program = EvmLauncher.installedIn(etc().resolve("bin")).executable();
    Path link = etc().resolve("evm-run");
    Path part = etc().resolve(".evm-run.part");
    Files.deleteIfExists(part);
    Files.createSymbolicLink(part, Path.of("bin").resolve(program.getFileName()));
    Files.move(part, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  void makeRoot() throws IOException {
    Path parent = root.getParent();
    if (parent == null) {
      throw new IllegalStateException(root + " has no parent");
    }
    for (Path open : List.of(OF_ROOT, parent, root)) {
      folder(open, "rwx--x--x", 0);
    }
  }

  private static void folder(Path folder, String mode, int uid) throws IOException {
    Files.createDirectories(folder);
    own(folder, uid);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
  }

  static void own(Path path, int uid) throws IOException {
    Files.setAttribute(path, "unix:uid", uid);
    Files.setAttribute(path, "unix:gid", uid);
  }

  private static void place(String resource, Path file) throws IOException {
    try (InputStream text = PoolFolders.class.getResourceAsStream(resource)) {
      if (text == null) {
        throw new IOException(resource + " was not built in");
      }
      write(file, new String(text.readAllBytes(), StandardCharsets.UTF_8), "rwxr-xr-x", 0);
    }
  }

  /** Writes a file that all may read, unless it says so already. */
  static void put(Path file, String text) throws IOException {
    if (!text(file).equals(text)) {
      write(file, text, "rw-r--r--", 0);
    }
  }

  /** Writes a file whole or not at all. */
  static void write(Path file, String text, String mode, int uid) throws IOException {
    Path part = file.resolveSibling("." + file.getFileName() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(part, text);
    own(part, uid);
    Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(mode));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** {@return the text of a file, empty when there is none} */
  static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return "";
    }
  }
}
