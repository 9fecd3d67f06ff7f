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
  private static final int MAXIMUM_PATH = 4096;

  private final App app;
  private final List<Problem.FieldError> errors = new ArrayList<>();

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
    InputValues values = new InputValues(app);
    values.refuseUnknown("inputs", inputs);
    for (Input input : app.inputs()) {
      if (inputs.has(input.name())) {
        Optional<Value> _ = values.single(input, inputs.path(input.name()));
      }
    }
    return values.errors;
  }

  private Inputs check(JsonNode inputs, JsonNode sweep, boolean together) {
    refuseUnknown("inputs", inputs);
    refuseUnknown("sweep", sweep);
    Map<String, Value> values = new LinkedHashMap<>();
    Map<String, List<Value>> axes = new LinkedHashMap<>();
    List<String> sampled = new ArrayList<>();
    for (Input input : app.inputs()) {
      String name = input.name();
      JsonNode list = sweep.path(name);
      if (!input.shown(values)) {
        if (isGiven(inputs.path(name)) || isGiven(list)) {
          error(name, "is not asked here: it takes a value only with " + conditions(input));
        }
      } else if (!list.isMissingNode() && !list.isNull()) {
        axis(input, list, sampled).ifPresent(axis -> axes.put(name, axis));
      } else {
        single(input, inputs.path(name)).ifPresent(value -> values.put(name, value));
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

  private static String conditions(Input input) {
    return input.common().showIf().entrySet().stream()
        .map(entry -> entry.getKey() + " = " + String.join(" or ", entry.getValue()))
        .collect(Collectors.joining(" and "));
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
        error(shorten(name), app.title() + " has no such input; it has " + known);
      }
    }
  }

  private Optional<Value> single(Input input, JsonNode node) {
    if (!isGiven(node)) {
      if (input.required() && input.byDefault().isEmpty()) {
        error(input.name(), "is missing; " + wanted(input));
      }
      return input.byDefault();
    }
    return checked(input, input.name(), node);
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
        list = array(sweep.values(name, input instanceof Input.IntegerInput));
        drawn = sweep.sampled();
      } catch (Sweep.Wrong e) {
        error(name, String.valueOf(e.getMessage()));
        return Optional.empty();
      }
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
      case null, default -> throw new IllegalArgumentException(wanted(input));
    };
  }

  private static JsonNode array(List<JsonNode> values) {
    return JsonNodeFactory.instance.arrayNode(values.size()).addAll(values);
  }

  private Optional<Value> checked(Input input, String field, JsonNode node) {
    Value value;
    try {
      value = typed(input, node);
    } catch (IllegalArgumentException e) {
      error(field, shorten(node.toString()) + ": " + e.getMessage());
      return Optional.empty();
    }
    if (value == null) {
      error(field, shorten(node.toString()) + ": " + wanted(input));
      return Optional.empty();
    }
    Optional<String> wrong = wrong(input, value);
    wrong.ifPresent(message -> error(field, message));
    return wrong.isPresent() ? Optional.empty() : Optional.of(value);
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
    if (!node.isArray() || node.size() > input.choices().size()) {
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

  /** {@return what is wrong with a value of the right type, as a sentence with the remedy} */
  static Optional<String> wrong(Input input, Value value) {
    boolean good =
        switch (input) {
          case Input.NumberInput n ->
              value instanceof Value.NumberValue(BigDecimal number)
                  && n.minimum().map(low -> number.compareTo(low) >= 0).orElse(true)
                  && n.above().map(low -> number.compareTo(low) > 0).orElse(true)
                  && n.maximum().map(high -> number.compareTo(high) <= 0).orElse(true);
          case Input.IntegerInput i ->
              value instanceof Value.IntegerValue(long number)
                  && number >= i.minimum()
                  && number <= i.maximum()
                  && (!i.powerOfTwo() || (number > 0 && Long.bitCount(number) == 1));
          case Input.BooleanInput _ -> value instanceof Value.BooleanValue;
          case Input.ChoiceInput c ->
              c.choices().stream().anyMatch(choice -> choice.value().equals(value.text()));
          case Input.MultichoiceInput m ->
              value instanceof Value.ListValue list
                  && list.chosen().size() >= m.minimum()
                  && list.chosen().size() <= m.maximum()
                  && list.chosen().stream()
                      .allMatch(v -> m.choices().stream().anyMatch(c -> c.value().equals(v)));
          case Input.TextInput t -> isGoodText(t, value.text());
          case Input.FileInput _ -> isGoodPath(value.text());
        };
    return good ? Optional.empty() : Optional.of(shorten(value.text()) + ": " + wanted(input));
  }

  /** Text that could pass for an option must be asked for by a pattern. */
  private static boolean isGoodText(Input.TextInput input, String text) {
    return text.length() <= input.maximumLength()
        && text.codePoints().noneMatch(Character::isISOControl)
        && input.pattern().map(p -> p.matcher(text).matches()).orElse(!text.startsWith("-"));
  }

  private static boolean isGoodPath(String path) {
    return !path.isEmpty() && path.length() <= MAXIMUM_PATH && path.indexOf('\0') < 0;
  }

  /** {@return what an input takes, as {@code want a number ≥ 0}} */
  private static String wanted(Input input) {
    String units = input.common().units().map(u -> " " + u).orElse("");
    return switch (input) {
      case Input.NumberInput n ->
          "want a number"
              + n.minimum().map(low -> " ≥ " + Numbers.text(low)).orElse("")
              + n.above().map(low -> " > " + Numbers.text(low)).orElse("")
              + n.maximum().map(high -> " ≤ " + Numbers.text(high)).orElse("")
              + units;
      case Input.IntegerInput i ->
          (i.powerOfTwo() ? "want a power of two" : "want a whole number") + range(i) + units;
      case Input.BooleanInput _ -> "want true or false";
      case Input.ChoiceInput c ->
          "want one of "
              + String.join(", ", c.choices().stream().limit(20).map(Input.Choice::value).toList());
      case Input.MultichoiceInput m ->
          "want a list of "
              + (m.minimum() == m.maximum() ? "" : m.minimum() + "..")
              + m.maximum()
              + " of "
              + String.join(", ", m.choices().stream().limit(20).map(Input.Choice::value).toList());
      case Input.TextInput t ->
          "want a line of at most "
              + t.maximumLength()
              + " characters"
              + t.pattern().map(p -> " that matches " + p).orElse(" that does not begin with -");
      case Input.FileInput _ -> "want the path of a file";
    };
  }

  private static String range(Input.IntegerInput input) {
    String low = input.minimum() == Long.MIN_VALUE ? "" : " ≥ " + input.minimum();
    String high = input.maximum() == Long.MAX_VALUE ? "" : " ≤ " + input.maximum();
    return low.isEmpty() || high.isEmpty()
        ? low + high
        : " in " + input.minimum() + ".." + input.maximum();
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 79) + "…";
  }

  private void error(String field, String message) {
    if (errors.size() < 100) {
      errors.add(new Problem.FieldError(field, message));
    }
  }
}
