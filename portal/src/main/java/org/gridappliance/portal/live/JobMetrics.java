package org.gridappliance.portal.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.portal.http.Answers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs by state and the pool as gauges, asked at every scrape through the same operations that the
 * pages use.
 */
public final class JobMetrics {
  private static final Logger log = LoggerFactory.getLogger(JobMetrics.class);
  private static final List<String> STATES =
      List.of("Idle", "Running", "Suspended", "Held", "Completed", "Failed", "Removed");
  private static final List<String> POOL =
      List.of("nodes", "slots", "freeSlots", "idle", "running");
  private static final Caller SCRAPER =
      new Caller("-", true, false, false, Path.of("/nonexistent"));

  private final Map<String, Operation> operations;

  public JobMetrics(Map<String, Operation> operations) {
    this.operations = Map.copyOf(operations);
  }

  /** Adds the gauges. */
  public void bindTo(MeterRegistry registry) {
    for (String state : STATES) {
      Map<String, String> query = Map.of("owner", "all", "state", state, "limit", "1");
      Gauge.builder("jobs", () -> ask("listJobs", query, "count"))
          .tag("state", state)
          .register(registry);
    }
    for (String figure : POOL) {
      Gauge.builder("pool." + figure, () -> ask("getPool", Map.of(), figure)).register(registry);
    }
    Gauge.builder("pool.condor.ready", () -> ask("getPool", Map.of(), "condor/ready"))
        .register(registry);
    Gauge.builder("pool.condor.slots", () -> ask("getPool", Map.of(), "condor/slots"))
        .register(registry);
  }

  private double ask(String operation, Map<String, String> query, String figure) {
    Operation asked = operations.get(operation);
    if (asked == null) {
      return Double.NaN;
    }
    try {
      Request request =
          new Request(SCRAPER, null, Map.of(), query, Map.of(), MissingNode.getInstance(), "local");
      JsonNode body = Answers.MAPPER.valueToTree(asked.run(request).body());
      JsonNode value = body.at("/" + figure);
      return value.isBoolean() ? (value.asBoolean() ? 1 : 0) : value.asDouble(Double.NaN);
    } catch (IOException | RuntimeException e) { // a scrape must not fail for one figure
      log.warn("figure not read operation={} reason={}", operation, e.getMessage());
      return Double.NaN;
    }
  }
}
