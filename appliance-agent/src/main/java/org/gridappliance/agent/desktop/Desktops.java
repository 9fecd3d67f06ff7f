package org.gridappliance.agent.desktop;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gridappliance.agent.envelope.ControlGroup;
import org.gridappliance.agent.envelope.Posix;
import org.gridappliance.agent.envelope.ProcessTree;
import org.gridappliance.agent.envelope.Seccomp;
import org.gridappliance.agent.envelope.Signals;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * The desktops of this machine. One life: {@link #create} → checks of memory and numbers → folder
 * and listening socket, made by us → home mounted for its owner's own user ({@link HomeMount}) →
 * {@link Launch} of a {@link Room} → the program accepts viewers on that socket → {@link #stop},
 * its own end, or ours.
 *
 * <p>Desktops do not end with this process: the next one finds them by their folders ({@link
 * #adopt}) and ends what has no folder. They end when it is closed in order. Thread-safe.
 */
public final class Desktops implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Desktops.class.getName());
  private static final String PORTAL = "grid-appliance";
  private static final String SOCKET = "socket";
  private static final String STATE = "state.json";
  private static final int MOST = 500;
  private static final int MOST_A_PERSON = 20;
  private static final int MOST_ENDED = 100;
  private static final int BACKLOG = 64;
  private static final int PERSONS_FROM = 1_000_000;
  private static final Duration END = Duration.ofSeconds(5);
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

  private final Path data;
  private final Path base;
  private final int uidBase;
  private final boolean root;
  private final ObjectMapper json = LeaseProtocol.json();
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Desktop> running = new ConcurrentHashMap<>();
  private final Map<String, Desktop> ended = new LinkedHashMap<>();
  private final Map<String, ControlGroup> groups = new ConcurrentHashMap<>();

  /**
   * @param data the data folder, with the homes
   * @param uidBase persons get users of their own from a million above it
   */
  public Desktops(Path data, int uidBase) throws IOException {
    this.data = data;
    this.uidBase = uidBase;
    this.root = Posix.geteuid() == 0;
    // as root not below the data folder, which another user may write
    Path place = data.resolve("run/desktops");
    if (root) {
      Path run = Files.createDirectories(Path.of("/run", PORTAL));
      Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx--x--x"));
      place = run.resolve("desktops" + data.toString().replace('/', '-'));
    }
    this.base = Files.createDirectories(place);
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwx--x--x"));
    Files.write(base.resolve("seccomp.bpf"), Seccomp.program());
    adopt();
  }

  /** {@return why desktops of a kind cannot be opened here, and the remedy, in words} */
  Optional<String> obstacle(Wish.Kind kind) {
    List<String> missing = new ArrayList<>();
    missing.addAll(absent("bwrap", "bubblewrap"));
    if (kind != Wish.Kind.TERMINAL) {
      missing.addAll(absent("Xvnc", "tigervnc-standalone-server"));
      missing.addAll(absent("icewm", "icewm"));
      missing.addAll(absent("xterm", "xterm"));
    }
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "missing on this machine; an administrator installs it with: apt-get install "
                + String.join(" ", missing));
  }

  private static List<String> absent(String program, String debianPackage) {
    return Files.isExecutable(Path.of("/usr/bin", program)) ? List.of() : List.of(debianPackage);
  }

  /** Opens one and returns once its programs start; viewers may connect at once. */
  Desktop create(Wish wish) throws IOException {
    obstacle(wish.kind())
        .ifPresent(
            why -> {
              throw new Verb.Refused(503, why);
            });
    String id;
    synchronized (this) {
      requireRoom(wish);
      id = newId();
      Files.createDirectory(base.resolve(id));
    }
    Path folder = base.resolve(id);
    int home = -1;
    int listener = -1;
    try {
      home = HomeMount.open(data, wish.owner());
      listener = listen(folder);
      Desktop desktop = launch(wish, id, folder, home, listener);
      try {
        Path part = folder.resolve(STATE + ".part");
        Files.write(part, json.writeValueAsBytes(desktop));
        Files.move(part, folder.resolve(STATE), StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        kill(desktop);
        throw e;
      }
      running.put(id, desktop);
      watch(desktop);
      LOG.log(System.Logger.Level.INFO, "desktop started desktop={0} user={1}", id, wish.owner());
      return desktop;
    } catch (IOException | RuntimeException e) {
      forget(id);
      throw e;
    } finally {
      HomeMount.unmount(folder.resolve("home"));
      Posix.close(listener);
      Posix.close(home);
    }
  }

  private Desktop launch(Wish wish, String id, Path folder, int home, int listener)
      throws IOException {
    HomeMount.Owner owner = HomeMount.owner(home);
    Path mounted = Path.of("/proc/self/fd", Integer.toString(home)).toRealPath();
    int uid = owner.uid();
    if (root) {
      int own = uidOf(wish.owner());
      Path place = Files.createDirectories(folder.resolve("home"));
      try {
        HomeMount.mount(home, place, own);
        uid = own;
        mounted = place;
      } catch (IOException e) {
        // a file system that cannot map owners: the portal's user then, in the same envelope
        LOG.log(System.Logger.Level.WARNING, "home not mapped user={0}: {1}", wish.owner(), e);
        if (uid == 0) {
          throw new IOException(
              "the homes belong to root and lie on a file system that cannot map owners ("
                  + e.getMessage()
                  + "); move the data folder to ext4 or XFS",
              e);
        }
      }
    }
    Room room = new Room(folder, mounted, uid, root, wish);
    room.furnish();
    Optional<ControlGroup> group = ControlGroup.named(id);
    group.ifPresent(g -> groups.put(id, g));
    Launch.Started started =
        Launch.start(room, listener, base.resolve("seccomp.bpf"), group, wish.memoryBytes());
    return new Desktop(
        id,
        wish.owner(),
        uid,
        wish.kind().word(),
        wish.title(),
        wish.memoryBytes(),
        Instant.now().toString(),
        started.outer(),
        started.first(),
        null,
        null);
  }

  /** More than memory holds is refused, with the figures. */
  private void requireRoom(Wish wish) throws IOException {
    long mine = running.values().stream().filter(d -> d.owner().equals(wish.owner())).count();
    if (running.size() >= MOST || mine >= MOST_A_PERSON) {
      throw new Verb.Refused(
          409, mine + " are open, " + MOST_A_PERSON + " a person at most; stop one first");
    }
    long available = availableBytes();
    if (available < wish.memoryBytes()) {
      throw new Verb.Refused(
          409,
          "it may use up to %d MiB of memory and %d MiB are available on this machine; stop another or ask for less"
              .formatted(wish.memoryBytes() >> 20, available >> 20));
    }
  }

  /** {@return what new programs may use without others being swapped out, as the kernel reckons} */
  static long availableBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemAvailable:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    throw new IOException("/proc/meminfo has no line MemAvailable");
  }

  private String newId() {
    StringBuilder id = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }

  /** {@return a user number that no other person has while this one has anything open} */
  private synchronized int uidOf(String person) {
    Map<Integer, String> taken = new LinkedHashMap<>();
    running.values().forEach(d -> taken.put(d.uid(), d.owner()));
    int first = uidBase + PERSONS_FROM + Math.floorMod(person.hashCode(), 100_000);
    int uid = first;
    while (taken.containsKey(uid) && !person.equals(taken.get(uid))) {
      uid++;
    }
    return uid;
  }

  /** The socket stands in a folder where the desktop's user cannot touch it. */
  private int listen(Path folder) throws IOException {
    Path socket = folder.resolve(SOCKET);
    int fd = Kernel.listen(socket.toString(), BACKLOG);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x---"));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
    if (root) {
      try {
        GroupPrincipal group =
            folder
                .getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByGroupName(PORTAL);
        for (Path path : List.of(folder, socket)) {
          Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(group);
        }
      } catch (UserPrincipalNotFoundException e) {
        // the portal runs as root too then
      }
    }
    return fd;
  }

  /** {@return where its viewers connect: RFB, or a terminal keeper's frames} */
  Path socket(Desktop desktop) {
    return base.resolve(desktop.id()).resolve(SOCKET);
  }

  /** {@return memory that its programs use now} */
  static long memoryBytes(Desktop desktop) {
    return desktop.endedAt() == null
        ? new ProcessTree(desktop.first().number()).residentBytes()
        : 0;
  }

  /** {@return those that run and those that ended lately, the oldest first} */
  List<Desktop> list() {
    List<Desktop> all = new ArrayList<>(running.values());
    synchronized (this) {
      all.addAll(ended.values());
    }
    all.sort(Comparator.comparing(Desktop::createdAt));
    return all;
  }

  /** Ends one; returns when its processes are gone. Stopping what has ended changes nothing. */
  void stop(String id, String reason) {
    Desktop desktop = running.get(id);
    if (desktop != null) {
      end(desktop, reason);
    } else if (list().stream().noneMatch(d -> d.id().equals(id))) {
      throw new Verb.Refused(404, "no desktop " + id);
    }
  }

  private void end(Desktop desktop, String reason) {
    Desktop done = desktop.ended(Instant.now(), reason);
    if (!running.remove(desktop.id(), desktop)) {
      return; // somebody else does
    }
    synchronized (this) {
      ended.put(done.id(), done);
      ended.remove(ended.size() > MOST_ENDED ? ended.keySet().iterator().next() : "");
    }
    kill(desktop);
    forget(desktop.id());
    LOG.log(
        System.Logger.Level.INFO,
        "desktop ended desktop={0} user={1} reason={2}",
        desktop.id(),
        desktop.owner(),
        reason);
  }

  /** With the envelope's first process all others end, and then bwrap; the kernel sees to it. */
  private static void kill(Desktop desktop) {
    for (Pid pid : List.of(desktop.first(), desktop.outer())) {
      Optional<ProcessHandle> process = ProcessHandle.of(pid.number());
      if (process.isPresent() && pid.isAlive()) {
        if (pid.equals(desktop.first())) {
          Posix.kill(pid.number(), Signals.SIGKILL);
        }
        try {
          process.get().onExit().orTimeout(END.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
          Posix.kill(pid.number(), Signals.SIGKILL);
        }
      }
    }
  }

  private void watch(Desktop desktop) {
    Thread.ofVirtual()
        .start(
            () -> {
              ProcessHandle.of(desktop.outer().number())
                  .filter(p -> desktop.outer().isAlive())
                  .ifPresent(p -> p.onExit().join());
              // ours to bury, unless we adopted it
              Posix.wait4(desktop.outer().number());
              Posix.wait4(desktop.first().number());
              end(desktop, reasonOf(desktop));
            });
  }

  private String reasonOf(Desktop desktop) {
    try {
      ControlGroup group = groups.get(desktop.id());
      if (group != null && group.ranOutOfMemory()) {
        return "memory limit %d MiB reached".formatted(desktop.memoryLimit() >> 20);
      }
    } catch (IOException e) { // the group is gone with it
      LOG.log(System.Logger.Level.DEBUG, "desktop={0}: {1}", desktop.id(), e);
    }
    return desktop.kind().equals("desktop") ? "its X server ended" : "its program ended";
  }

  /**
   * Takes up the desktops of an agent that is gone; ends and removes what does not run any more.
   */
  private void adopt() throws IOException {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(base, "[a-z2-7]*")) {
      for (Path folder : folders) {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        String id = folder.getFileName().toString();
        Optional<Desktop> known = read(folder);
        ControlGroup.named(id).ifPresent(group -> groups.put(id, group));
        if (known.isPresent() && known.get().outer().isAlive() && known.get().first().isAlive()) {
          running.put(id, known.get());
          watch(known.get());
        } else {
          known.ifPresent(Desktops::kill);
          endOrphans(folder);
          HomeMount.unmount(folder.resolve("home"));
          forget(id);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private Optional<Desktop> read(Path folder) {
    try {
      return Optional.of(json.readValue(Files.readAllBytes(folder.resolve(STATE)), Desktop.class));
    } catch (IOException e) { // it was being made when the agent was killed
      return Optional.empty();
    }
  }

  /** Ends envelopes that were started for a folder but never written down. */
  private static void endOrphans(Path folder) {
    byte[] sign = (folder.resolve("room") + "\0/run/desktop\0").getBytes(StandardCharsets.UTF_8);
    String wanted = new String(sign, StandardCharsets.ISO_8859_1);
    ProcessHandle.allProcesses()
        .filter(
            p -> {
              try {
                Path line = Path.of("/proc", Long.toString(p.pid()), "cmdline");
                String text = Files.readString(line, StandardCharsets.ISO_8859_1);
                return text.startsWith("/usr/bin/bwrap\0") && text.contains(wanted);
              } catch (IOException e) { // it ended meanwhile
                return false;
              }
            })
        .forEach(ProcessHandle::destroyForcibly);
  }

  /** Removes what a desktop leaves on disk and in the kernel. */
  private void forget(String id) {
    ControlGroup group = groups.remove(id);
    Path folder = base.resolve(id);
    HomeMount.unmount(folder.resolve("home"));
    // never below "home": where a mount still stands, those are a person's files
    for (String name : List.of("room/wm", "room/x", "room", "")) {
      Path part = folder.resolve(name);
      try (Stream<Path> entries = Files.list(part)) {
        entries.forEach(path -> path.toFile().delete());
      } catch (NoSuchFileException e) {
        LOG.log(System.Logger.Level.DEBUG, "desktop={0} has no {1}", id, part);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "desktop={0} not emptied: {1}", id, e.toString());
      }
    }
    try {
      Files.deleteIfExists(folder);
    } catch (NoSuchFileException e) {
      LOG.log(System.Logger.Level.DEBUG, "desktop={0} removed already", id);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "desktop={0} not removed: {1}", id, e.toString());
    }
    if (group != null) {
      group.remove();
    }
  }

  /** Ends all desktops. */
  @Override
  public void close() {
    running.values().forEach(d -> end(d, "the appliance was stopped"));
    try {
      Files.deleteIfExists(base.resolve("seccomp.bpf"));
      Files.deleteIfExists(base);
    } catch (IOException e) { // one was being opened: the next start removes it
      LOG.log(System.Logger.Level.DEBUG, "desktops: {0}", e.toString());
    }
  }
}
