package org.gridappliance.agent.pool;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.agent.envelope.Seccomp;
import org.gridappliance.agent.pool.CondorTokens.Kind;
import org.gridappliance.agent.pool.PoolSettings.Role;
import org.gridappliance.agent.settings.ApplianceYaml.Wrong;
import org.gridappliance.agent.verb.Verb;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this machine's HTCondor running in the role that {@code pool.role} gives it.
 *
 * <p>{@link #start} → settings → own address → folders, tokens, configuration → {@link
 * CondorLaunch} until it ends or the address changes → again after 1, 2, 4 … 60 s. Where it cannot
 * be it says why. Safe for all threads.
 */
public final class Condor implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Condor.class.getName());
  private static final int LONGEST_WAIT = 60;
  private static final int LOOK_MILLIS = 5000;

  /** Below the users of jobs' slots. */
  private static final int UIDS_BELOW = 10;

  private final Path data;
  private final @Nullable Path root;
  private final int condorUid;
  private final PoolFolders folders;
  private final ReentrantLock lock = new ReentrantLock();
  private final Thread thread =
      Thread.ofPlatform().name("condor").daemon().unstarted(this::superviseAndTell);

  private PoolSettings settings = new PoolSettings(Role.OFF, "", "", PoolSettings.PORT, 0);
  private @Nullable CondorLaunch running;
  private String address = "";
  private String why = "it is being started";
  private volatile boolean isClosed;

  /**
   * @param data the data folder; its owner submits
   * @param root a root folder with HTCondor; null when none was made
   * @param uidBase user number of the first slot; HTCondor's users lie just below
   */
  public Condor(Path data, @Nullable Path root, int uidBase) {
    this.data = data;
    this.root = root;
    this.condorUid = uidBase - UIDS_BELOW;
    this.folders = PoolFolders.of(data);
  }

  /** Starts supervising; returns at once. */
  public void start() {
    thread.start();
  }

  /** {@return the verbs of the agent's socket} */
  public Map<String, Verb> verbs() {
    return Map.of("GET /pool", call -> Verb.Reply.ok(state()));
  }

  /**
   * {@return a token for a machine or a portal elsewhere, made with the key of this manager}
   *
   * @param kind {@code worker} or {@code submitter}
   * @throws IOException when there is no key here, or HTCondor made no token
   */
  public static String mint(Path data, @Nullable Path root, String kind)
      throws IOException, InterruptedException {
    PoolFolders folders = PoolFolders.of(data);
    if (root == null || !Files.exists(folders.key())) {
      throw new IOException(
          "there is no pool's key for "
              + data
              + ": run this on the pool's manager, once it has"
              + " started with pool.role: manager");
    }
    Kind wanted =
        switch (kind) {
          case "worker" -> Kind.WORKER;
          case "submitter" -> Kind.SUBMITTER;
          default -> throw new IOException("kind '" + kind + "': want worker or submitter");
        };
    return new CondorTokens(folders, root).mint(wanted);
  }

  private void superviseAndTell() {
    int wait = 1;
    try {
      while (!isClosed) {
        long began = System.nanoTime();
        try {
          Optional<String> obstacle = prepare();
          if (obstacle.isPresent()) {
            off(obstacle.get());
            if (settings.role() == Role.OFF) {
              return;
            }
          } else {
            runOnce();
          }
        } catch (Wrong e) {
          off(String.valueOf(e.getMessage()));
          return;
        } catch (IOException e) {
          off(String.valueOf(e.getMessage()));
        }
        if (System.nanoTime() - began > TimeUnit.MINUTES.toNanos(1)) {
          wait = 1;
        }
        if (!isClosed) {
          TimeUnit.SECONDS.sleep(wait);
          wait = Math.min(LONGEST_WAIT, wait * 2);
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void off(String reason) {
    lock.lock();
    try {
      if (!reason.equals(why)) {
        LOG.log(System.Logger.Level.INFO, "HTCondor is off: {0}", reason);
      }
      why = reason;
    } finally {
      lock.unlock();
    }
  }

  /** Lays everything out. {@return why it cannot be started} */
  private Optional<String> prepare() throws IOException, Wrong, InterruptedException {
    PoolSettings read = PoolSettings.read(data);
    lock.lock();
    try {
      settings = read;
    } finally {
      lock.unlock();
    }
    if (read.role() == Role.OFF) {
      return Optional.of("pool.role is off in appliance.yaml");
    }
    if (!System.getProperty("user.name").equals("root")) {
      return Optional.of("the appliance was not started by root, and HTCondor wants root");
    }
    if (root == null || !Files.isExecutable(root.resolve("usr/sbin/condor_master"))) {
      return Optional.of(
          "HTCondor is not installed; run: sudo ./appliance pool install, then restart");
    }
    Optional<String> own = ownAddress(read);
    if (own.isEmpty()) {
      return Optional.of(
          "this machine has no address for the pool: pool.address="
              + read.address()
              + ", pool.manager="
              + read.manager()
              + "; it is looked for again");
    }
    lock.lock();
    try {
      address = own.get();
    } finally {
      lock.unlock();
    }
    return lay(read, own.get(), root);
  }

  private Optional<String> lay(PoolSettings read, String own, Path inside)
      throws IOException, InterruptedException {
    int submitter = (int) Files.getAttribute(data, "unix:uid");
    if (submitter == 0) {
      if (read.role() == Role.MANAGER) {
        return Optional.of("the data folder belongs to root, as whom no job is submitted");
      }
      submitter = 65_534; // a worker needs no such account
    }
    folders.make(condorUid);
    Path etc = folders.etc();
    put(etc.resolve("condor_config"), CondorConfig.daemons(read, own, condorUid));
    put(etc.resolve("passwd"), CondorConfig.passwd(condorUid, submitter));
    put(etc.resolve("group"), CondorConfig.group(condorUid, submitter));
    put(etc.resolve("hosts"), "127.0.0.1 localhost\n");
    put(etc.resolve("job/passwd"), CondorConfig.jobPasswd(condorUid));
    put(etc.resolve("job/group"), "root:x:0:\njob:x:%d:\n".formatted(condorUid + 1));
    put(etc.resolve("job/hosts"), "127.0.0.1 localhost subjob\n");
    put(etc.resolve("job/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
    Files.write(etc.resolve("seccomp.bpf"), Seccomp.program());
    if (read.role() == Role.WORKER) {
      return workerToken();
    }
    CondorTokens tokens = new CondorTokens(folders, inside);
    tokens.makeKey();
    Path client = folders.client();
    for (String name : List.of("etc", "tokens")) {
      Files.createDirectories(client.resolve(name));
    }
    put(client.resolve("etc/condor_config"), CondorConfig.client(read, own));
    put(client.resolve("etc/passwd"), CondorConfig.passwd(condorUid, submitter));
    put(client.resolve("etc/group"), CondorConfig.group(condorUid, submitter));
    PoolFolders.write(
        client.resolve("tokens/submitter"),
        tokens.mint(Kind.SUBMITTER) + "\n",
        "r--------",
        submitter);
    return Optional.empty();
  }

  private static void put(Path file, String text) throws IOException {
    if (!PoolFolders.text(file).equals(text)) {
      PoolFolders.write(file, text, "rw-r--r--", 0);
    }
  }

  /** Takes the token that a person laid down; half of one is named, and an older one goes on. */
  private Optional<String> workerToken() throws IOException {
    Path given = data.resolve("keys").resolve("pool.token");
    String text =
        Files.isRegularFile(given, LinkOption.NOFOLLOW_LINKS) ? PoolFolders.text(given) : "";
    Path kept = folders.tokens().resolve("worker");
    if (!text.isBlank()) {
      if (!CondorTokens.isToken(text.strip())) {
        return Optional.of(
            given
                + " is no whole token; make it anew on the manager: ./appliance pool token worker");
      }
      PoolFolders.write(kept, text.strip() + "\n", "rw-------", 0);
    }
    return Files.exists(kept)
        ? Optional.empty()
        : Optional.of(
            given + " is missing; make it on the manager: ./appliance pool token worker >FILE");
  }

  private void runOnce() throws IOException, InterruptedException {
    Path inside = root;
    if (inside == null) {
      return;
    }
    CondorLaunch launch;
    String own;
    lock.lock();
    try {
      if (isClosed) {
        return;
      }
      own = address;
      String jobs = "";
      if (settings.role() == Role.MANAGER) {
        Path folder = data.resolve("jobs");
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          throw new IOException(folder + " is not there yet");
        }
        jobs = folder.toString();
      }
      launch = CondorLaunch.start(folders, inside, own.replace('.', '-'), jobs);
      running = launch;
      why = "";
    } finally {
      lock.unlock();
    }
    LOG.log(System.Logger.Level.INFO, "HTCondor runs as {0} at {1}", settings.role().word(), own);
    while (!launch.waitFor(LOOK_MILLIS)) {
      Optional<String> now = ownAddress(settings);
      if (now.isPresent() && !now.get().equals(own)) {
        LOG.log(System.Logger.Level.INFO, "this machine's address is {0} now", now.get());
        launch.stop();
        return;
      }
    }
    if (!isClosed) {
      String last = PoolFolders.text(folders.root().resolve("output.log")).strip();
      off(
          "condor_master ended"
              + (last.isEmpty() ? "" : ": " + last.substring(Math.max(0, last.length() - 200)))
              + "; next try soon");
    }
  }

  /** {@return what the portal needs to submit: how to run HTCondor's programs, and where} */
  private Map<String, Object> open(String own) {
    Map<String, Object> door = new LinkedHashMap<>();
    String client = folders.client().toString();
    door.put(
        "command",
        List.of(
            "bwrap",
            "--die-with-parent",
            "--unshare-user",
            "--unshare-pid",
            "--ro-bind",
            String.valueOf(root),
            "/",
            "--dev",
            "/dev",
            "--proc",
            "/proc",
            "--tmpfs",
            "/tmp",
            "--tmpfs",
            "/run",
            "--tmpfs",
            "/mnt",
            "--ro-bind",
            client,
            "/mnt/node",
            "--bind",
            data.resolve("jobs").toString(),
            "/mnt/jobs",
            "--ro-bind",
            client + "/etc/passwd",
            "/etc/passwd",
            "--ro-bind",
            client + "/etc/group",
            "/etc/group",
            "--chdir",
            "/",
            "--clearenv",
            "--setenv",
            "PATH",
            "/usr/bin:/bin:/usr/sbin",
            "--setenv",
            "CONDOR_CONFIG",
            "/mnt/node/etc/condor_config",
            "--setenv",
            "LANG",
            "C.UTF-8",
            "--setenv",
            "HOME",
            "/tmp",
            "--"));
    door.put("schedd", CondorConfig.host(own));
    door.put("jobs", "/mnt/jobs");
    door.put("events", folders.events().toString());
    return door;
  }

  private static Optional<String> ownAddress(PoolSettings settings) throws IOException {
    String wanted = settings.address();
    if (PoolSettings.ADDRESS.matcher(wanted).matches()) {
      InetAddress literal = InetAddress.getByName(wanted); // no look-up
      return NetworkInterface.getByInetAddress(literal) == null
          ? Optional.empty()
          : Optional.of(wanted);
    }
    if (!wanted.isEmpty()) {
      NetworkInterface named = NetworkInterface.getByName(wanted);
      return named == null
          ? Optional.empty()
          : named
              .inetAddresses()
              .filter(Inet4Address.class::isInstance)
              .map(InetAddress::getHostAddress)
              .findFirst();
    }
    if (settings.role() == Role.MANAGER) {
      return Optional.of("127.0.0.1");
    }
    try (DatagramSocket socket = new DatagramSocket()) { // sends nothing: asks for the route
      socket.connect(new InetSocketAddress(settings.manager(), settings.port()));
      InetAddress local = socket.getLocalAddress();
      return local.isAnyLocalAddress() ? Optional.empty() : Optional.of(local.getHostAddress());
    } catch (java.io.UncheckedIOException | java.net.SocketException e) { // no route now
      return Optional.empty();
    }
  }

  private Map<String, Object> state() {
    lock.lock();
    try {
      CondorLaunch launch = running;
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("role", settings.role().word());
      state.put("running", launch != null && launch.isAlive() && why.isEmpty());
      state.put("why", why);
      state.put("address", address);
      state.put("manager", settings.manager());
      state.put("port", settings.port());
      if (settings.role() == Role.MANAGER && why.isEmpty()) {
        state.put("submit", open(address));
      }
      return state;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
    CondorLaunch launch;
    lock.lock();
    try {
      launch = running;
    } finally {
      lock.unlock();
    }
    if (launch != null) {
      launch.stop();
    }
  }
}
