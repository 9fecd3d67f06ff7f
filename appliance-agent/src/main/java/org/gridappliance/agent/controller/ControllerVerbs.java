package org.gridappliance.agent.controller;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sharing;

/** The controller at the agent's socket: see it, set it, have quiet for a while. */
public final class ControllerVerbs {
  private static final int LONGEST_SNOOZE_MINUTES = 7 * 24 * 60;

  private final Controller controller;

  public ControllerVerbs(Controller controller) {
    this.controller = controller;
  }

  /** {@return the verbs by method and path} */
  public Map<String, Verb> all() {
    return Map.of(
        "GET /sharing", call -> Verb.Reply.ok(state()),
        "PUT /sharing", this::set,
        "POST /sharing/snooze", this::snooze);
  }

  private Map<String, Object> state() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("sharing", controller.sharing());
    all.put("group", controller.group());
    controller.bounds().ifPresent(policy -> all.put("bounds", policy));
    controller
        .state()
        .ifPresent(
            now -> {
              all.put("paused", now.paused());
              all.put("pausedSeconds", now.pausedSeconds());
              all.put("percent", now.percent());
              all.put("idleSeconds", now.idleSeconds());
              all.put("idleSource", now.idleSource());
              all.put("foreignCpuPercent", now.foreignCpuPercent());
              all.put("memoryPressure", now.memoryPressure());
              all.put("onBattery", now.onBattery());
            });
    all.put("snoozeSeconds", controller.quiet().toSeconds());
    return all;
  }

  private Verb.Reply set(Verb.Call call) throws IOException {
    try {
      controller.set(LeaseProtocol.json().treeToValue(call.body(), Sharing.class));
    } catch (Sharing.Wrong e) {
      throw new Verb.Refused(422, String.valueOf(e.getMessage()));
    } catch (JacksonException e) { // a rule of Sharing's own, or no such form
      Throwable cause = e.getCause();
      throw new Verb.Refused(
          422,
          cause instanceof Sharing.Wrong
              ? String.valueOf(cause.getMessage())
              : "no settings: " + e.getOriginalMessage());
    }
    return Verb.Reply.ok(state());
  }

  private Verb.Reply snooze(Verb.Call call) {
    JsonNode minutes = call.body().path("minutes");
    if (!minutes.isInt() || minutes.asInt() < 0 || minutes.asInt() > LONGEST_SNOOZE_MINUTES) {
      throw new Verb.Refused(
          422, "minutes is " + minutes + "; wanted is 0 to " + LONGEST_SNOOZE_MINUTES);
    }
    controller.snooze(Duration.ofMinutes(minutes.asInt()));
    return Verb.Reply.ok(state());
  }
}
