package org.gridappliance.portal.desktops;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A desktop as the agent tells of it.
 *
 * @param kind desktop, application or terminal
 * @param socket where its bytes are; empty once it has ended
 * @param reason why it ended, or what it waits for before it can be looked at; null while it runs
 */
record AgentDesktop(
    String id,
    String owner,
    String kind,
    String title,
    String createdAt,
    long memoryBytes,
    long memoryLimit,
    String socket,
    @Nullable String endedAt,
    @Nullable String reason) {

  static AgentDesktop of(JsonNode json) {
    return new AgentDesktop(
        json.path("id").asText(),
        json.path("owner").asText(),
        json.path("kind").asText(),
        json.path("title").asText(),
        json.path("createdAt").asText(),
        json.path("memoryBytes").asLong(),
        json.path("memoryLimit").asLong(),
        json.path("socket").asText(""),
        json.path("endedAt").asText(null),
        json.path("reason").asText(null));
  }

  boolean isTerminal() {
    return kind.equals("terminal");
  }

  boolean isRunning() {
    return endedAt == null;
  }
}
