package org.gridappliance.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gridappliance.agent.controller.Controller;
import org.gridappliance.agent.controller.Controller.Bounder;
import org.gridappliance.agent.controller.ControllerVerbs;
import org.gridappliance.agent.controller.PoolPolicy;
import org.gridappliance.agent.desktop.DesktopVerbs;
import org.gridappliance.agent.desktop.Desktops;
import org.gridappliance.agent.envelope.Envelopes;
import org.gridappliance.agent.executor.Executor;
import org.gridappliance.agent.executor.Identity;
import org.gridappliance.agent.executor.PortalClient;
import org.gridappliance.agent.ipsec.Ipsec;
import org.gridappliance.agent.overlay.Overlay;
import org.gridappliance.agent.pool.Condor;
import org.gridappliance.agent.samba.Samba;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.agent.verb.Verbs;
import org.gridappliance.agent.wall.HomeWalls;

/** The agent while it runs: envelope, executor and socket. */
final class Agent implements AutoCloseable {
  private static final long RESERVED_BYTES = 512L << 20;

  private final Envelopes envelope;
  private final PortalClient portal;
  private final Executor executor;
  private final Samba samba;
  private final Desktops desktops;
  private final Controller controller;
  private final Condor condor;
  private final Overlay overlay;
  private final Ipsec ipsec;
  private final AgentSocket socket;

  private Agent(
      Envelopes envelope,
      PortalClient portal,
      Executor executor,
      Samba samba,
      Desktops desktops,
      Controller controller,
      Condor condor,
      Overlay overlay,
      Ipsec ipsec,
      AgentSocket socket) {
    this.envelope = envelope;
    this.portal = portal;
    this.executor = executor;
    this.samba = samba;
    this.desktops = desktops;
    this.controller = controller;
    this.condor = condor;
    this.overlay = overlay;
    this.ipsec = ipsec;
    this.socket = socket;
  }

  static Agent open(AgentOptions options) throws IOException, InterruptedException {
    Path folder = options.data().resolve("executor");
    Files.createDirectories(folder);
    Envelopes envelope =
        new Envelopes(folder.resolve("envelope"), options.uidBase(), options.slots());
    envelope
        .fallback()
        .ifPresent(why -> System.getLogger("agent").log(System.Logger.Level.WARNING, why));
    envelope
        .obstacle()
        .ifPresent(why -> System.getLogger("agent").log(System.Logger.Level.WARNING, why));
    Identity identity = new Enrolling(options).identity();
    if (options.link() != null) {
      System.out.printf(
          "%s runs jobs for %s with %d slots. Ctrl-C stops it; the same command goes on later;"
              + " to leave for good, stop it and remove %s.%n",
          options.name(), identity.portal(), options.slots(), options.data());
    }
    PortalClient portal = new PortalClient(identity);
    Executor executor =
        new Executor(
            portal,
            envelope,
            new Executor.Settings(folder, options.slots(), options.cacheBytes(), memoryForJobs()));
    Samba samba = new Samba(options.data());
    Map<String, Verb> verbs = new LinkedHashMap<>(samba.verbs());
    Desktops desktops = new Desktops(options.data(), options.uidBase());
    verbs.putAll(new DesktopVerbs(desktops).all());
    verbs.put("GET /status", call -> Verb.Reply.ok(status(envelope, executor, identity)));
    Condor condor = new Condor(options.data(), options.condorRoot(), options.uidBase());
    Controller controller =
        Controller.open(folder, options.uidBase(), jobs(executor, condor, options));
    verbs.putAll(new ControllerVerbs(controller).all());
    PoolPolicy policy = PoolPolicy.open(folder, controller);
    executor.sharing(policy::report, policy::told);
    condor.bounded((group, bounds) -> controller.bound(Bounder.HTCONDOR, group, bounds));
    verbs.putAll(condor.verbs());
    Overlay overlay = new Overlay(options.data(), options.uidBase());
    verbs.putAll(overlay.verbs());
    Ipsec ipsec = new Ipsec(options.data(), overlay.device(), overlay::address);
    verbs.putAll(ipsec.verbs());
    verbs.putAll(new HomeWalls(options.data()).verbs());
    AgentSocket socket =
        new AgentSocket(
            options.data().resolve("run").resolve("agent.sock"), new Verbs(Map.copyOf(verbs)));
    return new Agent(
        envelope, portal, executor, samba, desktops, controller, condor, overlay, ipsec, socket);
  }

  /** {@return whether the portal no longer knows this executor} */
  boolean isRejected() {
    return executor.isRejected();
  }

  /** {@return whether it works no more and must be started anew} */
  boolean isBroken() {
    return executor.isBroken();
  }

  void start() throws IOException, InterruptedException {
    socket.start();
    samba.start();
    controller.start();
    condor.start();
    overlay.start();
    ipsec.start();
    executor.start();
  }

  private static Controller.Jobs jobs(Executor executor, Condor condor, AgentOptions options) {
    Controller.Jobs inHtcondor = condor.jobs();
    return new Controller.Jobs() {
      @Override
      public void run(int percent) {
        int share = options.slots() * percent; // in percent of a subjob
        executor.run(Math.max(1, share / 100), Math.clamp(share, 1, 100));
        inHtcondor.run(percent);
      }

      @Override
      public void pause(String why) {
        executor.pause("Paused: " + why);
        inHtcondor.pause(why);
      }

      @Override
      public void leave(String why) throws InterruptedException {
        inHtcondor.leave(why);
        executor.leave(why);
      }
    };
  }

  private static Map<String, Object> status(
      Envelopes envelope, Executor executor, Identity identity) {
    Executor.Status now = executor.status();
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("version", version());
    status.put("java", Runtime.version().toString());
    status.put("executor", identity.executor());
    status.put("portal", now.portal());
    status.put("slots", now.slots());
    status.put("running", now.running());
    status.put("queued", now.queued());
    status.put("undelivered", now.undelivered());
    status.put("ready", envelope.obstacle().isEmpty());
    status.put("reason", envelope.obstacle().orElse(""));
    status.put("memoryGuard", envelope.memoryGuard());
    status.put("envelope", envelope.fallback().isEmpty() ? "evm" : "bubblewrap");
    status.put("envelopeReason", envelope.fallback().orElse(""));
    return status;
  }

  /** {@return what is left of this machine's memory for jobs, at least a quarter of it} */
  static long memoryForJobs() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemTotal:")) {
        String kilobytes = line.replaceAll("[^0-9]", "");
        long total = Long.parseLong(kilobytes) * 1024;
        return Math.max(total / 4, total - total / 10 - RESERVED_BYTES);
      }
    }
    throw new IOException("/proc/meminfo has no line MemTotal");
  }

  /** {@return the program's version as built, {@code dev} when run from classes} */
  static String version() {
    String version = Agent.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  @Override
  public void close() {
    socket.close();
    samba.close();
    desktops.close();
    controller.close();
    condor.close();
    ipsec.close();
    overlay.close();
    executor.close();
    portal.close();
    envelope.close();
  }
}
