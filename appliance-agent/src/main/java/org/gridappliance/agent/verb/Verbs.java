package org.gridappliance.agent.verb;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fixed list of verbs: {@code "GET /status"}, {@code "DELETE /desktops/{desktop}"}. Immutable.
 */
public final class Verbs {
  private record Pattern(List<String> words, Verb verb) {}

  /** A verb and the words that stood in place of the names in its pattern. */
  public record Found(Verb verb, Map<String, String> path) {}

  private final Map<String, Pattern> patterns = new LinkedHashMap<>();

  /**
   * @param verbs by method and pattern, as {@code "POST /desktops/{desktop}/stop"}
   */
  public Verbs(Map<String, Verb> verbs) {
    verbs.forEach(
        (line, verb) -> patterns.put(line, new Pattern(List.of(line.split("[ /]+", -1)), verb)));
  }

  /**
   * {@return the verb for a request line, if there is one}
   *
   * @param line as {@code GET /desktops/7 HTTP/1.1}
   */
  public Optional<Found> find(String line) {
    if (!line.matches("[A-Z]+ /[A-Za-z0-9._/-]* HTTP/1\\.[01]")) {
      return Optional.empty();
    }
    List<String> words = List.of(line.substring(0, line.lastIndexOf(' ')).split("[ /]+", -1));
    return patterns.values().stream()
        .flatMap(p -> match(p.words(), words).map(path -> new Found(p.verb(), path)).stream())
        .findFirst();
  }

  private static Optional<Map<String, String>> match(List<String> pattern, List<String> words) {
    if (pattern.size() != words.size()) {
      return Optional.empty();
    }
    Map<String, String> path = new HashMap<>();
    for (int i = 0; i < words.size(); i++) {
      if (pattern.get(i).startsWith("{")) {
        path.put(pattern.get(i).substring(1, pattern.get(i).length() - 1), words.get(i));
      } else if (!pattern.get(i).equals(words.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(Map.copyOf(path));
  }

  @Override
  public String toString() {
    return String.join(", ", patterns.keySet());
  }
}
