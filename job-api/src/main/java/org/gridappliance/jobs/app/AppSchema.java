package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An application's form: the JSON Schema (2020-12) of its inputs and RJSF's uiSchema. The schema
 * says the same as {@link InputValues}, so that the page complains before the server does.
 */
public final class AppSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Keywords that say nothing of what is valid; each property keeps its own. */
  private static final Set<String> NOTES = Set.of("title", "description", "default", "type");

  private AppSchema() {}

  /**
   * {@return the JSON Schema of {@code inputs}; units stand in {@code x-units}} A bound that
   * another input sets is beyond JSON Schema; it stands in {@code x-bounds}, for the page. So is
   * what the form decides about the rows of a group: it stands in {@code x-show-if} and {@code
   * x-cases} only. And so are choices from elsewhere: {@code x-options} has the inputs that they
   * are made from, in {@code needs}. An input of the same row is named {@code group.input}.
   */
  public static ObjectNode schema(App app) {
    ObjectNode schema = JSON.objectNode();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    object(app, app.inputs(), "", schema);
    return schema;
  }

  /**
   * @param prefix what stands before the names of a row, {@code group.}; empty for the form
   */
  private static void object(App app, List<Input> inputs, String prefix, ObjectNode schema) {
    schema.put("type", "object");
    schema.put("additionalProperties", false);
    ArrayNode required = schema.putArray("required");
    ObjectNode properties = schema.putObject("properties");
    for (Input input : inputs) {
      properties.set(input.name(), withCases(app, input));
      if (input.required() && input.byDefault().isEmpty() && input.common().showIf().isEmpty()) {
        required.add(input.name());
      }
    }
    conditions(app, inputs, prefix, schema);
  }

  /**
   * What its cases change stands in {@code x-cases}, a list of {@code {when, set}} of which the
   * first that holds counts; the last has no {@code when}. The keywords of the property are those
   * that hold in every case.
   */
  private static ObjectNode withCases(App app, Input input) {
    ObjectNode property = property(app, input);
    if (input.common().cases().isEmpty()) {
      return property;
    }
    List<ObjectNode> forms = input.forms().map(form -> property(app, form)).toList();
    Set<String> changed = new LinkedHashSet<>();
    for (ObjectNode form : forms) {
      form.fieldNames()
          .forEachRemaining(
              key -> {
                if (forms.stream().anyMatch(f -> !form.path(key).equals(f.path(key)))) {
                  changed.add(key);
                }
              });
    }
    changed.removeIf(key -> key.startsWith("x-show") || key.equals("x-required"));
    ArrayNode cases = JSON.arrayNode();
    for (int i = 1; i <= forms.size(); i++) {
      ObjectNode one = cases.addObject();
      if (i < forms.size()) {
        one.set("when", conditions(app, input.common().cases().get(i - 1).when()));
      }
      ObjectNode form = forms.get(i % forms.size());
      ObjectNode set = one.putObject("set");
      changed.stream().filter(form::has).forEach(key -> set.set(key, form.get(key)));
    }
    changed.stream().filter(key -> !NOTES.contains(key)).forEach(property::remove);
    property.set("x-cases", cases);
    return property;
  }

  /** {@return values by the input that decides, as the page compares them} */
  private static ObjectNode conditions(App app, Map<String, List<String>> conditions) {
    ObjectNode object = JSON.objectNode();
    conditions.forEach(
        (name, values) -> {
          ArrayNode wanted = object.putArray(name);
          values.forEach(v -> wanted.add(json(app.named(name).orElseThrow(), v)));
        });
    return object;
  }

  /** {@return the keywords of each case under its condition; those of none at the end} */
  private static ObjectNode chosen(App app, Input input, String prefix, JsonNode cases, int i) {
    ObjectNode then = JSON.objectNode();
    ObjectNode set = then.putObject("properties").putObject(input.name());
    cases
        .get(i)
        .path("set")
        .properties()
        .forEach(
            entry -> {
              if (!NOTES.contains(entry.getKey())) {
                set.set(entry.getKey(), entry.getValue());
              }
            });
    if (i == cases.size() - 1) {
      return then;
    }
    ObjectNode one = JSON.objectNode();
    one.set("if", holds(app, prefix, input.common().cases().get(i).when()));
    one.set("then", then);
    one.set("else", chosen(app, input, prefix, cases, i + 1));
    return one;
  }

  /**
   * {@return what must hold for an input to be asked, of the whole form} A value that is absent
   * counts as its default, if it is asked itself.
   */
  private static ObjectNode holds(App app, String prefix, Map<String, List<String>> conditions) {
    ObjectNode condition = JSON.objectNode();
    ArrayNode all = condition.putArray("allOf");
    conditions.forEach(
        (name, values) -> {
          Input other = app.named(name).orElseThrow();
          ObjectNode one = all.addObject();
          ArrayNode wanted = JSON.arrayNode();
          values.forEach(value -> wanted.add(json(other, value)));
          ObjectNode property = one.putObject("properties").putObject(other.name());
          if (other instanceof Input.MultichoiceInput) {
            property.putObject("contains").set("enum", wanted);
          } else {
            property.set("enum", wanted);
          }
          if (other.byDefault().stream().noneMatch(v -> values.stream().anyMatch(v::is))) {
            one.putArray("required").add(other.name());
          }
          if (!other.common().showIf().isEmpty()) {
            all.add(holds(app, prefix, other.common().showIf()));
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

  /** {@return whether the level that the names stand on decides alone} */
  private static boolean isWithin(App app, String prefix, Map<String, List<String>> conditions) {
    return conditions.keySet().stream()
        .allMatch(
            name ->
                name.startsWith(prefix)
                    && isWithin(app, prefix, app.named(name).orElseThrow().common().showIf()));
  }

  private static void conditions(App app, List<Input> inputs, String prefix, ObjectNode schema) {
    ArrayNode all = JSON.arrayNode();
    for (Input input : inputs) {
      if (!input.common().showIf().isEmpty() && isWithin(app, prefix, input.common().showIf())) {
        ObjectNode one = all.addObject();
        one.set("if", holds(app, prefix, input.common().showIf()));
        ObjectNode then = one.putObject("then");
        if (input.required() && input.byDefault().isEmpty()) {
          then.putArray("required").add(input.name());
        }
        one.putObject("else").putObject("properties").put(input.name(), false);
      }
      List<Input.Case> list = input.common().cases();
      if (!list.isEmpty() && list.stream().allMatch(c -> isWithin(app, prefix, c.when()))) {
        JsonNode cases = schema.path("properties").path(input.name()).path("x-cases");
        all.add(chosen(app, input, prefix, cases, 0));
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
        number.step().ifPresent(step -> property.put("multipleOf", step));
      }
      case Input.IntegerInput integer -> integer(integer, property);
      case Input.BooleanInput _ -> property.put("type", "boolean");
      case Input.ChoiceInput choice -> {
        property.put("type", "string");
        choices(property, choice.choices(), choice.source());
      }
      case Input.MultichoiceInput several -> {
        property.put("type", "array");
        property.put("uniqueItems", true);
        property.put("minItems", several.minimum());
        property.put("maxItems", several.maximum());
        ObjectNode items = property.putObject("items").put("type", "string");
        choices(items, several.choices(), several.source());
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
      case Input.RepeatInput group -> {
        property.put("type", "array");
        property.put("minItems", group.minimum());
        property.put("maxItems", group.maximum());
        if (!group.row().isEmpty()) {
          property.put("x-row", group.row());
        }
        object(app, group.inputs(), group.name() + ".", property.putObject("items"));
      }
    }
    input
        .optionSource()
        .ifPresent(
            source -> {
              ArrayNode needs = property.putObject("x-options").putArray("needs");
              source.needs().forEach(needs::add);
            });
    input.byDefault().ifPresent(value -> property.set("default", value.json()));
    input.common().units().ifPresent(units -> property.put("x-units", units));
    if (!input.common().bounds().isEmpty()) {
      ObjectNode bounds = property.putObject("x-bounds");
      input.common().bounds().forEach(bounds::put);
    }
    if (input.sweepable()) {
      property.put("x-sweepable", true);
    }
    if (!input.common().showIf().isEmpty()) {
      property.set("x-show-if", conditions(app, input.common().showIf()));
      property.put("x-required", input.required() && input.byDefault().isEmpty());
    }
    return property;
  }

  /** Of those from elsewhere the schema says what {@link OptionList#isValue} does. */
  private static void choices(
      ObjectNode value, List<Input.Choice> choices, Optional<OptionSource> source) {
    if (source.isPresent()) {
      value.put("minLength", 1);
      value.put("maxLength", OptionList.LONGEST);
      value.put("pattern", "^(?!-)[^\\u0000-\\u001f\\u007f-\\u009f\\ufffd]*$");
      return;
    }
    ArrayNode oneOf = value.putArray("oneOf");
    choices.forEach(c -> oneOf.addObject().put("const", c.value()).put("title", c.title()));
  }

  private static void integer(Input.IntegerInput input, ObjectNode property) {
    property.put("type", "integer");
    if (input.minimum() > Long.MIN_VALUE) {
      property.put("minimum", input.minimum());
    }
    if (input.maximum() < Long.MAX_VALUE) {
      property.put("maximum", input.maximum());
    }
    if (input.step() > 1) {
      property.put("multipleOf", input.step());
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
   * (alike; a field in none of them stands above the tabs), {@code ui:pages} (alike, each with its
   * {@code about}; every field is in one of them) and the widgets.
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
      ObjectNode field = field(input);
      if (!field.isEmpty()) {
        ui.set(input.name(), field);
      }
    }
    list(ui, "ui:groups", groups);
    list(ui, "ui:tabs", tabs);
    ArrayNode pages = ui.putArray("ui:pages");
    for (App.Page page : app.pages()) {
      ArrayNode names =
          pages
              .addObject()
              .put("title", page.title())
              .put("about", page.about())
              .putArray("fields");
      page.inputs().forEach(names::add);
    }
    return ui;
  }

  private static ObjectNode field(Input input) {
    ObjectNode field = JSON.objectNode();
    switch (input) {
      case Input.FileInput _ -> field.put("ui:widget", "file");
      case Input.BooleanInput _ -> field.put("ui:widget", "checkbox");
      case Input.ChoiceInput _ -> field.put("ui:widget", "select");
      case Input.MultichoiceInput _ -> field.put("ui:widget", "checkboxes");
      case Input.RepeatInput group -> {
        ObjectNode items = field.putObject("items");
        ArrayNode order = items.putArray("ui:order");
        for (Input inner : group.inputs()) {
          order.add(inner.name());
          items.set(inner.name(), field(inner));
        }
      }
      case Input.NumberInput _, Input.IntegerInput _, Input.TextInput _ -> {}
    }
    return field;
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
