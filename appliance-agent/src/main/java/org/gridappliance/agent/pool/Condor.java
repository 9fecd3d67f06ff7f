package org.gridappliance.agent.pool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.agent.controller.Controller;
import org.gridappliance.agent.keep.Keeper;
import org.gridappliance.agent.keep.Keeper.Obstacle;
import org.gridappliance.agent.pool.PoolSettings.Role;
import org.gridappliance.agent.settings.ApplianceYaml.Wrong;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.jobs.lease.Sharing;
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
  private static final int LOOK_MILLIS = 5000;
  private static final long BOUNDS_NANOS = TimeUnit.SECONDS.toNanos(PoolBounds.EVERY_SECONDS);

  /** Below the users of jobs' slots. */
  private static final int UIDS_BELOW = 10;

  /** Who is told of what the pool's policy bounds this machine by. */
  @FunctionalInterface
  public interface Bounded {
    /**
     * Takes other bounds. Called by HTCondor's own thread.
     *
     * @param group of this machine; empty when it is in no pool
     * @param bounds null for none
     */
    void bound(String group, @Nullable Sharing bounds);
  }

  private final Path data;
  private final @Nullable Path root;
  private final PoolFolders folders;
  private final CondorLayout layout;
  private final OwnerSignal owner;
  private final KeptBundles bundles;
  private volatile PoolBounds bounds;
  private final ReentrantLock lock = new ReentrantLock();
  private final Keeper keeper =
      new Keeper(
          "condor",
          "HTCondor",
          new Keeper.Part() {
            @Override
            public Optional<Obstacle> prepare() throws IOException, Wrong, InterruptedException {
              // a machine that takes no part does so until a person wants it otherwise
              return lay().map(why -> new Obstacle(why, settings.role() == Role.OFF));
            }

            @Override
            public void run() throws IOException, InterruptedException {
              runOnce();
            }
          });

  // written under the lock
  private volatile PoolSettings settings = new PoolSettings(Role.OFF, "", "", PoolSettings.PORT, 0);
  private @Nullable CondorLaunch running;
  private String address = "";

  /** Whether another pool was left since the daemons were started. */
  private volatile boolean left;

  /**
   * @param data the data folder; its owner submits
   * @param root a root folder with HTCondor; null when none was made
   * @param uidBase user number of the first slot; HTCondor's users lie just below
   */
  public Condor(Path data, @Nullable Path root, int uidBase) {
    this.data = data;
    this.root = root;
    this.folders = PoolFolders.of(data);
    this.layout = new CondorLayout(data, folders, uidBase - UIDS_BELOW);
    this.owner = new OwnerSignal(folders);
    this.bundles = new KeptBundles(folders.bundles(), KeptBundles.MOST_BYTES);
    this.bounds = new PoolBounds(folders, (group, none) -> {});
  }

  /** Has somebody told of what the pool's policy bounds this machine by. Before {@link #start}. */
  public void bounded(Bounded taker) {
    bounds = new PoolBounds(folders, taker);
  }

  /** Starts supervising; returns at once. */
  public void start() {
    keeper.start();
  }

  /** {@return the verbs of the agent's socket} */
  public Map<String, Verb> verbs() {
    return new CondorVerbs(this, folders).all();
  }

  /** {@return the jobs of HTCondor here, for who decides whether they may run} */
  public Controller.Jobs jobs() {
    return owner;
  }

  /**
   * {@return a token for a machine or a portal elsewhere, made with the key of this manager}
   *
   * @param kind {@code worker}, {@code member}, {@code submit}, {@code flock} or {@code watch}
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
    return new CondorTokens(folders, root).mint(CondorTokens.Kind.of(kind));
  }

  String mint(String kind) throws IOException, InterruptedException {
    return mint(data, root, kind);
  }

  CondorLayout layout() {
    return layout;
  }

  /**
   * @param why what is done on a manager only
   */
  void requireManager(String why) {
    if (settings.role() != Role.MANAGER) {
      throw new Verb.Refused(409, "this machine is no pool's manager; " + why);
    }
  }

  /** Has the running daemons read their configuration anew; what they run goes on. */
  void again() throws IOException {
    lock.lock();
    try {
      CondorLaunch launch = running;
      Path inside = root;
      if (launch != null && inside != null && launch.isAlive()) {
        layout.lay(settings, address, inside, owner.text(), left);
        launch.again();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Has a machine of this manager's pool end what it runs, or take work again. */
  void drain(String machine, String standing) throws IOException, InterruptedException {
    Path inside = root;
    if (inside != null && keeper.why().isEmpty()) {
      new CondorAdmin(folders, inside).drain(machine, standing);
    }
  }

  /** Ends to send jobs to another pool. */
  void leave(String other) throws IOException {
    left = true;
    again();
    tell(other);
  }

  /** Tells a pool that was left, thrice: our schedd may have spoken to it once more meanwhile. */
  private void tell(String other) {
    Path inside = root;
    String own = address;
    Thread.ofVirtual()
        .name("leave-pool")
        .start(
            () -> {
              try {
                for (int seconds : List.of(1, 5, 10)) {
                  Thread.sleep(Duration.ofSeconds(seconds));
                  if (inside != null && keeper.why().isEmpty()) {
                    new CondorAdmin(folders, inside).leave(other, own);
                  }
                }
                Neighbours.of(folders).forget(other);
              } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "pool {0} was not told: {1}", other, e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Ends what runs and begins again with the settings as they are now. */
  void startAnew() {
    keeper.changed();
    stop();
  }

  private void stop() {
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

  /** Lays everything out. {@return why it cannot be started} */
  private Optional<String> lay() throws IOException, Wrong, InterruptedException {
    PoolSettings read = PoolWish.read(folders).over(PoolSettings.read(data));
    lock.lock();
    try {
      settings = read;
    } finally {
      lock.unlock();
    }
    bounds.begin(read.role() == Role.WORKER ? read.manager() : "");
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
    left = false;
    return layout.lay(read, own.get(), root, owner.text(), false);
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
      if (keeper.isClosed()) {
        return;
      }
      own = address;
      if (settings.role() == Role.MANAGER && !layout.submits(settings)) {
        throw new IOException(data + " holds no jobs/ and bundles/ yet");
      }
      bundles.begin();
      String submits = layout.submits(settings) ? data.toString() : "";
      launch = CondorLaunch.start(folders, inside, own.replace('.', '-'), submits);
      running = launch;
      keeper.on();
    } finally {
      lock.unlock();
    }
    LOG.log(System.Logger.Level.INFO, "HTCondor runs as {0} at {1}", settings.role().word(), own);
    Neighbours.of(folders).leaving().forEach(this::tell); // left just before the last end
    long asked = System.nanoTime() - BOUNDS_NANOS;
    while (!launch.waitFor(LOOK_MILLIS)) {
      bundles.look();
      if (settings.role() == Role.WORKER && System.nanoTime() - asked >= BOUNDS_NANOS) {
        asked = System.nanoTime();
        new CondorAdmin(folders, inside)
            .ofCollector(settings.manager(), GroupBounds.ATTRIBUTE)
            .ifPresent(said -> bounds.told(own, said));
      }
      Optional<String> now = OwnAddress.of(settings);
      if (now.isPresent() && !now.get().equals(own)) {
        LOG.log(System.Logger.Level.INFO, "this machine's address is {0} now", now.get());
        launch.stop();
        return;
      }
    }
    if (!keeper.isClosed()) {
      String last = PoolFolders.text(folders.root().resolve("output.log")).strip();
      keeper.off(
          "condor_master ended"
              + (last.isEmpty() ? "" : ": " + last.substring(Math.max(0, last.length() - 200)))
              + "; next try soon");
    }
  }

  Map<String, Object> state() throws IOException {
    lock.lock();
    try {
      CondorLaunch launch = running;
      String why = keeper.why();
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("role", settings.role().word());
      state.put("running", launch != null && launch.isAlive() && why.isEmpty());
      state.put("why", why);
      state.put("address", address);
      state.put("manager", settings.manager());
      state.put("port", settings.port());
      state.put("cpus", settings.cpus());
      Path inside = root;
      if (inside != null && why.isEmpty() && layout.submits(settings)) {
        state.put("submit", CondorClient.open(folders, data, inside, address));
        state.put("watched", Watched.of(folders).all());
        folders.full().ifPresent(full -> state.put("full", full));
      }
      if (settings.role() == Role.MANAGER) {
        state.put(
            "neighbours",
            Neighbours.of(folders).all().stream().map(Neighbours.Neighbour::address).toList());
        state.put("machines", Standings.of(folders).all());
        state.put("policies", GroupBounds.of(folders).revision());
      }
      return state;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    keeper.close();
    stop();
  }
}
