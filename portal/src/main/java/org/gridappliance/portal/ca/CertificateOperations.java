package org.gridappliance.portal.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.Fingerprint;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.agent.AgentClient;
import org.gridappliance.portal.ca.CertificateStore.Asked;
import org.gridappliance.portal.ca.CertificateStore.Made;
import org.gridappliance.portal.people.PersonOperation;
import org.gridappliance.portal.people.Principal;
import org.gridappliance.portal.people.Role;
import org.gridappliance.portal.people.Scope;

/** The operations of the page "Certificates"; all but one for CA administrators. */
public final class CertificateOperations {
  private static final int SHOWN = 200;
  private static final int MOST_NODES = 4096;

  private final PoolCa ca;
  private final AgentClient agent;
  private final Clock clock;
  private final UnaryOperator<String> link;
  private final RuleOperations rules;

  /**
   * @param link the address that machines use, with {@code #pool=} and the fingerprint that it is
   *     given
   */
  public CertificateOperations(
      PoolCa ca, AgentClient agent, Clock clock, UnaryOperator<String> link) {
    this.link = link;
    this.ca = ca;
    this.rules = new RuleOperations(ca, this::link);
    this.agent = agent;
    this.clock = clock;
  }

  /** Does one thing with the authority. */
  @FunctionalInterface
  private interface Deed {
    Response run(PersonOperation.Exchange exchange, String by) throws CaException;
  }

  /** {@return the operations by operationId} */
  public Map<String, PersonOperation> all() {
    Map<String, PersonOperation> all = new LinkedHashMap<>();
    all.put("getPoolAuthority", this::authority);
    all.put("getCa", admin((exchange, by) -> Response.ok(state())));
    all.put("makeCa", admin(this::make));
    all.put("unlockCa", admin(this::unlock));
    all.put("lockCa", admin(this::lock));
    all.put("listCertificateRequests", admin(this::requests));
    all.put("approveCertificateRequest", admin(this::approve));
    all.put("denyCertificateRequest", admin(this::deny));
    all.put("listCertificateRules", admin((exchange, by) -> rules.list()));
    all.put("makeCertificateRule", admin(rules::make));
    all.put("approveCertificateRule", admin(rules::approve));
    all.put("endCertificateRule", admin(rules::end));
    all.put("listCertificates", admin(this::certificates));
    all.put("revokeCertificate", admin(this::revoke));
    return all;
  }

  private String link() throws CaException {
    byte[] der = Base64.getDecoder().decode(ca.state().path("certificate").asText());
    return link.apply(Fingerprint.hex(der));
  }

  /** Whether somebody decides about certificates. */
  public static boolean decides(Principal who) {
    boolean may = who.roles().contains(Role.CA_ADMIN) || who.roles().contains(Role.ADMINISTRATOR);
    return may && who.scopes().contains(Scope.ADMIN);
  }

  private static PersonOperation admin(Deed deed) {
    return exchange -> {
      Principal who = exchange.require();
      if (!decides(who)) {
        throw Problem.forbidden("certificates are for CA administrators");
      }
      try {
        return deed.run(exchange, who.name());
      } catch (CaException e) {
        throw problem(e);
      }
    };
  }

  static Problem problem(CaException e) {
    String why = String.valueOf(e.getMessage());
    return switch (e.kind()) {
      case INVALID -> new Problem(422, "Not valid", why);
      case CONFLICT -> Problem.conflict(why);
      case LOCKED -> new Problem(423, "Locked", why);
      case BROKEN -> new Problem(503, "Authority not there", why);
    };
  }

  /** What every machine may know: whom to trust, and whom to meet. */
  private Response authority(PersonOperation.Exchange exchange) {
    try {
      ObjectNode state = ca.state();
      if (!state.path("made").asBoolean()) {
        throw Problem.notFound("a certificate authority");
      }
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("name", state.path("name"));
      shown.put("network", state.path("network"));
      shown.put("certificate", state.path("certificate"));
      shown.put("listCertificate", state.path("listCertificate"));
      shown.put("nodes", ca.store().livingNodes(MOST_NODES));
      return Response.ok(shown);
    } catch (CaException e) {
      throw problem(e);
    }
  }

  private Map<String, Object> state() throws CaException {
    ObjectNode state = ca.state();
    Map<String, Object> shown = new LinkedHashMap<>();
    boolean made = state.path("made").asBoolean();
    shown.put("made", made);
    shown.put("waiting", ca.queue().waiting());
    shown.put("approvals", ca.queue().approvals());
    if (made) {
      for (String field :
          List.of("locked", "name", "algorithm", "network", "until", "issued", "lines", "head")) {
        shown.put(field, state.path(field));
      }
      byte[] der = Base64.getDecoder().decode(state.path("certificate").asText());
      shown.put("fingerprint", Fingerprint.hex(der));
      shown.put("words", Fingerprint.words(der));
      shown.put("link", link.apply(Fingerprint.hex(der)));
    }
    return shown;
  }

  private Response make(PersonOperation.Exchange exchange, String by) throws CaException {
    JsonNode body = exchange.request().body();
    ca.make(
        exchange.required("name"),
        exchange.required("algorithm"),
        body.path("years").asInt(),
        exchange.required("passphrase"),
        by,
        exchange.request().remoteAddress());
    return new Response(201, state(), Map.of());
  }

  private Response unlock(PersonOperation.Exchange exchange, String by) throws CaException {
    ca.unlock(exchange.required("passphrase"), by, exchange.request().remoteAddress());
    return Response.ok(state());
  }

  private Response lock(PersonOperation.Exchange exchange, String by) throws CaException {
    ca.lock(by, exchange.request().remoteAddress());
    return Response.ok(state());
  }

  private Response requests(PersonOperation.Exchange exchange, String by) throws CaException {
    if (ca.isMade()) {
      ca.follow();
    }
    JsonNode overlay = overlay();
    List<Map<String, Object>> waiting = new ArrayList<>();
    for (Asked asked : ca.store().requests(true, SHOWN)) {
      waiting.add(show(asked, overlay));
    }
    List<Map<String, Object>> decided = new ArrayList<>();
    for (Asked asked : ca.store().requests(false, 20)) {
      decided.add(show(asked, MissingNode.getInstance()));
    }
    return Response.ok(Map.of("waiting", waiting, "decided", decided));
  }

  /** {@return what this machine's overlay node sees; missing where there is none} */
  private JsonNode overlay() {
    try {
      return agent.ask("GET", "/overlay", null).path("node");
    } catch (Problem e) { // no agent, or one without an overlay: then nothing is known of holders
      return MissingNode.getInstance();
    }
  }

  private Map<String, Object> show(Asked asked, JsonNode overlay) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("id", asked.id());
    shown.put("name", asked.name());
    shown.put("contact", asked.contact());
    shown.put("strength", asked.strength());
    shown.put("fingerprint", asked.fingerprint());
    shown.put("words", asked.words());
    shown.put("remote", asked.remote());
    shown.put("proven", asked.proven());
    shown.put("askedAt", asked.askedAt());
    shown.put("seenAt", asked.seenAt());
    shown.put("state", asked.state());
    shown.put("note", asked.note());
    shown.put("decidedBy", asked.decidedBy());
    shown.put("decidedAt", asked.decidedAt());
    shown.put("serial", asked.serial());
    shown.put("approvals", ca.store().approvals(asked.id()));
    holder(asked.name(), overlay).forEach(shown::put);
    Instant now = clock.instant();
    List<Map<String, Object>> earlier = new ArrayList<>();
    for (Made made : ca.store().ofName(asked.name())) {
      if (!made.serial().equals(asked.serial())) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("serial", made.serial());
        one.put("sameKey", made.fingerprint().equals(asked.fingerprint()));
        one.put("lives", made.lives(now));
        one.put("issuedAt", made.issuedAt());
        earlier.add(one);
      }
    }
    shown.put("earlier", earlier);
    return shown;
  }

  private static Map<String, String> holder(String address, JsonNode overlay) {
    for (JsonNode own : overlay.path("addresses")) {
      if (own.asText().equals(address)) {
        return Map.of("holder", "self");
      }
    }
    for (JsonNode peer : overlay.path("peers")) {
      for (JsonNode one : peer.path("addresses")) {
        if (one.asText().equals(address)) {
          return Map.of(
              "holder",
              "peer",
              "holderKey",
              peer.path("key").asText(),
              "holderPath",
              peer.path("path").asText());
        }
      }
    }
    return Map.of("holder", "unknown");
  }

  private Response approve(PersonOperation.Exchange exchange, String by) throws CaException {
    JsonNode body = exchange.request().body();
    List<String> replace = new ArrayList<>();
    body.path("replace").forEach(serial -> replace.add(serial.asText()));
    RequestQueue.Approved approved =
        ca.queue()
            .approve(
                exchange.request().pathLong("request"),
                exchange.text("note").orElse(""),
                replace,
                body.path("days").asInt(PoolCa.DAYS),
                by,
                exchange.request().remoteAddress());
    return switch (approved) {
      case RequestQueue.Approved.Signed signed -> Response.ok(show(signed.certificate()));
      case RequestQueue.Approved.Further further ->
          new Response(
              202,
              Map.of("approvals", further.approvals(), "wanted", ca.queue().approvals()),
              Map.of());
    };
  }

  private Response deny(PersonOperation.Exchange exchange, String by) {
    ca.queue()
        .deny(
            exchange.request().pathLong("request"),
            exchange.text("note").orElse(""),
            by,
            exchange.request().remoteAddress());
    return Response.noContent();
  }

  private Response certificates(PersonOperation.Exchange exchange, String by) throws CaException {
    if (ca.isMade()) {
      ca.follow();
    }
    List<Map<String, Object>> all = new ArrayList<>();
    int limit = (int) exchange.request().queryLong("limit", SHOWN);
    String text = exchange.request().query("q").orElse("").strip().toLowerCase(Locale.ROOT);
    ca.store().certificates(text, limit).forEach(made -> all.add(show(made)));
    return Response.ok(Map.of("certificates", all, "count", ca.store().count(text)));
  }

  private static Map<String, Object> show(Made made) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("serial", made.serial());
    shown.put("profile", made.profile());
    shown.put("name", made.name());
    shown.put("fingerprint", made.fingerprint());
    shown.put("issuedAt", made.issuedAt());
    shown.put("until", made.until());
    shown.put("issuedBy", made.issuedBy());
    shown.put("revokedAt", made.revokedAt());
    shown.put("revokedBy", made.revokedBy());
    shown.put("reason", made.reason());
    return shown;
  }

  private Response revoke(PersonOperation.Exchange exchange, String by) throws CaException {
    return Response.ok(
        show(
            ca.revoke(
                exchange.request().path("serial"),
                exchange.request().body().path("reason").asInt(),
                by,
                exchange.request().remoteAddress())));
  }
}
