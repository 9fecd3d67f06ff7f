package org.gridappliance.evm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One line of the launcher's report, parsed. Fields: docs/evm.md, "Report". */
public sealed interface EvmEvent {
  /** The sandbox stands; the program's first instruction comes next. */
  record Ready(EvmLayers layers) implements EvmEvent {}

  record Usage(EvmUsage usage) implements EvmEvent {}

  record End(EvmResult result) implements EvmEvent {}

  ObjectMapper JSON = new ObjectMapper();

  /** Throws IllegalArgumentException for a line the launcher would not write. */
  static EvmEvent parse(String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a line of evm-run's report: " + line, e);
    }
    return switch (node.path("event").asText()) {
      case "ready" -> new Ready(layers(node));
      case "usage" -> new Usage(usage(node));
      case "result" -> new End(result(node));
      default -> throw new IllegalArgumentException("not an event of evm-run: " + line);
    };
  }

  private static EvmLayers layers(JsonNode node) {
    return new EvmLayers(
        node.path("pid").asInt(),
        node.path("landlock").asInt(),
        node.path("cgroup").asInt(),
        node.path("cgroupReason").asText());
  }

  private static EvmUsage usage(JsonNode node) {
    return new EvmUsage(
        micros(node, "cpuMicros"),
        node.path("memoryBytes").asLong(),
        node.path("processes").asLong(),
        node.path("diskBytes").asLong(),
        node.path("diskFiles").asLong());
  }

  private static EvmResult result(JsonNode node) {
    List<EvmResult.Refusal> refusals = new ArrayList<>();
    for (JsonNode refusal : node.path("refusals")) {
      refusals.add(
          new EvmResult.Refusal(refusal.path("words").asText(), refusal.path("count").asLong()));
    }
    List<EvmResult.Reached> reached = new ArrayList<>();
    for (JsonNode one : node.path("reached")) {
      reached.add(
          new EvmResult.Reached(
              one.path("host").asText(),
              one.path("port").asInt(),
              one.path("connections").asLong(),
              one.path("failed").asLong(),
              one.path("sentBytes").asLong(),
              one.path("receivedBytes").asLong()));
    }
    return new EvmResult(
        EvmResult.Outcome.valueOf(node.path("outcome").asText().toUpperCase(Locale.ROOT)),
        node.path("exitCode").asInt(-1),
        node.path("signal").asInt(),
        node.path("limit").asText(),
        node.path("reason").asText(),
        micros(node, "wallMicros"),
        micros(node, "pausedMicros"),
        micros(node, "userMicros"),
        micros(node, "systemMicros"),
        node.path("maxRssBytes").asLong(),
        usage(node.path("peak")),
        node.path("crash").asText(),
        node.path("refusedCalls").asLong(),
        node.path("lastRefusal").asText(),
        refusals,
        reached);
  }

  private static Duration micros(JsonNode node, String field) {
    return Duration.ofNanos(Math.multiplyExact(node.path(field).asLong(), 1000L));
  }
}
