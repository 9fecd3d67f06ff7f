package org.gridappliance.portal.desktops;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.agent.AgentClient;
import org.gridappliance.portal.audit.AuditLog;
import org.gridappliance.vnc.Viewer;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations on desktops and terminals. What is somebody else's is not there; a link that its
 * owner made lets others watch or use one. Opening: {@code createDesktop} → agent starts it →
 * {@code createDesktopTicket} → WebSocket with the ticket ({@link Relays}).
 */
public final class DesktopOperations {
  private static final Logger log = LoggerFactory.getLogger(DesktopOperations.class);

  private final AgentClient agent;
  private final Relays relays;
  private final JobDesktops inJobs;
  private final Shares shares;
  private final AuditLog audit;
  private final boolean terminals;
  private final Lives lives;
  private final Thumbnails thumbnails = new Thumbnails();

  /**
   * @param socket the agent's
   * @param inJobs what runs on executors
   * @param terminals whether policy lets people open terminals
   * @param idle after which one that nobody uses ends; zero: never
   * @param life after which any ends; zero: never
   */
  public DesktopOperations(
      Path socket,
      Relays relays,
      JobDesktops inJobs,
      Jdbi jdbi,
      Clock clock,
      AuditLog audit,
      boolean terminals,
      Duration idle,
      Duration life) {
    this.inJobs = inJobs;
    this.agent = new AgentClient(socket);
    this.relays = relays;
    this.shares = new Shares(jdbi, clock);
    this.audit = audit;
    this.terminals = terminals;
    this.lives = new Lives(jdbi, clock, idle, life);
  }

  /** {@return the operations by operationId} */
  public Map<String, Operation> all() {
    return Map.of(
        "listDesktops", this::list,
        "createDesktop", this::create,
        "getDesktop", request -> Response.ok(describe(mine(request))),
        "stopDesktop", this::stop,
        "extendDesktop", this::extend,
        "createDesktopTicket", this::ticket,
        "listDesktopShares", request -> Response.ok(Map.of("shares", sharesOf(mine(request)))),
        "createDesktopShare", this::share,
        "revokeDesktopShare", this::revoke,
        "openSharedDesktop", this::openShared);
  }

  /**
   * {@return a picture of one of a person's desktops, as PNG} Blocks.
   *
   * @throws Problem 404 when it is not his, 409 when it has no picture
   */
  public byte[] picture(String person, String id) {
    AgentDesktop desktop =
        find(id)
            .filter(d -> d.owner().equals(person))
            .orElseThrow(() -> Problem.notFound("the desktop " + id));
    if (desktop.isTerminal()) {
      throw Problem.conflict("a terminal has no picture");
    }
    return thumbnails.of(running(desktop));
  }

  private Response list(Request request) {
    Caller caller = request.requireCaller();
    JsonNode answer = agent.ask("GET", "/desktops", null);
    List<Map<String, Object>> mine = new ArrayList<>();
    for (JsonNode json : answer.path("desktops")) {
      AgentDesktop desktop = AgentDesktop.of(json);
      if (desktop.owner().equals(caller.name())) {
        mine.add(describe(desktop));
      }
    }
    inJobs.of(caller.name()).forEach(desktop -> mine.add(describe(desktop)));
    Map<String, Object> obstacles = new LinkedHashMap<>();
    answer.path("obstacles").properties().forEach(e -> obstacles.put(e.getKey(), e.getValue()));
    if (!terminals) {
      obstacles.put("terminal", "an administrator has switched terminals off");
    }
    return Response.ok(
        Map.of(
            "desktops", mine,
            "obstacles", obstacles,
            "availableBytes", answer.path("availableBytes").asLong()));
  }

  private Response create(Request request) throws IOException {
    Caller caller = request.requireCaller();
    JsonNode body = request.body();
    String kind = body.path("kind").asText("desktop");
    if (kind.equals("terminal") && !terminals) {
      throw Problem.forbidden("an administrator has switched terminals off");
    }
    Map<String, Object> wish = new HashMap<>();
    wish.put("owner", caller.name());
    wish.put("kind", kind);
    wish.put("title", body.path("title").asText(kind.equals("terminal") ? "Terminal" : "Desktop"));
    for (String field : List.of("width", "height", "memoryBytes", "command", "file")) {
      if (body.hasNonNull(field)) {
        wish.put(field, body.get(field));
      }
    }
    AgentDesktop made = AgentDesktop.of(agent.ask("POST", "/desktops", wish));
    audit.append(caller.name(), "desktop.opened", made.id(), made.title(), request.remoteAddress());
    return Response.created("/api/v1/desktops/" + made.id(), describe(made));
  }

  private Response stop(Request request) {
    AgentDesktop desktop = mine(request);
    String who = request.requireCaller().name();
    relays.cut(v -> v.desktop().equals(desktop.id()), "stopped by its owner");
    if (JobDesktops.isId(desktop.id())) {
      inJobs.stop(desktop.id());
    } else {
      agent.ask("DELETE", "/desktops/" + desktop.id(), Map.of());
    }
    shares.forget(desktop.id());
    audit.append(who, "desktop.stopped", desktop.id(), desktop.title(), request.remoteAddress());
    return Response.noContent();
  }

  /**
   * Cuts viewers whose leave has ended meanwhile: their link has expired, or their account is
   * disabled. Blocks; to be called every now and then.
   *
   * @param isActive whether an account may be used, by its name
   */
  public void cutUnwelcome(Predicate<String> isActive) {
    List<Viewer> viewers = relays.viewers();
    for (String user : viewers.stream().map(Viewer::user).distinct().toList()) {
      if (!isActive.test(user)) {
        relays.cut(v -> v.user().equals(user), "this account is disabled; ask an administrator");
      }
    }
    for (String share : viewers.stream().map(Viewer::share).distinct().toList()) {
      if (!share.isEmpty() && !shares.isValid(Long.parseLong(share))) {
        relays.cut(v -> v.share().equals(share), "the link has expired; ask for another");
      }
    }
  }

  /** {@return whether desktops end by themselves here; {@link #endDue} is to be called then} */
  public boolean hasEnds() {
    return lives.isLimited();
  }

  /** Ends those whose time is over. Blocks; to be called every now and then. */
  public void endDue() {
    List<AgentDesktop> running = new ArrayList<>();
    try {
      for (JsonNode json : agent.ask("GET", "/desktops", null).path("desktops")) {
        AgentDesktop desktop = AgentDesktop.of(json);
        if (desktop.isRunning()) {
          running.add(desktop);
        }
      }
      for (AgentDesktop desktop : running) {
        Optional<Lives.End> end = end(desktop);
        if (end.isPresent() && lives.isOver(end.get())) {
          expire(desktop, end.get());
        }
      }
    } catch (Problem e) { // the agent is away for now; the next round finds it
      log.debug("desktops not looked at: {}", e.getMessage());
      return;
    }
    lives.keepOnly(running.stream().map(AgentDesktop::id).toList());
  }

  private void expire(AgentDesktop desktop, Lives.End end) {
    relays.cut(v -> v.desktop().equals(desktop.id()), end.words());
    agent.ask(
        "DELETE",
        "/desktops/" + desktop.id(),
        Map.of(end.why() == Lives.Why.IDLE ? "idleHours" : "lifeHours", end.hours()));
    shares.forget(desktop.id());
    audit.append(AuditLog.NOBODY, "desktop.expired", desktop.id(), end.words(), null);
  }

  private Optional<Lives.End> end(AgentDesktop desktop) {
    if (JobDesktops.isId(desktop.id())) {
      return Optional.empty(); // its job's own limit ends it
    }
    Instant input =
        relays.viewers().stream()
            .filter(viewer -> viewer.desktop().equals(desktop.id()))
            .map(Viewer::lastInput)
            .max(Comparator.naturalOrder())
            .orElse(Instant.EPOCH);
    return lives.end(desktop.id(), Instant.parse(desktop.createdAt()), input);
  }

  private Response extend(Request request) {
    AgentDesktop desktop = running(mine(request));
    if (end(desktop).isEmpty()) {
      throw Problem.conflict("it does not end by itself; there is nothing to put off");
    }
    lives.extend(desktop.id());
    Map<String, Object> now = describe(desktop);
    audit.append(
        desktop.owner(),
        "desktop.extended",
        desktop.id(),
        "to " + now.get("endsAt"),
        request.remoteAddress());
    return Response.ok(now);
  }

  private Response ticket(Request request) {
    AgentDesktop desktop = running(mine(request));
    boolean viewOnly = request.body().path("viewOnly").asBoolean(false);
    if (desktop.isTerminal() && JobDesktops.isId(desktop.id())) {
      if (!terminals) {
        throw Problem.forbidden("an administrator has switched terminals off");
      }
      audit.append(
          desktop.owner(), "job.terminal", desktop.id(), desktop.title(), request.remoteAddress());
    }
    return ticket(desktop, request.requireCaller().name(), viewOnly, "");
  }

  private Response ticket(AgentDesktop desktop, String user, boolean viewOnly, String share) {
    return new Response(
        201,
        Map.of(
            "ticket", relays.ticket(desktop, user, viewOnly, share),
            "path", desktop.isTerminal() ? "/terminal" : "/vnc",
            "title", desktop.title(),
            "kind", desktop.kind(),
            "owner", desktop.owner(),
            "viewOnly", viewOnly),
        Map.of());
  }

  private Response share(Request request) {
    AgentDesktop desktop = running(mine(request));
    if (desktop.isTerminal() && JobDesktops.isId(desktop.id())) {
      throw Problem.forbidden("a terminal in a job is its owner's alone");
    }
    JsonNode body = request.body();
    Shares.Made made =
        shares.make(
            desktop.id(),
            desktop.owner(),
            body.path("name").asText(),
            body.path("control").asBoolean(false),
            Duration.ofHours(body.path("hours").asInt(24)));
    audit.append(
        desktop.owner(),
        "desktop.shared",
        desktop.id(),
        made.share().name() + (made.share().control() ? ", may use it" : ", may watch"),
        request.remoteAddress());
    return Response.created(
        "/api/v1/desktops/" + desktop.id() + "/shares/" + made.share().id(),
        Map.of("id", made.share().id(), "secret", made.secret()));
  }

  private Response revoke(Request request) {
    AgentDesktop desktop = mine(request);
    long id = request.pathLong("share");
    if (!shares.revoke(desktop.id(), id)) {
      throw Problem.notFound("the link " + id);
    }
    relays.cut(v -> v.share().equals(Long.toString(id)), "the owner took the link back");
    audit.append(desktop.owner(), "desktop.unshared", desktop.id(), null, request.remoteAddress());
    return Response.noContent();
  }

  private Response openShared(Request request) {
    Caller caller = request.requireCaller();
    Shares.Share share =
        shares
            .bySecret(request.body().path("secret").asText())
            .orElseThrow(
                () ->
                    new Problem(
                        404,
                        "Not found",
                        "this link was taken back or has expired; ask for another"));
    AgentDesktop desktop = running(find(share.desktop()).orElseThrow(DesktopOperations::stopped));
    audit.append(
        caller.name(), "desktop.joined", desktop.id(), share.name(), request.remoteAddress());
    return ticket(desktop, caller.name(), !share.control(), Long.toString(share.id()));
  }

  private AgentDesktop mine(Request request) {
    String name = request.requireCaller().name();
    String id = request.path("desktop");
    return find(id)
        .filter(d -> d.owner().equals(name))
        .orElseThrow(() -> Problem.notFound("the desktop " + id));
  }

  private Optional<AgentDesktop> find(String id) {
    if (JobDesktops.isId(id)) {
      return inJobs.find(id);
    }
    for (JsonNode json : agent.ask("GET", "/desktops", null).path("desktops")) {
      if (json.path("id").asText().equals(id)) {
        return Optional.of(AgentDesktop.of(json));
      }
    }
    return Optional.empty();
  }

  /** {@return the desktop with its socket} Whose it is was checked before. */
  private AgentDesktop running(AgentDesktop desktop) {
    if (!desktop.isRunning()) {
      String why = String.valueOf(desktop.reason()).replaceFirst("\\.$", "");
      String again = JobDesktops.isId(desktop.id()) ? "" : "; open a new one";
      throw Problem.conflict(desktop.title() + " has ended: " + why + again);
    }
    AgentDesktop open = JobDesktops.isId(desktop.id()) ? inJobs.opened(desktop) : desktop;
    if (open.socket().isEmpty()) {
      throw new Problem(503, "Waiting", String.valueOf(open.reason()));
    }
    return open;
  }

  private static Problem stopped() {
    return Problem.conflict("it was stopped by its owner");
  }

  private List<Map<String, Object>> sharesOf(AgentDesktop desktop) {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Shares.Share share : shares.of(desktop.id())) {
      all.add(
          Map.of(
              "id", share.id(),
              "name", share.name(),
              "control", share.control(),
              "expiresAt", share.expiresAt().toString()));
    }
    return all;
  }

  private Map<String, Object> describe(AgentDesktop desktop) {
    Map<String, Object> d = new LinkedHashMap<>();
    d.put("id", desktop.id());
    d.put("kind", desktop.kind());
    d.put("title", desktop.title());
    d.put("createdAt", desktop.createdAt());
    d.put("memoryBytes", desktop.memoryBytes());
    d.put("memoryLimit", desktop.memoryLimit());
    Optional<Lives.End> end = desktop.isRunning() ? end(desktop) : Optional.empty();
    d.put("endsAt", end.map(e -> e.at().toString()).orElse(null));
    d.put("endsSoon", end.isPresent() && lives.isSoon(end.get()));
    d.put("endedAt", desktop.endedAt());
    d.put("reason", desktop.reason());
    List<Map<String, Object>> viewers = new ArrayList<>();
    for (Viewer viewer : relays.viewers()) {
      if (viewer.desktop().equals(desktop.id())) {
        viewers.add(
            Map.of(
                "user", viewer.user(),
                "viewOnly", viewer.viewOnly(),
                "since", viewer.since().toString()));
      }
    }
    d.put("viewers", viewers);
    d.put("shares", desktop.isRunning() ? sharesOf(desktop) : List.of());
    return d;
  }
}
