package org.gridappliance.agent.desktop;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.agent.verb.Verb;

/**
 * The verbs on desktops. The portal says for whom and what kind; user numbers, paths and programs'
 * surroundings are decided here.
 */
public final class DesktopVerbs {
  private static final long MEMORY = 1L << 30;

  private final Desktops desktops;

  public DesktopVerbs(Desktops desktops) {
    this.desktops = desktops;
  }

  /** {@return the verbs by method and pattern} */
  public Map<String, Verb> all() {
    return Map.of(
        "GET /desktops",
        call -> Verb.Reply.ok(list()),
        "POST /desktops",
        this::create,
        "DELETE /desktops/{desktop}",
        call -> {
          desktops.stop(call.path().getOrDefault("desktop", ""), reason(call.body()));
          return Verb.Reply.done();
        });
  }

  /** In words, made here of checked numbers: they are shown and logged. */
  private static String reason(JsonNode body) {
    long idle = body.path("idleHours").asLong();
    long life = body.path("lifeHours").asLong();
    if (idle > 0) {
      return "ended after " + idle + " h without use";
    }
    return life > 0
        ? "ended after " + life + " h, the longest time allowed here"
        : "stopped by " + word(body, "by", "its owner");
  }

  private Verb.Reply create(Verb.Call call) throws IOException {
    JsonNode body = call.body();
    List<String> command = new ArrayList<>();
    body.path("command").forEach(word -> command.add(word.asText()));
    Wish.Kind kind = Wish.Kind.of(word(body, "kind", "desktop"));
    String title = word(body, "title", kind.word());
    if (kind == Wish.Kind.APPLICATION && body.hasNonNull("file")) {
      Openers.Opened opened = Openers.of(word(body, "owner", ""), word(body, "file", ""));
      command.clear();
      command.addAll(opened.command());
      title = opened.title();
    }
    boolean terminal = kind == Wish.Kind.TERMINAL;
    Wish wish =
        new Wish(
            word(body, "owner", ""),
            kind,
            title,
            command,
            body.path("width").asInt(terminal ? 80 : 1280),
            body.path("height").asInt(terminal ? 24 : 800),
            body.path("memoryBytes").asLong(MEMORY));
    return new Verb.Reply(201, describe(desktops.create(wish)));
  }

  private Map<String, Object> list() throws IOException {
    Map<String, Object> obstacles = new LinkedHashMap<>();
    for (Wish.Kind kind : Wish.Kind.values()) {
      Optional<String> obstacle = desktops.obstacle(kind);
      obstacle.ifPresent(why -> obstacles.put(kind.word(), why));
    }
    return Map.of(
        "desktops", desktops.list().stream().map(this::describe).toList(),
        "obstacles", obstacles,
        "availableBytes", Desktops.availableBytes());
  }

  private Map<String, Object> describe(Desktop desktop) {
    Map<String, Object> d = new LinkedHashMap<>();
    d.put("id", desktop.id());
    d.put("owner", desktop.owner());
    d.put("kind", desktop.kind());
    d.put("title", desktop.title());
    d.put("createdAt", desktop.createdAt());
    d.put("memoryBytes", Desktops.memoryBytes(desktop));
    d.put("memoryLimit", desktop.memoryLimit());
    if (desktop.endedAt() == null) {
      d.put("socket", desktops.socket(desktop).toString());
    } else {
      d.put("endedAt", desktop.endedAt());
      d.put("reason", String.valueOf(desktop.reason()));
    }
    return d;
  }

  private static String word(JsonNode body, String field, String byDefault) {
    return body.path(field).asText(byDefault);
  }
}
