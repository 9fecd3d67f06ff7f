package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Reads {@code examples:}. Whether values fit their inputs is checked by {@link AppRules}. */
final class ExampleReader {
  private ExampleReader() {}

  static List<App.Example> examples(Yaml at) {
    return at.list(50).stream().map(ExampleReader::example).toList();
  }

  private static App.Example example(Yaml at) {
    YamlFields fields = at.fields("title", "about", "inputs", "sweep");
    ObjectNode inputs = JsonNodeFactory.instance.objectNode();
    fields
        .need("inputs", Yaml::map, java.util.Map.<String, Yaml>of())
        .forEach((name, value) -> inputs.set(name, value(value)));
    ObjectNode sweep = JsonNodeFactory.instance.objectNode();
    fields
        .get("sweep")
        .ifPresent(s -> s.map().forEach((name, values) -> sweep.set(name, axis(values))));
    return new App.Example(
        fields.needText("title", 80), fields.text("about", 1000, ""), inputs, sweep);
  }

  /** A value, a list of them, or the rows of a group. */
  private static JsonNode value(Yaml at) {
    if (at.isText() || at.isMap()) {
      return scalar(at);
    }
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    at.list(10_000).forEach(item -> array.add(item.isMap() ? row(item) : scalar(item)));
    return array;
  }

  private static ObjectNode row(Yaml at) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    at.map().forEach((name, one) -> row.set(name, one.isText() ? scalar(one) : scalars(one)));
    return row;
  }

  /** A list of values, or a range as {@code {from: 1, to: 9, step: 2}}. */
  private static JsonNode axis(Yaml at) {
    if (!at.isMap()) {
      return scalars(at);
    }
    ObjectNode range = JsonNodeFactory.instance.objectNode();
    at.map().forEach((key, value) -> range.set(key, scalar(value)));
    return range;
  }

  private static ArrayNode scalars(Yaml at) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    at.list(10_000).forEach(item -> array.add(scalar(item)));
    return array;
  }

  /** The types of YAML's JSON schema: a quoted text stays text. */
  private static JsonNode scalar(Yaml at) {
    String text = at.text();
    if (at.isPlain()) {
      if (text.equals("true") || text.equals("false")) {
        return JsonNodeFactory.instance.booleanNode(text.equals("true"));
      }
      try {
        return JsonNodeFactory.instance.numberNode(Quantity.number(text));
      } catch (IllegalArgumentException e) {
        return JsonNodeFactory.instance.textNode(text);
      }
    }
    return JsonNodeFactory.instance.textNode(text);
  }
}
