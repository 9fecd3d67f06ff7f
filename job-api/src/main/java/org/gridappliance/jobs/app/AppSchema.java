package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An application's form: the JSON Schema (2020-12) of its inputs and RJSF's uiSchema. The schema
 * says the same as {@link InputValues}, so that the page complains before the server does.
 */
public final class AppSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private AppSchema() {}

  /** {@return the JSON Schema of {@code inputs}; units stand in {@code x-units}} */
  public static ObjectNode schema(App app) {
    ObjectNode schema = JSON.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("type", "object");
    schema.put("additionalProperties", false);
    ArrayNode required = schema.putArray("required");
    ObjectNode properties = schema.putObject("properties");
    for (Input input : app.inputs()) {
      properties.set(input.name(), property(app, input));
      if (input.required() && input.byDefault().isEmpty() && input.common().showIf().isEmpty()) {
        required.add(input.name());
      }
    }
    conditions(app, schema);
    return schema;
  }

  /**
   * {@return what must hold for an input to be asked, of the whole form} A value that is absent
   * counts as its default, if it is asked itself.
   */
  private static ObjectNode asked(App app, Input input) {
    ObjectNode condition = JSON.objectNode();
    ArrayNode all = condition.putArray("allOf");
    input
        .common()
        .showIf()
        .forEach(
            (name, values) -> {
              Input other = app.input(name).orElseThrow();
              ObjectNode one = all.addObject();
              ArrayNode wanted = JSON.arrayNode();
              values.forEach(value -> wanted.add(json(other, value)));
              ObjectNode property = one.putObject("properties").putObject(name);
              if (other instanceof Input.MultichoiceInput) {
                property.putObject("contains").set("enum", wanted);
              } else {
                property.set("enum", wanted);
              }
              if (other.byDefault().stream().noneMatch(v -> values.stream().anyMatch(v::is))) {
                one.putArray("required").add(name);
              }
              if (!other.common().showIf().isEmpty()) {
                all.add(asked(app, other));
              }
            });
    return condition;
  }

  private static JsonNode json(Input input, String value) {
    return switch (input) {
      case Input.BooleanInput _ -> JSON.booleanNode(value.equals("true"));
      case Input.NumberInput _, Input.IntegerInput _ when Quantity.isNumber(value) ->
          JSON.numberNode(Quantity.number(value));
      default -> JSON.textNode(value);
    };
  }

  private static void conditions(App app, ObjectNode schema) {
    ArrayNode all = JSON.arrayNode();
    for (Input input : app.inputs()) {
      if (!input.common().showIf().isEmpty()) {
        ObjectNode one = all.addObject();
        one.set("if", asked(app, input));
        ObjectNode then = one.putObject("then");
        if (input.required() && input.byDefault().isEmpty()) {
          then.putArray("required").add(input.name());
        }
        one.putObject("else").putObject("properties").put(input.name(), false);
      }
    }
    if (!all.isEmpty()) {
      schema.set("allOf", all);
    }
  }

  private static ObjectNode property(App app, Input input) {
    ObjectNode property = JSON.objectNode();
    property.put("title", input.title());
    if (!input.common().help().isEmpty()) {
      property.put("description", input.common().help());
    }
    switch (input) {
      case Input.NumberInput number -> {
        property.put("type", "number");
        number.minimum().ifPresent(low -> property.put("minimum", low));
        number.above().ifPresent(low -> property.put("exclusiveMinimum", low));
        number.maximum().ifPresent(high -> property.put("maximum", high));
      }
      case Input.IntegerInput integer -> integer(integer, property);
      case Input.BooleanInput _ -> property.put("type", "boolean");
      case Input.ChoiceInput choice -> {
        property.put("type", "string");
        ArrayNode oneOf = property.putArray("oneOf");
        choice
            .choices()
            .forEach(c -> oneOf.addObject().put("const", c.value()).put("title", c.title()));
      }
      case Input.MultichoiceInput several -> {
        property.put("type", "array");
        property.put("uniqueItems", true);
        property.put("minItems", several.minimum());
        property.put("maxItems", several.maximum());
        ArrayNode oneOf = property.putObject("items").put("type", "string").putArray("oneOf");
        several
            .choices()
            .forEach(c -> oneOf.addObject().put("const", c.value()).put("title", c.title()));
      }
      case Input.TextInput text -> {
        property.put("type", "string");
        property.put("maxLength", text.maximumLength());
        // A schema's pattern looks anywhere in the text, ours for the whole of it.
        property.put(
            "pattern", text.pattern().map(p -> "^(?:" + p.pattern() + ")$").orElse("^(?!-)"));
        if (input.required()) {
          property.put("minLength", 1);
        }
      }
      case Input.FileInput file -> {
        property.put("type", "string");
        property.put("format", "file");
        property.put("minLength", 1);
        property.put("x-maximum-bytes", file.maximumBytes());
        ArrayNode accept = property.putArray("x-accept");
        file.accept().forEach(accept::add);
      }
    }
    input.byDefault().ifPresent(value -> property.set("default", value.json()));
    input.common().units().ifPresent(units -> property.put("x-units", units));
    if (input.sweepable()) {
      property.put("x-sweepable", true);
    }
    if (!input.common().showIf().isEmpty()) {
      ObjectNode conditions = property.putObject("x-show-if");
      input
          .common()
          .showIf()
          .forEach(
              (name, values) -> {
                ArrayNode wanted = conditions.putArray(name);
                values.forEach(v -> wanted.add(json(app.input(name).orElseThrow(), v)));
              });
      property.put("x-required", input.required() && input.byDefault().isEmpty());
    }
    return property;
  }

  private static void integer(Input.IntegerInput input, ObjectNode property) {
    property.put("type", "integer");
    if (input.minimum() > Long.MIN_VALUE) {
      property.put("minimum", input.minimum());
    }
    if (input.maximum() < Long.MAX_VALUE) {
      property.put("maximum", input.maximum());
    }
    if (input.powerOfTwo()) {
      ArrayNode powers = property.putArray("enum");
      for (int bit = 0; bit < Long.SIZE - 1; bit++) {
        long power = 1L << bit;
        if (power >= input.minimum() && power <= input.maximum()) {
          powers.add(power);
        }
      }
    }
  }

  /**
   * {@return RJSF's uiSchema}: {@code ui:order}, {@code ui:groups} (a list of {@code {title,
   * fields}}, in order; a field in none of them has no heading and comes first), {@code ui:tabs}
   * (alike; a field in none of them stands above the tabs) and the widgets.
   */
  public static ObjectNode ui(App app) {
    ObjectNode ui = JSON.objectNode();
    ArrayNode order = ui.putArray("ui:order");
    Map<String, List<String>> groups = new LinkedHashMap<>();
    Map<String, List<String>> tabs = new LinkedHashMap<>();
    for (Input input : app.inputs()) {
      order.add(input.name());
      if (!input.common().group().isEmpty()) {
        groups.computeIfAbsent(input.common().group(), g -> new ArrayList<>()).add(input.name());
      }
      if (!input.common().tab().isEmpty()) {
        tabs.computeIfAbsent(input.common().tab(), t -> new ArrayList<>()).add(input.name());
      }
      ObjectNode field = JSON.objectNode();
      switch (input) {
        case Input.FileInput _ -> field.put("ui:widget", "file");
        case Input.BooleanInput _ -> field.put("ui:widget", "checkbox");
        case Input.ChoiceInput _ -> field.put("ui:widget", "select");
        case Input.MultichoiceInput _ -> field.put("ui:widget", "checkboxes");
        case Input.NumberInput _, Input.IntegerInput _, Input.TextInput _ -> {}
      }
      if (!field.isEmpty()) {
        ui.set(input.name(), field);
      }
    }
    list(ui, "ui:groups", groups);
    list(ui, "ui:tabs", tabs);
    return ui;
  }

  private static void list(ObjectNode ui, String key, Map<String, List<String>> parts) {
    ArrayNode list = ui.putArray(key);
    parts.forEach(
        (title, fields) -> {
          ObjectNode group = list.addObject().put("title", title);
          ArrayNode names = group.putArray("fields");
          fields.forEach(names::add);
        });
  }
}
