package org.gridappliance.portal;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.gridappliance.ca.signer.SignerProcess;
import org.gridappliance.jobs.JobApi;
import org.gridappliance.jobs.JobSettings;
import org.gridappliance.jobs.NetworkPolicy;
import org.gridappliance.jobs.SealPolicy;
import org.gridappliance.jobs.job.StorageException;
import org.gridappliance.portal.agent.AgentClient;
import org.gridappliance.portal.agent.AgentCondor;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.bundles.AppBundles;
import org.gridappliance.portal.ca.PoolCa;
import org.gridappliance.portal.country.Whereabouts;
import org.gridappliance.portal.desktops.DesktopOperations;
import org.gridappliance.portal.desktops.JobDesktops;
import org.gridappliance.portal.desktops.Relays;
import org.gridappliance.portal.files.DavRoutes;
import org.gridappliance.portal.files.Homes;
import org.gridappliance.portal.files.JobHomes;
import org.gridappliance.portal.files.Walls;
import org.gridappliance.portal.http.Contract;
import org.gridappliance.portal.live.HealthRoutes;
import org.gridappliance.portal.notify.Notifications;
import org.gridappliance.portal.people.People;
import org.gridappliance.portal.samba.Samba;
import org.gridappliance.portal.security.HostNames;
import org.gridappliance.portal.settings.Settings;
import org.gridappliance.portal.settings.SettingsException;
import org.gridappliance.portal.shares.Shares;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.portal.store.Database;
import org.gridappliance.portal.store.Disk;
import org.gridappliance.portal.store.StoreException;
import org.gridappliance.portal.tls.Certificates;
import org.gridappliance.portal.tls.LocalCa;
import org.gridappliance.vnc.VncProxy;
import org.gridappliance.webdav.Storage;
import org.gridappliance.webdav.history.Retention;
import org.gridappliance.webdav.lock.ForeignLocks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running portal. Started in this order: data folder → database → people → jobs → HTTP → what can
 * wait until it listens. Closed in the opposite one.
 */
public final class PortalServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PortalServer.class);

  private static final int IDLE_SECONDS = 90;
  private static final long LOOK_MILLIS = 2_000;
  private static final int LOOKS = 3;
  private static final long EXPIRE_MILLIS = 3_600_000;
  private static final long END_MILLIS = 30_000;

  /** How often viewers of desktops are asked for by whose leave they look. */
  private static final long LEAVE_MILLIS = 5_000;

  /** Homes that nobody uses are looked through too, but not while the portal starts. */
  private static final long FIRST_SWEEP_MILLIS = 600_000;

  private static final long ROUNDS_MILLIS = 60_000;
  private static final long SWEEP_MILLIS = 24 * 3_600_000L;
  private static final Duration LOCAL_JOIN = Duration.ofDays(30);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Settings settings;
  private final ExecutorService virtualThreads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("request-", 0).factory());
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger silent = new AtomicInteger();
  private volatile boolean lost;
  private URI address = URI.create("http://localhost");

  private PortalServer(Settings settings) {
    this.settings = settings;
  }

  /**
   * Starts a portal; returns when it listens.
   *
   * @throws StoreException when data folder or database cannot be used
   * @throws SettingsException when something it was told cannot be done
   */
  public static PortalServer start(Settings settings) throws StoreException, SettingsException {
    PortalServer server = new PortalServer(settings);
    try {
      server.open(Clock.systemUTC(), System.getenv("APPLIANCE_ADMIN"));
      return server;
    } catch (IOException e) {
      server.close();
      throw new StoreException(settings.data() + " cannot be used: " + e);
    } catch (StoreException | SettingsException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void open(Clock clock, @Nullable String administrator)
      throws StoreException, SettingsException, IOException {
    CompletableFuture<Contract> contract = new CompletableFuture<>();
    DataFolder data = keep(DataFolder.open(settings.data()));
    Database database = keep(Database.open(data));
    Disk disk = new Disk(data.path(), settings.reserveBytes());
    AuditLog audit = new AuditLog(database.jdbi(), clock);
    People people = new People(database.jdbi(), clock, settings, audit, Version.text());
    people.setup().fromEnvironment(administrator);

    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setPreferNativeTransport(true)
                .setFileSystemOptions( // not in /tmp, where a killed portal would leave it
                    new FileSystemOptions().setFileCacheDir(data.resolve("tmp/vertx").toString()))
                .setEventLoopPoolSize(Math.max(2, Runtime.getRuntime().availableProcessors())));
    keep(() -> vertx.close().await(10, TimeUnit.SECONDS));
    InetAddress listen = InetAddress.getByName(settings.listen());
    HostNames names = new HostNames(settings, listen);
    boolean tls = !listen.isLoopbackAddress();
    Optional<Certificates> certificates =
        tls
            ? Optional.of(
                new Certificates(
                    new LocalCa(data.resolve("keys"), clock),
                    names.all(),
                    data.resolve("run/ca.pem")))
            : Optional.empty();
    Samba samba =
        keep(
            new Samba(
                new AgentClient(data.resolve("run/agent.sock")),
                people::owner,
                people::activeNames,
                data::home,
                clock));
    Homes homes = openHomes(data, database, disk, clock, samba.locks());
    JobApi jobs = keep(startJobs(data, database, new JobHomes(homes, people), audit, clock));
    HealthRoutes health = keep(new HealthRoutes(() -> trouble(database, disk), virtualThreads));
    FilesParts files =
        new FilesParts(
            database.jdbi(),
            clock,
            homes,
            people,
            audit,
            data.resolve("incoming"),
            settings.maxFileBytes(),
            disk::requireRoom,
            virtualThreads);
    DavRoutes dav =
        keep(
            new DavRoutes(
                people,
                homes,
                person -> files.places().sharedWith(person),
                (method, status, nanos) -> health.answered("dav " + method, status, nanos)));
    PoolCa ca =
        keep(
            new PoolCa(
                database.jdbi(),
                clock,
                audit,
                new SignerProcess(data.resolve("ca")),
                settings.approvals()));
    Notifications notifications =
        keep(
            new Notifications(
                vertx,
                database.jdbi(),
                jobs.ends(),
                settings,
                audit,
                clock,
                () -> names.reachable(address)));
    PortalRoutes routes =
        new PortalRoutes(
            settings,
            data,
            people,
            disk,
            jobs,
            health,
            homes,
            dav,
            files,
            samba,
            ca,
            notifications,
            virtualThreads,
            this::address);
    Relays relays = new Relays(vertx);
    DesktopOperations desktops =
        new DesktopOperations(
            data.resolve("run/agent.sock"),
            relays,
            keep(new JobDesktops(vertx, data.resolve("run/looks"), jobs)),
            database.jdbi(),
            clock,
            audit,
            settings.terminals(),
            settings.desktopIdle(),
            settings.desktopLife());
    PortalRoutes.Built built =
        routes.build(vertx, names, certificates, audit, contract, relays, desktops);

    HttpServer http = listen(vertx, built.router(), certificates);
    keep(() -> http.close().await(5, TimeUnit.SECONDS));
    address = uri(tls, listen, http.actualPort());
    people.setup().offerLink(address);
    OwnerDoor _ =
        keep(
            OwnerDoor.open(
                data.resolve("run/owner.sock"),
                Map.of(
                    "admin-link", () -> people.setup().freshLink(address),
                    "snapshot", () -> database.snapshot(data.resolve("tmp")).toString())));
    DataFolder.writeSecret(data.resolve("run/address"), address + "\n");
    log.info("portal listens address={} elapsedMs={}", address, uptimeMillis());
    contract.completeAsync(Contract::load, virtualThreads); // requests wait for it; health does not
    certificates.ifPresent(c -> c.renewDaily(vertx, http, virtualThreads));
    offerLocalJoin(data, jobs, certificates);
    vertx.setPeriodic(0, EXPIRE_MILLIS, timer -> virtualThreads.execute(files::expireUploads));
    vertx.setPeriodic(
        LEAVE_MILLIS,
        timer -> virtualThreads.execute(() -> desktops.cutUnwelcome(people::isActive)));
    if (desktops.hasEnds()) {
      vertx.setPeriodic(END_MILLIS, timer -> virtualThreads.execute(desktops::endDue));
    }
    vertx.setPeriodic(
        FIRST_SWEEP_MILLIS, SWEEP_MILLIS, timer -> virtualThreads.execute(homes::sweep));
    vertx.setPeriodic(
        FIRST_SWEEP_MILLIS, SWEEP_MILLIS, timer -> virtualThreads.execute(jobs::sweep));
    vertx.setPeriodic(ROUNDS_MILLIS, timer -> virtualThreads.execute(homes::look));
    virtualThreads.execute(homes.storage()::tellLocks);
    samba.start();
    notifications.start();
    virtualThreads.execute(ca::takeUp);
    vertx.setPeriodic(LOOK_MILLIS, timer -> virtualThreads.execute(() -> look(database, disk)));
    built.contract().join();
    health.bindJvm();
    routes.jobMetrics().bindTo(health.metrics());
    relays.bindTo(health.metrics());
  }

  private Homes openHomes(
      DataFolder data, Database database, Disk disk, Clock clock, ForeignLocks foreign)
      throws StoreException {
    Retention retention =
        new Retention(
            settings.kept().days(), settings.kept().versions(), settings.kept().percent());
    try {
      return new Homes(
          data,
          new Storage(
              new Storage.Options(true, settings.maxFileBytes(), retention, disk::spareBytes),
              database.source(),
              clock,
              foreign,
              new Shares(database.jdbi(), clock)),
          settings.kept().quotaBytes(),
          new Walls(
              new AgentClient(data.resolve("run/agent.sock")),
              virtualThreads,
              settings.kept().quotaBytes(),
              retention.share(settings.kept().quotaBytes()) / 2));
    } catch (IllegalStateException e) {
      throw new StoreException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * H2 closes its file after a failed write and does not open it again: only a restart helps, and
   * only once there is room. Until then every request is told that the disk is full.
   */
  private void look(Database database, Disk disk) {
    int times = database.answers() || disk.spareBytes() == 0 ? 0 : silent.incrementAndGet();
    silent.set(times);
    if (times == LOOKS) {
      log.error("database lost reason=\"no answer {} times\"", times);
      lost = true;
      ended.countDown();
    }
  }

  private JobApi startJobs(
      DataFolder data, Database database, JobHomes homes, AuditLog audit, Clock clock)
      throws StoreException {
    List<Path> folders = new ArrayList<>();
    folders.addAll(settings.apps().reversed());
    folders.add(data.resolve("apps")); // the later folder wins
    AgentClient agent = new AgentClient(data.resolve("run/agent.sock"));
    try {
      return JobApi.start(
          JobSettings.of(data.path(), folders)
              .withBundles(new AppBundles(data.path(), NetworkPolicy.of(settings.network())))
              .withSeal(SealPolicy.of(settings.seal()))
              .withNetwork(NetworkPolicy.of(settings.network()))
              .withCountries(
                  Whereabouts.open(settings.countries(), () -> agent.ask("GET", "/overlay", null)))
              .withCoresPerPerson(settings.coresPerPerson()),
          database.source(),
          homes,
          clock,
          (actor, action, object, remote) -> audit.append(actor, action, object, null, remote),
          new AgentCondor(agent));
    } catch (StorageException | IOException e) {
      throw new StoreException("jobs cannot be taken up: " + e.getMessage());
    }
  }

  /**
   * Lays down a one-use token with which this machine's own executor joins, unless it has. Its key
   * is worth nothing to a database that knows no executor, as after starting anew.
   */
  private static void offerLocalJoin(
      DataFolder data, JobApi jobs, Optional<Certificates> certificates) throws IOException {
    if (!Files.exists(data.resolve("keys/executor.json")) || !jobs.hasNodes()) {
      String pin = certificates.map(c -> "&ca=" + c.authorityDigest()).orElse("");
      DataFolder.writeSecret(
          data.resolve("run/local-join"), jobs.newJoinToken(LOCAL_JOIN) + pin + "\n");
    }
  }

  private HttpServer listen(Vertx vertx, Router router, Optional<Certificates> certificates)
      throws SettingsException {
    try {
      HttpServerOptions options = options();
      certificates.ifPresent(
          c ->
              options
                  .setSsl(true)
                  .setUseAlpn(true)
                  .setKeyCertOptions(c.options().getKeyCertOptions())
                  .setEnabledSecureTransportProtocols(Certificates.PROTOCOLS));
      return vertx
          .createHttpServer(options)
          .requestHandler(router)
          .listen(settings.port(), settings.listen())
          .await();
    } catch (Exception e) { // await rethrows the checked BindException as it is
      throw new SettingsException(
          "port="
              + settings.port()
              + " on "
              + settings.listen()
              + " cannot be used: "
              + e.getMessage()
              + "; choose another --port or --listen");
    }
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        .setIdleTimeout(IDLE_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS)
        .setMaxHeaderSize(16 * 1024)
        .setMaxInitialLineLength(16 * 1024)
        .setDecompressionSupported(false)
        .setHttp2ClearTextEnabled(false)
        .setWebSocketSubProtocols(List.of(VncProxy.SUBPROTOCOL))
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setWebSocketClosingTimeout(1)
        .setMaxWebSocketFrameSize(1 << 20)
        .setMaxWebSocketMessageSize(4 << 20)
        .setMaxChunkSize(64 << 10) // a body in fewer and larger pieces
        .setHandle100ContinueAutomatically(true);
  }

  private static Optional<String> trouble(Database database, Disk disk) {
    if (disk.spareBytes() == 0) {
      return Optional.of("the disk of the data folder is nearly full; delete jobs or files");
    }
    return database.answers()
        ? Optional.empty()
        : Optional.of("the database does not answer; the portal starts anew in a few seconds");
  }

  /** The address for browsers; when it listens on all, this machine's own names it. */
  private URI uri(boolean tls, InetAddress listen, int port) {
    String host =
        listen.isAnyLocalAddress()
            ? settings.names().stream().findFirst().orElse("localhost")
            : listen.getHostAddress();
    String name = host.contains(":") ? "[" + host + "]" : host;
    return URI.create((tls ? "https://" : "http://") + name + ":" + port);
  }

  private static long uptimeMillis() {
    return System.currentTimeMillis()
        - ProcessHandle.current()
            .info()
            .startInstant()
            .orElseGet(java.time.Instant::now)
            .toEpochMilli();
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /** {@return the address at which it listens, as {@code http://127.0.0.1:8443}} */
  public URI address() {
    return address;
  }

  /**
   * Waits until it was closed or its database is lost.
   *
   * @return whether the database was lost
   */
  public boolean awaitEnd() throws InterruptedException {
    ended.await();
    return lost;
  }

  /** Stops listening, then closes what was opened, the last first. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) { // AutoCloseable allows any; the other parts must still be closed
        log.error("part not closed", e);
      }
    }
    virtualThreads.shutdownNow();
    ended.countDown();
  }
}
