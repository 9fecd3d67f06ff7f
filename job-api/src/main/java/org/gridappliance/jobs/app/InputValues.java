package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.gridappliance.jobs.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Checks what was filled into an application's form. The page checks the same with the schema of
 * {@link AppSchema}; this is the check that counts. Pure: whether a file exists is not asked here.
 */
public final class InputValues {
  private final App app;
  private final List<Problem.FieldError> errors = new ArrayList<>();

  /** What is known of the form so far, by name: rows stand beside it. */
  private final Map<String, Value> values = new LinkedHashMap<>();

  /** Whether the values are only some of a form, so that no condition is known to hold. */
  private boolean partial;

  private InputValues(App app) {
    this.app = app;
  }

  /**
   * {@return the typed values}
   *
   * @param inputs values by input name; null or absent means not given
   * @param sweep lists of values by input name; missing, null or empty means none
   * @throws Problem 400 with an error for every bad field
   */
  public static Inputs check(App app, JsonNode inputs, JsonNode sweep) {
    return new InputValues(app).check(inputs, sweep, false);
  }

  /** The same for a request with {@code inputs}, {@code sweep} and {@code combine}. */
  public static Inputs check(App app, JsonNode request) {
    return new InputValues(app)
        .check(
            request.path("inputs"),
            request.path("sweep"),
            request.path("combine").asText().equals("together"));
  }

  /** {@return what is wrong with the values that are given, whether all are or not} */
  static List<Problem.FieldError> some(App app, JsonNode inputs) {
    InputValues some = new InputValues(app);
    some.partial = true;
    some.refuseUnknown("inputs", inputs);
    for (Input input : app.inputs()) {
      if (inputs.has(input.name())) {
        some.anyForm(input, input.name(), inputs.path(input.name()));
      }
    }
    return some.errors;
  }

  /**
   * {@return the values of the inputs that stand before one} What is wrong counts as not given.
   *
   * @param until its name; {@code group.input} for one of a row, before which those of the form
   *     stand and, as {@code group.other}, those of its row
   * @param row of the group, counted from 0
   */
  public static Map<String, Value> before(App app, String until, JsonNode inputs, int row) {
    int dot = until.indexOf('.');
    String first = dot < 0 ? until : until.substring(0, dot);
    Map<String, Value> values = new LinkedHashMap<>();
    collect(app, app.inputs(), "", first, inputs, values);
    if (dot >= 0 && app.input(first).orElse(null) instanceof Input.RepeatInput group) {
      JsonNode given = inputs.path(first).path(row);
      collect(app, group.inputs(), first + ".", until, given, values);
    }
    return values;
  }

  private static void collect(
      App app,
      List<Input> inputs,
      String prefix,
      String until,
      JsonNode given,
      Map<String, Value> values) {
    for (Input asked : inputs) {
      String name = prefix + asked.name();
      if (name.equals(until)) {
        return;
      }
      if (asked.shown(values)) {
        InputValues alone = new InputValues(app);
        alone.values.putAll(values);
        Optional<Value> value = alone.single(asked.beside(values), name, given.path(asked.name()));
        value.filter(_ -> alone.errors.isEmpty()).ifPresent(v -> values.put(name, v));
      }
    }
  }

  /** Which of its cases will hold is not known here. */
  private void anyForm(Input input, String field, JsonNode node) {
    boolean fits =
        input
            .forms()
            .anyMatch(
                form -> {
                  InputValues alone = new InputValues(app);
                  alone.partial = true;
                  Optional<Value> _ = alone.single(form, field, node);
                  return alone.errors.isEmpty();
                });
    if (!fits) {
      Optional<Value> _ = single(input, field, node);
    }
  }

  private Inputs check(JsonNode inputs, JsonNode sweep, boolean together) {
    refuseUnknown("inputs", inputs);
    refuseUnknown("sweep", sweep);
    Map<String, List<Value>> axes = new LinkedHashMap<>();
    List<String> sampled = new ArrayList<>();
    for (Input asked : app.inputs()) {
      String name = asked.name();
      JsonNode list = sweep.path(name);
      Input input = asked.beside(values);
      if (!asked.shown(values)) {
        if (isGiven(inputs.path(name)) || isGiven(list)) {
          notAsked(name, asked);
        }
      } else if (!list.isMissingNode() && !list.isNull()) {
        axis(input, list, sampled).ifPresent(axis -> axes.put(name, axis));
      } else {
        single(input, name, inputs.path(name)).ifPresent(value -> values.put(name, value));
      }
    }
    List<List<String>> grouped = grouped(axes, together ? List.copyOf(axes.keySet()) : sampled);
    if (!errors.isEmpty()) {
      throw Problem.invalid(
          errors.size() == 1
              ? errors.getFirst().field() + ": " + errors.getFirst().message()
              : errors.size() + " inputs of " + app.title() + " are not valid",
          errors);
    }
    return new Inputs(values, axes, grouped);
  }

  private static boolean isGiven(JsonNode node) {
    return !node.isMissingNode()
        && !node.isNull()
        && !(node.isTextual() && node.asText().isEmpty());
  }

  private void notAsked(String field, Input input) {
    String conditions =
        input.common().showIf().entrySet().stream()
            .map(entry -> entry.getKey() + " = " + String.join(" or ", entry.getValue()))
            .collect(Collectors.joining(" and "));
    error(field, "is not asked here: it takes a value only with " + conditions);
  }

  /** Inputs that go on together are one axis; each other one is its own. */
  private List<List<String>> grouped(Map<String, List<Value>> axes, List<String> together) {
    List<List<String>> grouped = new ArrayList<>();
    List<String> joint = together.stream().filter(axes::containsKey).toList();
    for (String name : axes.keySet()) {
      if (!joint.contains(name)) {
        grouped.add(List.of(name));
      } else if (joint.getFirst().equals(name)) {
        grouped.add(joint);
      }
    }
    for (String name : joint) {
      int wanted = axes.getOrDefault(joint.getFirst(), List.of()).size();
      int has = axes.getOrDefault(name, List.of()).size();
      if (has != wanted) {
        error(
            name,
            "%,d values, but %s has %,d: inputs that vary together need as many values"
                .formatted(has, joint.getFirst(), wanted));
      }
    }
    return grouped;
  }

  private void refuseUnknown(String what, JsonNode object) {
    if (!object.isObject()) {
      if (!object.isMissingNode() && !object.isNull()) {
        error(what, "want an object of values by input name");
      }
      return;
    }
    for (String name : (Iterable<String>) object::fieldNames) {
      if (app.input(name).isEmpty()) {
        String known = String.join(", ", app.inputs().stream().map(Input::name).toList());
        error(Wanted.shorten(name), app.title() + " has no such input; it has " + known);
      }
    }
  }

  private Optional<Value> single(Input input, String field, JsonNode node) {
    if (!isGiven(node)) {
      if (input.required() && input.byDefault().isEmpty()) {
        error(field, "is missing; " + Wanted.of(input));
      }
      // A default was held against what the descriptor knows; a bound may come from another input.
      input
          .byDefault()
          .flatMap(value -> Wanted.wrong(input, value))
          .ifPresent(message -> error(field, message));
      return input.byDefault();
    }
    return checked(input, field, node);
  }

  private Optional<List<Value>> axis(Input input, JsonNode asked, List<String> sampled) {
    String name = input.name();
    if (!input.sweepable()) {
      error(name, "takes one value; a sweep over it is not offered");
      return Optional.empty();
    }
    JsonNode list = asked;
    boolean drawn = false;
    if (asked.isObject()) {
      try {
        Sweep sweep = Sweep.of(asked, end -> number(input, end));
        list = array(sweep.values(name, input instanceof Input.IntegerInput, grid(input)));
        drawn = sweep.sampled();
      } catch (Sweep.Wrong e) {
        error(name, String.valueOf(e.getMessage()));
        return Optional.empty();
      }
    }
    if (input instanceof Input.FileInput && list.size() > Sweep.MAXIMUM_FILES) {
      error(
          name,
          "%,d files: want at most %,d in one job".formatted(list.size(), Sweep.MAXIMUM_FILES));
      return Optional.empty();
    }
    if (!list.isArray() || list.isEmpty() || list.size() > Sweep.MAXIMUM) {
      error(name, "want a list of 1.." + Sweep.MAXIMUM + " values to sweep over");
      return Optional.empty();
    }
    if (drawn) {
      sampled.add(name);
    }
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      checked(input, name + "[" + i + "]", list.get(i)).ifPresent(values::add);
    }
    if (!drawn && values.stream().distinct().count() < values.size()) {
      error(name, "the sweep has the same value twice; remove one");
    }
    return values.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(values));
  }

  /** {@return an end of a range, in the input's own unit} */
  private static BigDecimal number(Input input, JsonNode node) {
    Value value =
        input instanceof Input.NumberInput || input instanceof Input.IntegerInput
            ? typed(input, node)
            : null;
    return switch (value) {
      case Value.NumberValue(BigDecimal number) -> number;
      case Value.IntegerValue(long number) -> BigDecimal.valueOf(number);
      case null, default -> throw new IllegalArgumentException(Wanted.of(input));
    };
  }

  /** {@return what values that are computed are rounded to multiples of; 0 for none} */
  private static BigDecimal grid(Input input) {
    return switch (input) {
      case Input.NumberInput n -> n.step().orElse(BigDecimal.ZERO);
      case Input.IntegerInput i -> BigDecimal.valueOf(i.step());
      default -> BigDecimal.ZERO;
    };
  }

  private static JsonNode array(List<JsonNode> values) {
    return JsonNodeFactory.instance.arrayNode(values.size()).addAll(values);
  }

  private Optional<Value> checked(Input input, String field, JsonNode node) {
    if (input instanceof Input.RepeatInput group) {
      return rows(group, field, node);
    }
    Value value;
    try {
      value = typed(input, node);
    } catch (IllegalArgumentException e) {
      error(field, Wanted.shorten(node.toString()) + ": " + e.getMessage());
      return Optional.empty();
    }
    if (value == null) {
      error(field, Wanted.shorten(node.toString()) + ": " + Wanted.of(input));
      return Optional.empty();
    }
    Optional<String> wrong = Wanted.wrong(input, value);
    wrong.ifPresent(message -> error(field, message));
    return wrong.isPresent() ? Optional.empty() : Optional.of(value);
  }

  private Optional<Value> rows(Input.RepeatInput group, String field, JsonNode node) {
    if (!node.isArray() || node.size() > group.maximum() || node.size() < group.minimum()) {
      String found = node.isArray() ? node.size() + " rows" : Wanted.shorten(node.toString());
      error(field, found + ": " + Wanted.of(group));
      return Optional.empty();
    }
    int before = errors.size();
    List<Map<String, Value>> rows = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      rows.add(row(group, field + "[" + i + "]", node.get(i)));
    }
    return errors.size() > before ? Optional.empty() : Optional.of(new Value.RowsValue(rows));
  }

  private Map<String, Value> row(Input.RepeatInput group, String field, JsonNode node) {
    Map<String, Value> row = new LinkedHashMap<>();
    if (!node.isObject()) {
      error(field, Wanted.shorten(node.toString()) + ": want an object of values by input name");
      return row;
    }
    for (String name : (Iterable<String>) node::fieldNames) {
      if (group.input(name).isEmpty()) {
        error(field, "\"" + Wanted.shorten(name) + "\" is no input of a row");
      }
    }
    Map<String, Value> beside = new LinkedHashMap<>(values);
    for (Input asked : group.inputs()) {
      String name = asked.name();
      String place = field + "." + name;
      JsonNode value = node.path(name);
      if (partial) {
        if (isGiven(value) || asked.common().showIf().isEmpty()) {
          anyForm(asked, place, value);
        }
      } else if (asked.shown(beside)) {
        single(asked.beside(beside), place, value)
            .ifPresent(
                v -> {
                  row.put(name, v);
                  beside.put(group.name() + "." + name, v);
                });
      } else if (isGiven(value)) {
        notAsked(place, asked);
      }
    }
    return row;
  }

  /**
   * {@return the value, null when it is of another type}
   *
   * @throws IllegalArgumentException when its unit does not fit
   */
  private static @Nullable Value typed(Input input, JsonNode asked) {
    Optional<String> units = input.common().units().filter(_ -> asked.isTextual());
    boolean numeric = input instanceof Input.NumberInput || input instanceof Input.IntegerInput;
    JsonNode node =
        numeric && units.isPresent()
            ? DecimalNode.valueOf(Units.read(asked.asText(), units.get()))
            : asked;
    return switch (input) {
      case Input.NumberInput _ -> node.isNumber() ? number(node) : null;
      case Input.IntegerInput _ -> node.isNumber() ? integer(node) : null;
      case Input.MultichoiceInput several -> several(several, node);
      case Input.BooleanInput _ ->
          node.isBoolean() ? new Value.BooleanValue(node.asBoolean()) : null;
      case Input.ChoiceInput _ ->
          node.isTextual() || node.isNumber() ? new Value.TextValue(node.asText()) : null;
      case Input.TextInput _ -> node.isTextual() ? new Value.TextValue(node.asText()) : null;
      case Input.FileInput _ -> node.isTextual() ? new Value.FileValue(node.asText()) : null;
      case Input.RepeatInput _ -> null; // its rows are read one by one
    };
  }

  private static @Nullable Value number(JsonNode node) {
    if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
      return null;
    }
    BigDecimal number = node.decimalValue();
    // Beyond a double's range no program can read it, and arithmetic would be slow.
    return Math.abs((long) number.precision() - number.scale()) > 400
        ? null
        : new Value.NumberValue(number);
  }

  private static @Nullable Value integer(JsonNode node) {
    if (node.isIntegralNumber()) {
      return node.canConvertToLong() ? new Value.IntegerValue(node.longValue()) : null;
    }
    double number = node.doubleValue(); // also of 2.0, and of 3 um in a field in nm
    boolean whole = number == Math.rint(number) && Math.abs(number) <= 0x1p53;
    return whole ? new Value.IntegerValue((long) number) : null;
  }

  /** {@return the choices in the order of the form, each once} */
  private static @Nullable Value several(Input.MultichoiceInput input, JsonNode node) {
    int most = input.source().isPresent() ? input.maximum() : input.choices().size();
    if (!node.isArray() || node.size() > most) {
      return null;
    }
    List<String> given = new ArrayList<>();
    for (JsonNode one : node) {
      if (!(one.isTextual() || one.isNumber()) || given.contains(one.asText())) {
        return null;
      }
      given.add(one.asText());
    }
    List<String> known = input.choices().stream().map(Input.Choice::value).toList();
    List<String> ordered = new ArrayList<>(known.stream().filter(given::contains).toList());
    given.stream().filter(value -> !known.contains(value)).forEach(ordered::add);
    return new Value.ListValue(ordered, input.join());
  }

  private void error(String field, String message) {
    if (errors.size() < 100) {
      errors.add(new Problem.FieldError(field, message));
    }
  }
}
