package org.gridappliance.portal.ca;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.ca.CaException;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.people.PersonOperation;

/** The operations on {@link Rules}; who calls has checked that the caller is a CA administrator. */
final class RuleOperations {
  private final PoolCa ca;
  private final Link link;

  /** The link that machines enrol with. */
  @FunctionalInterface
  interface Link {
    String get() throws CaException;
  }

  RuleOperations(PoolCa ca, Link link) {
    this.ca = ca;
    this.link = link;
  }

  Response list() {
    List<Map<String, Object>> all = new ArrayList<>();
    ca.queue().rules().list().forEach(rule -> all.add(show(rule)));
    return Response.ok(Map.of("rules", all));
  }

  Response make(PersonOperation.Exchange exchange, String by) throws CaException {
    if (!ca.isMade()) {
      throw new CaException(
          CaException.Kind.CONFLICT, "there is no authority yet; make it before its rules");
    }
    JsonNode body = exchange.request().body();
    Rules.Made made =
        ca.queue()
            .rules()
            .make(
                new Rules.Wanted(
                    exchange.required("name"),
                    body.path("token").asBoolean(),
                    exchange.required("network"),
                    body.path("days").asInt(PoolCa.DAYS),
                    body.path("most").asInt(),
                    body.path("daily").asInt(),
                    instant(exchange.required("until"))),
                by,
                exchange.request().remoteAddress());
    Map<String, Object> shown = show(made.rule());
    if (made.token().isPresent()) {
      shown.put("joinToken", made.token().get());
      shown.put("link", link.get() + "&token=" + made.token().get());
    }
    return new Response(201, shown, Map.of());
  }

  private static Instant instant(String text) throws CaException {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw CaException.invalid("until=" + text + ": want a time such as 2030-01-31T12:00:00Z");
    }
  }

  Response approve(PersonOperation.Exchange exchange, String by) {
    return Response.ok(
        show(
            ca.queue()
                .rules()
                .approve(
                    exchange.request().pathLong("rule"), by, exchange.request().remoteAddress())));
  }

  Response end(PersonOperation.Exchange exchange, String by) {
    ca.queue()
        .rules()
        .end(exchange.request().pathLong("rule"), by, exchange.request().remoteAddress());
    return Response.noContent();
  }

  private Map<String, Object> show(Rules.Rule rule) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("id", rule.id());
    shown.put("name", rule.name());
    shown.put("token", rule.token());
    shown.put("network", rule.network());
    shown.put("days", rule.days());
    shown.put("most", rule.most());
    shown.put("daily", rule.daily());
    shown.put("until", rule.until());
    shown.put("madeBy", rule.madeBy());
    shown.put("madeAt", rule.madeAt());
    shown.put("used", rule.used());
    shown.put("today", rule.today());
    shown.put("approvedBy", ca.queue().rules().approvers(rule.id()));
    return shown;
  }
}
