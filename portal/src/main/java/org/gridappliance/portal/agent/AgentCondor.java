package org.gridappliance.portal.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.condor.CondorDoor;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.lease.GroupPolicies;
import org.gridappliance.jobs.pool.Place;
import org.gridappliance.jobs.pool.Standing;

/** HTCondor as this machine's agent runs it. Asked for each time; thread-safe. */
public final class AgentCondor implements CondorDoor {
  private final AgentClient agent;

  public AgentCondor(AgentClient agent) {
    this.agent = agent;
  }

  @Override
  public Looked look() {
    JsonNode state;
    try {
      state = agent.ask("GET", "/pool", null);
    } catch (Problem e) {
      return new Looked(null, String.valueOf(e.getMessage()));
    }
    JsonNode submit = state.path("submit");
    if (!submit.isObject()) {
      String role = state.path("role").asText("off");
      if (role.equals("off")) {
        return NONE.look();
      }
      String why = state.path("why").asText("");
      return new Looked(
          null,
          why.isEmpty()
              ? "this machine is a " + role + "; jobs are submitted on the pool's manager"
              : "HTCondor does not run: " + why);
    }
    List<String> command = new ArrayList<>();
    submit.path("command").forEach(word -> command.add(word.asText()));
    return new Looked(
        new Access(
            command,
            submit.path("schedd").asText(),
            submit.path("jobs").asText(),
            Path.of(submit.path("events").asText())),
        state.path("full").asText(""),
        standings(state.path("machines")),
        watched(state.path("watched")),
        state.path("policies").isTextual() ? state.path("policies").asText() : null);
  }

  private static Map<String, Standing> standings(JsonNode machines) {
    Map<String, Standing> all = new HashMap<>();
    machines
        .properties()
        .forEach(
            one ->
                Standing.of(one.getValue().asText())
                    .ifPresent(standing -> all.put(one.getKey(), standing)));
    return all;
  }

  private static List<OtherPool> watched(JsonNode pools) {
    List<OtherPool> all = new ArrayList<>();
    for (JsonNode one : pools) {
      JsonNode place = one.path("place");
      all.add(
          new OtherPool(
              one.path("address").asText(),
              one.path("name").asText(),
              place.isObject()
                  ? new Place(
                      place.path("name").asText(),
                      place.path("latitude").asDouble(),
                      place.path("longitude").asDouble())
                  : null,
              one.path("expires").asLong(0)));
    }
    return all;
  }

  @Override
  public void policies(String revision, GroupPolicies policies) {
    agent.ask("PUT", "/pool/policies", Map.of("revision", revision, "policies", policies));
  }

  @Override
  public void stand(String address, Standing standing) {
    agent.ask("PUT", "/pool/machines/" + address, Map.of("standing", standing.word()));
  }
}
