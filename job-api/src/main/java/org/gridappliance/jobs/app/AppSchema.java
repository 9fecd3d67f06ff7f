package org.gridappliance.jobs.app;

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
      properties.set(input.name(), property(input));
      if (input.required() && input.byDefault().isEmpty()) {
        required.add(input.name());
      }
    }
    return schema;
  }

  private static ObjectNode property(Input input) {
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
   * fields}}, in order; a field in none of them has no heading and comes first) and the widgets.
   */
  public static ObjectNode ui(App app) {
    ObjectNode ui = JSON.objectNode();
    ArrayNode order = ui.putArray("ui:order");
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (Input input : app.inputs()) {
      order.add(input.name());
      if (!input.common().group().isEmpty()) {
        groups.computeIfAbsent(input.common().group(), g -> new ArrayList<>()).add(input.name());
      }
      ObjectNode field = JSON.objectNode();
      switch (input) {
        case Input.FileInput _ -> field.put("ui:widget", "file");
        case Input.BooleanInput _ -> field.put("ui:widget", "checkbox");
        case Input.ChoiceInput _ -> field.put("ui:widget", "select");
        case Input.NumberInput _, Input.IntegerInput _, Input.TextInput _ -> {}
      }
      if (!field.isEmpty()) {
        ui.set(input.name(), field);
      }
    }
    ArrayNode list = ui.putArray("ui:groups");
    groups.forEach(
        (title, fields) -> {
          ObjectNode group = list.addObject().put("title", title);
          ArrayNode names = group.putArray("fields");
          fields.forEach(names::add);
        });
    return ui;
  }
}
