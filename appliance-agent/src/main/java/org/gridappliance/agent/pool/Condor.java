package org.gridappliance.agent.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.agent.controller.Controller;
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

  /** What the startd is told of its owner. */
  private volatile String owner = "OwnerActive = False\nOwnerLeaves = False\n-\n";

  private String why = "it is being started";
  private volatile boolean isClosed;

  /** Released when a person wants it otherwise. */
  private final Semaphore changed = new Semaphore(0);

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
    return Map.of(
        "GET /pool",
        call -> Verb.Reply.ok(state()),
        "PUT /pool",
        this::wish,
        "POST /pool/tokens",
        this::token,
        "PUT /pool/neighbours",
        this::neighbour,
        "DELETE /pool/neighbours/{address}",
        this::forget);
  }

  private Verb.Reply wish(Verb.Call call) throws IOException {
    PoolWish wish = PoolWish.of(call.body());
    if (!wish.token().isEmpty()) {
      folders.make(condorUid);
      PoolFolders.write(folders.tokens().resolve("worker"), wish.token() + "\n", "rw-------", 0);
    }
    wish.keep(folders);
    startAnew();
    return Verb.Reply.ok(state());
  }

  private Verb.Reply token(Verb.Call call) throws IOException {
    try {
      return Verb.Reply.ok(Map.of("token", mint(data, root, call.body().path("kind").asText())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the agent stops", e);
    }
  }

  private Verb.Reply neighbour(Verb.Call call) throws IOException {
    requireManager();
    Neighbours.of(folders)
        .add(call.body().path("address").asText(), call.body().path("token").asText());
    again();
    return Verb.Reply.ok(state());
  }

  private Verb.Reply forget(Verb.Call call) throws IOException {
    requireManager();
    Neighbours.of(folders).remove(String.valueOf(call.path().get("address")));
    again();
    return Verb.Reply.ok(state());
  }

  private void requireManager() {
    lock.lock();
    try {
      if (settings.role() != Role.MANAGER) {
        throw new Verb.Refused(
            409, "this machine is no pool's manager; other pools are named on the manager");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has the running daemons read their configuration anew; what they run goes on. */
  private void again() throws IOException {
    lock.lock();
    try {
      CondorLaunch launch = running;
      Path inside = root;
      if (launch != null && inside != null && launch.isAlive()) {
        lay(settings, address, inside);
        launch.again();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void startAnew() {
    CondorLaunch launch;
    lock.lock();
    try {
      launch = running;
    } finally {
      lock.unlock();
    }
    changed.release();
    if (launch != null) {
      launch.stop();
    }
  }

  /** {@return the jobs of HTCondor here, for who decides whether they may run} */
  public Controller.Jobs jobs() {
    return new Controller.Jobs() {
      @Override
      public void run(int percent) {
        owner(false, false);
      }

      @Override
      public void pause(String why) {
        owner(true, leaving);
      }

      @Override
      public void leave(String why) {
        owner(true, true);
      }
    };
  }

  private boolean leaving;

  /** Tells the startd, which looks every second. Called by the controller's thread only. */
  private void owner(boolean active, boolean leave) {
    leaving = leave;
    String text = "OwnerActive = %s\nOwnerLeaves = %s\n-\n".formatted(word(active), word(leave));
    if (text.equals(owner)) {
      return;
    }
    try {
      if (Files.isDirectory(folders.etc())) {
        put(folders.etc().resolve("owner"), text);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "HTCondor is not told of the owner: {0}", e.toString());
    }
    owner = text;
  }

  private static String word(boolean value) {
    return value ? "True" : "False";
  }

  /**
   * {@return a token for a machine or a portal elsewhere, made with the key of this manager}
   *
   * @param kind {@code worker}, {@code member}, {@code submit} or {@code flock}
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
          case "member" -> Kind.MEMBER;
          case "submit" -> Kind.SUBMIT;
          case "flock" -> Kind.FLOCK;
          default ->
              throw new IOException("kind '" + kind + "': want worker, member, submit or flock");
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
              changed.acquire();
              wait = 1;
              continue;
            }
          } else {
            runOnce();
          }
        } catch (Wrong e) {
          off(String.valueOf(e.getMessage()));
          changed.acquire();
          wait = 1;
          continue;
        } catch (IOException e) {
          off(String.valueOf(e.getMessage()));
        }
        if (System.nanoTime() - began > TimeUnit.MINUTES.toNanos(1)) {
          wait = 1;
        }
        if (!isClosed) {
          if (changed.tryAcquire(wait, TimeUnit.SECONDS)) {
            wait = 1;
          }
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
    PoolSettings read = PoolWish.read(folders).over(PoolSettings.read(data));
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
    Optional<String> own = OwnAddress.of(read);
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
      if (read.role().submits() && read.role() != Role.WORKER) {
        return Optional.of("the data folder belongs to root, as whom no job is submitted");
      }
      submitter = 65_534; // a worker needs no such account
    }
    folders.make(condorUid);
    Path etc = folders.etc();
    put(etc.resolve("owner"), owner);
    put(etc.resolve("passwd"), CondorConfig.passwd(condorUid, submitter));
    put(etc.resolve("group"), CondorConfig.group(condorUid, submitter));
    put(etc.resolve("hosts"), "127.0.0.1 localhost\n");
    put(etc.resolve("job/passwd"), CondorConfig.jobPasswd());
    put(etc.resolve("job/group"), "root:x:0:\njob:x:1000:\n");
    put(etc.resolve("job/hosts"), "127.0.0.1 localhost subjob\n");
    put(etc.resolve("job/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files\n");
    Files.write(etc.resolve("seccomp.bpf"), Seccomp.program());
    Optional<String> missing = read.role() == Role.MANAGER ? Optional.empty() : workerToken();
    if (missing.isPresent()) {
      return missing;
    }
    boolean submits = submits(read);
    CondorTokens tokens = new CondorTokens(folders, inside);
    String trust = tokens.makeTrust(read.role() == Role.MANAGER);
    put(
        etc.resolve("condor_config"),
        CondorConfig.daemons(read, own, condorUid, trust, submits, Neighbours.of(folders).all()));
    tokens.makeKey(read.role() == Role.MANAGER, submits);
    if (!submits) {
      return Optional.empty();
    }
    Path client = folders.client();
    for (String name : List.of("etc", "tokens")) {
      Files.createDirectories(client.resolve(name));
    }
    put(client.resolve("etc/condor_config"), CondorConfig.client(read, own, trust));
    put(client.resolve("etc/passwd"), CondorConfig.passwd(condorUid, submitter));
    put(client.resolve("etc/group"), CondorConfig.group(condorUid, submitter));
    PoolFolders.write(
        client.resolve("tokens/submitter"),
        tokens.mintSubmitter(read.role() == Role.MANAGER) + "\n",
        "r--------",
        submitter);
    return Optional.empty();
  }

  /** A machine submits where a portal runs that has jobs. */
  private boolean submits(PoolSettings read) {
    return read.role().submits()
        && Files.isDirectory(data.resolve("jobs"), LinkOption.NOFOLLOW_LINKS);
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
      Path folder = data.resolve("jobs");
      if (settings.role() == Role.MANAGER
          && !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(folder + " is not there yet");
      }
      String jobs = submits(settings) ? folder.toString() : "";
      launch = CondorLaunch.start(folders, inside, own.replace('.', '-'), jobs);
      running = launch;
      why = "";
    } finally {
      lock.unlock();
    }
    LOG.log(System.Logger.Level.INFO, "HTCondor runs as {0} at {1}", settings.role().word(), own);
    while (!launch.waitFor(LOOK_MILLIS)) {
      Optional<String> now = OwnAddress.of(settings);
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
      state.put("cpus", settings.cpus());
      Path inside = root;
      if (inside != null && why.isEmpty() && submits(settings)) {
        state.put("submit", CondorClient.open(folders, data, inside, address));
      }
      if (settings.role() == Role.MANAGER) {
        state.put("neighbours", neighbours());
      }
      return state;
    } finally {
      lock.unlock();
    }
  }

  private List<String> neighbours() {
    try {
      return Neighbours.of(folders).all().stream().map(Neighbours.Neighbour::address).toList();
    } catch (IOException e) { // told by the next change
      return List.of();
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
