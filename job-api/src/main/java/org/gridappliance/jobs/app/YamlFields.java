package org.gridappliance.jobs.app;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The keys and values of one mapping, of which only some are known. */
record YamlFields(Yaml at, Map<String, Yaml> values) {
  static YamlFields of(Yaml at, List<String> known) {
    Map<String, Yaml> values = at.map();
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        at.keyProblem(key, "is not known here; " + advice(key, known));
      }
    }
    return new YamlFields(at, values);
  }

  private static String advice(String key, List<String> known) {
    return Spelling.nearest(known, key)
        .map(k -> "did you mean \"" + k + "\"?")
        .orElse("known are " + String.join(", ", known));
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  Optional<Yaml> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /** {@return what is read from a key that must be there, else the fallback with a complaint} */
  <T> T need(String key, Function<Yaml, T> reader, T fallback) {
    Yaml value = values.get(key);
    if (value == null) {
      at.problem("\"" + key + "\" is missing");
      return fallback;
    }
    return reader.apply(value);
  }

  String needText(String key, int maximum) {
    return need(key, value -> value.text(maximum), "");
  }

  String text(String key, int maximum, String fallback) {
    return get(key).map(value -> value.text(maximum)).orElse(fallback);
  }

  boolean bool(String key) {
    return get(key).map(Yaml::bool).orElse(false);
  }
}
