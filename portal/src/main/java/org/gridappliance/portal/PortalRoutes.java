package org.gridappliance.portal;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.gridappliance.jobs.JobApi;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.agent.AgentClient;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.portal.audit.AuditOperations;
import org.gridappliance.portal.ca.CertificateOperations;
import org.gridappliance.portal.ca.EstRoutes;
import org.gridappliance.portal.ca.OcspRoutes;
import org.gridappliance.portal.ca.PoolCa;
import org.gridappliance.portal.desktops.DesktopOperations;
import org.gridappliance.portal.desktops.Relays;
import org.gridappliance.portal.files.DavRoutes;
import org.gridappliance.portal.files.FileRoutes;
import org.gridappliance.portal.files.Homes;
import org.gridappliance.portal.files.KeepingOperations;
import org.gridappliance.portal.http.Contract;
import org.gridappliance.portal.http.ContractRoutes;
import org.gridappliance.portal.http.OperationRoutes;
import org.gridappliance.portal.http.Problems;
import org.gridappliance.portal.live.Announcements;
import org.gridappliance.portal.live.HealthRoutes;
import org.gridappliance.portal.live.JobMetrics;
import org.gridappliance.portal.notify.Notifications;
import org.gridappliance.portal.overlay.OverlayOperations;
import org.gridappliance.portal.pages.StaticPages;
import org.gridappliance.portal.people.People;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.people.Scope;
import org.gridappliance.portal.pool.CondorOperations;
import org.gridappliance.portal.samba.Samba;
import org.gridappliance.portal.samba.SambaOperations;
import org.gridappliance.portal.security.Gate;
import org.gridappliance.portal.security.HostNames;
import org.gridappliance.portal.settings.Settings;
import org.gridappliance.portal.sharing.SharingOperations;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.portal.store.Disk;
import org.gridappliance.portal.tls.Certificates;

/**
 * All routes of the portal, in the order in which they are asked: site → health → who → jobs'
 * streams and files → homes → operations → pages.
 */
final class PortalRoutes {
  private final Settings settings;
  private final DataFolder data;
  private final People people;
  private final Disk disk;
  private final JobApi jobs;
  private final HealthRoutes health;
  private final Homes homes;
  private final DavRoutes dav;
  private final FilesParts files;
  private final Samba samba;
  private final PoolCa ca;
  private final Notifications notifications;
  private final ExecutorService virtualThreads;
  private final Supplier<URI> address;
  private final Announcements announcements = new Announcements();

  PortalRoutes(
      Settings settings,
      DataFolder data,
      People people,
      Disk disk,
      JobApi jobs,
      HealthRoutes health,
      Homes homes,
      DavRoutes dav,
      FilesParts files,
      Samba samba,
      PoolCa ca,
      Notifications notifications,
      ExecutorService virtualThreads,
      Supplier<URI> address) {
    this.settings = settings;
    this.data = data;
    this.people = people;
    this.disk = disk;
    this.jobs = jobs;
    this.health = health;
    this.homes = homes;
    this.dav = dav;
    this.files = files;
    this.samba = samba;
    this.ca = ca;
    this.notifications = notifications;
    this.virtualThreads = virtualThreads;
    this.address = address;
  }

  /** What waits for the contract, and the router that asks it. */
  record Built(Router router, ContractRoutes contract) {}

  Built build(
      Vertx vertx,
      HostNames names,
      Optional<Certificates> certificates,
      AuditLog audit,
      CompletableFuture<Contract> contract,
      Relays relays,
      DesktopOperations desktops) {
    boolean tls = certificates.isPresent();
    Router router = Router.router(vertx);
    Router api = Router.router(vertx);
    Problems.mount(router);
    Problems.mount(api);
    Gate gate = new Gate(people, names, virtualThreads, tls);

    router.route().handler(gate::checkSite);
    router.get("/healthz").handler(health::healthz);
    router.get("/metrics").handler(gate::identify).handler(health::scrape);
    certificates.ifPresent(c -> router.get("/ca.pem").handler(r -> sendAuthority(r, c)));
    router.route("/api/v1/*").handler(gate::identify);
    relays.mount(router);
    jobs.mountPlainRoutes(router, this::callerOf);
    router.get("/api/v1/events").handler(this::events);
    router.get("/api/v1/desktops/:desktop/picture").handler(routing -> picture(routing, desktops));
    new FileRoutes(homes, virtualThreads).mount(api);
    files.mount(api);
    keeping().mount(api);
    dav.mount(router);
    new EstRoutes(ca, virtualThreads).mount(router);
    new OcspRoutes(ca, virtualThreads).mount(router);
    ContractRoutes contractRoutes =
        new ContractRoutes(api, contract, operations(vertx, audit, names, certificates, desktops));
    contractRoutes.mount(router);
    router.get().handler(new StaticPages(virtualThreads)::handle);
    people.whenAnnounced(announcements::publish);
    ca.queue().whenChanged((n, asks) -> announcements.publishWaiting(n, asks.orElse(null)));
    return new Built(router, contractRoutes);
  }

  /** What the metrics tell of jobs; asked once the portal listens. */
  JobMetrics jobMetrics() {
    return new JobMetrics(jobs.operations());
  }

  private OperationRoutes operations(
      Vertx vertx,
      AuditLog audit,
      HostNames names,
      Optional<Certificates> certificates,
      DesktopOperations desktops) {
    Map<String, Operation> all = new HashMap<>(jobs.operations());
    all.putAll(desktops.all());
    all.computeIfPresent(
        "createJoinToken", (id, tokens) -> new JoinLinks(tokens, address, names, certificates));
    all.putAll(new AuditOperations(audit).all());
    Map<String, PersonOperation> personal = new HashMap<>(people.operations());
    personal.putAll(files.operations());
    personal.putAll(notifications.operations());
    all.putAll(keeping().all());
    all.putAll(new SambaOperations(samba, audit).all());
    AgentClient agent = new AgentClient(data.resolve("run/agent.sock"));
    all.putAll(new SharingOperations(agent, audit).all());
    all.putAll(new OverlayOperations(agent).all());
    personal.putAll(
        new CertificateOperations(
                ca,
                agent,
                Clock.systemUTC(),
                pool -> {
                  String pin = certificates.map(c -> "&ca=" + c.authorityDigest()).orElse("");
                  return names.reachable(address.get()) + "/#pool=" + pool + pin;
                })
            .all());
    all.putAll(new CondorOperations(agent, audit).all());
    return new OperationRoutes(
        personal,
        all,
        new OperationRoutes.Parts(
            vertx,
            virtualThreads,
            principal -> caller(principal, data.home(principal.name())),
            () -> disk.requireRoom(0),
            health::answered,
            settings.dev(),
            certificates.isPresent()));
  }

  private KeepingOperations keeping() {
    return new KeepingOperations(homes, virtualThreads);
  }

  private void events(RoutingContext routing) {
    jobs.events().stream(routing, callerOf(routing));
    boolean decides = Gate.principal(routing).filter(CertificateOperations::decides).isPresent();
    virtualThreads.execute(
        () -> {
          announcements.join(routing.response(), people.announcement());
          if (decides) {
            announcements.joinDeciders(routing.response(), ca.queue().waiting());
          }
        });
  }

  private void picture(RoutingContext routing, DesktopOperations desktops) {
    String person = callerOf(routing).name();
    String id = String.valueOf(routing.pathParam("desktop"));
    var context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          try {
            byte[] png = desktops.picture(person, id);
            context.runOnContext(
                v ->
                    routing
                        .response()
                        .putHeader("Content-Type", "image/png")
                        .putHeader("Cache-Control", "private, max-age=5")
                        .end(Buffer.buffer(png)));
          } catch (RuntimeException e) { // a Problem: the failure handler
            context.runOnContext(v -> routing.fail(e));
          }
        });
  }

  /** Who asks for a stream or a file of a job; does not block. */
  private Caller callerOf(RoutingContext routing) {
    Principal principal =
        Gate.principal(routing)
            .orElseThrow(
                () ->
                    new Problem(
                        401, "Not logged in", "log in, or send Authorization: Bearer <token>"));
    return caller(principal, data.homePath(principal.name()));
  }

  private static Caller caller(Principal principal, Path home) {
    return new Caller(
        principal.name(),
        principal.administrator(),
        principal.poolAdmin(),
        principal.scopes().contains(Scope.JOBS),
        principal.author(),
        home);
  }

  private static void sendAuthority(RoutingContext routing, Certificates certificates) {
    routing
        .response()
        .putHeader("Content-Type", "application/x-x509-ca-cert")
        .putHeader("Content-Disposition", "attachment; filename=\"grid-appliance-ca.pem\"")
        .end(certificates.authority());
  }
}
