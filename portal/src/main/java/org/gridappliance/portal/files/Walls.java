package org.gridappliance.portal.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.agent.AgentClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the agent hold every home to its quota by the file system's own means, where there are any
 * (decision 0306): once for each home in the life of the portal, since a quota changes with a
 * restart only. Thread-safe; nobody waits for the agent.
 */
public final class Walls {
  private static final Logger log = LoggerFactory.getLogger(Walls.class);

  /** What the agent said about one home; {@code why} is empty where the wall stands. */
  private record State(boolean isAnswered, String why) {}

  private final AgentClient agent;
  private final Executor threads;
  private final long quotaBytes;
  private final long copiesBytes;
  private final ConcurrentMap<String, State> states = new ConcurrentHashMap<>();
  private final Set<String> asking = ConcurrentHashMap.newKeySet();

  /**
   * @param threads where the agent is waited for
   * @param copiesBytes that rounds may hold beyond the quota where they must copy
   */
  public Walls(AgentClient agent, Executor threads, long quotaBytes, long copiesBytes) {
    this.agent = agent;
    this.threads = threads;
    this.quotaBytes = quotaBytes;
    this.copiesBytes = copiesBytes;
  }

  /** Asks for a home's wall unless that was done; returns at once. The home must be there. */
  void want(String account) {
    if (states.get(account) == null
        && states.putIfAbsent(account, new State(false, "it is being asked for")) == null
        && asking.add(account)) {
      threads.execute(() -> ask(account));
    }
  }

  /** Asks once more where no wall stands: the agent was away, or somebody followed its advice. */
  void retry() {
    states.forEach(
        (account, state) -> {
          if (!state.why().isEmpty() && asking.add(account)) {
            threads.execute(() -> ask(account));
          }
        });
  }

  private void ask(String account) {
    State now;
    try {
      JsonNode said =
          agent.ask(
              "PUT",
              "/walls/" + account,
              Map.of("quotaBytes", quotaBytes, "copiesBytes", copiesBytes));
      now = new State(true, said.path("holds").asBoolean() ? "" : said.path("why").asText());
    } catch (Problem e) {
      now = new State(false, String.valueOf(e.getMessage()));
    }
    State before = states.put(account, now);
    asking.remove(account);
    if (now.isAnswered() && !now.equals(before)) {
      log.info("quota home={} held={} reason=\"{}\"", account, now.why().isEmpty(), now.why());
    }
  }

  /**
   * As the contract's StorageWall.
   *
   * @param why by home, where the file system does not hold it
   */
  public record Summary(long quotaBytes, int held, Map<String, String> why) {}

  /** {@return how all homes that were asked for are held} */
  public Summary summary() {
    Map<String, String> why = new LinkedHashMap<>();
    int held = 0;
    for (Map.Entry<String, State> one : new java.util.TreeMap<>(states).entrySet()) {
      if (one.getValue().isAnswered() && one.getValue().why().isEmpty()) {
        held++;
      } else {
        why.put(one.getKey(), one.getValue().why());
      }
    }
    return new Summary(quotaBytes, held, why);
  }
}
