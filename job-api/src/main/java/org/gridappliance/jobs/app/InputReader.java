package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Reads {@code inputs:}. */
final class InputReader {
  private static final String[] ALL = {
    "name",
    "type",
    "title",
    "help",
    "group",
    "required",
    "tab",
    "showIf",
    "default",
    "sweepable",
    "units",
    "minimum",
    "above",
    "maximum",
    "powerOfTwo",
    "choices",
    "join",
    "maximumLength",
    "pattern",
    "as",
    "accept",
    "maximumSize"
  };
  private static final Pattern ENDING = Pattern.compile("\\.[A-Za-z0-9.]{1,20}");

  /** The kinds, by the word that stands at {@code type}. */
  private enum Kind {
    NUMBER,
    INTEGER,
    BOOLEAN,
    CHOICE,
    MULTICHOICE,
    TEXT,
    FILE
  }

  private final YamlFields fields;
  private final Input.Common common;

  private InputReader(YamlFields fields, Input.Common common) {
    this.fields = fields;
    this.common = common;
  }

  static List<Input> inputs(Yaml at) {
    Set<String> names = new HashSet<>();
    return at.list(200).stream().map(item -> input(item, names)).toList();
  }

  private static Input input(Yaml at, Set<String> names) {
    YamlFields fields = at.fields(ALL);
    String name = fields.need("name", n -> n.text(AppParser.NAME, AppParser.NAME_WANTED), "x");
    if (!names.add(name)) {
      at.problem("there are two inputs \"" + name + "\"; rename one");
    }
    Kind kind = fields.need("type", type -> type.word(Kind.class, Kind.TEXT), Kind.TEXT);
    Input.Common common =
        new Input.Common(
            name,
            fields.needText("title", 80),
            fields.text("help", 1000, ""),
            fields.text("group", 80, ""),
            fields.text("tab", 40, ""),
            fields.get("showIf").map(InputReader::showIf).orElse(Map.of()),
            fields.get("required").map(Yaml::bool).orElse(!fields.has("default")),
            fields.bool("sweepable"),
            fields.get("units").map(units -> units.text(20)));
    InputReader reader = new InputReader(fields, common);
    Input input =
        switch (kind) {
          case NUMBER -> reader.number();
          case INTEGER -> reader.integer();
          case BOOLEAN -> new Input.BooleanInput(common, reader.byDefault(InputReader::bool));
          case CHOICE -> reader.choice();
          case MULTICHOICE -> reader.multichoice();
          case TEXT -> reader.text();
          case FILE -> reader.file();
        };
    if (isKnownKind(fields)) {
      reader.refuseForeign(kind);
    }
    input
        .byDefault()
        .flatMap(value -> InputValues.wrong(input, value))
        .ifPresent(message -> fields.get("default").orElse(at).problem(message));
    return input;
  }

  /** Where the type itself is wrong, one complaint is enough. */
  private static boolean isKnownKind(YamlFields fields) {
    return fields
        .get("type")
        .filter(Yaml::isText)
        .filter(t -> Stream.of(Kind.values()).anyMatch(k -> k.name().equalsIgnoreCase(t.text())))
        .isPresent();
  }

  /** Complains of keys that belong to other kinds. */
  private void refuseForeign(Kind kind) {
    List<String> own =
        switch (kind) {
          case NUMBER -> List.of("default", "units", "minimum", "above", "maximum");
          case INTEGER -> List.of("default", "units", "minimum", "maximum", "powerOfTwo");
          case BOOLEAN -> List.of("default");
          case CHOICE -> List.of("default", "units", "choices");
          case MULTICHOICE -> List.of("default", "choices", "minimum", "maximum", "join");
          case TEXT -> List.of("default", "maximumLength", "pattern");
          case FILE -> List.of("as", "accept", "maximumSize");
        };
    List<String> everywhere = List.of(ALL).subList(0, 8);
    for (String key : fields.values().keySet()) {
      boolean sweep = key.equals("sweepable") && kind != Kind.FILE && kind != Kind.MULTICHOICE;
      if (!own.contains(key) && !everywhere.contains(key) && !sweep) {
        fields.at().keyProblem(key, "does not fit an input of this type; remove it");
      }
    }
  }

  private Optional<Value> byDefault(Function<Yaml, Value> reader) {
    return fields.get("default").map(reader);
  }

  private static Value bool(Yaml at) {
    return new Value.BooleanValue(at.bool());
  }

  private Input number() {
    return new Input.NumberInput(
        common,
        byDefault(value -> new Value.NumberValue(quantity(value))),
        fields.get("minimum").map(this::quantity),
        fields.get("above").map(this::quantity),
        fields.get("maximum").map(this::quantity));
  }

  /** A number, where the input has units also with another unit. */
  private BigDecimal quantity(Yaml at) {
    if (common.units().isEmpty() || Quantity.isNumber(at.text())) {
      return at.number();
    }
    try {
      return Units.read(at.text(), common.units().get());
    } catch (IllegalArgumentException e) {
      at.problem("\"" + at.text() + "\": " + e.getMessage());
      return BigDecimal.ONE;
    }
  }

  /** Values by the input that decides; a single value may stand without a list. */
  private static Map<String, List<String>> showIf(Yaml at) {
    Map<String, List<String>> conditions = new LinkedHashMap<>();
    at.map()
        .forEach(
            (name, value) ->
                conditions.put(
                    name,
                    value.isText()
                        ? List.of(value.text())
                        : value.list(100).stream().map(Yaml::text).toList()));
    if (conditions.isEmpty() && at.isMap()) {
      at.problem("has no condition; give one, or leave the key out");
    }
    return Collections.unmodifiableMap(conditions);
  }

  private Input integer() {
    long minimum = bound("minimum", Long.MIN_VALUE);
    long maximum = bound("maximum", Long.MAX_VALUE);
    if (minimum > maximum) {
      fields.at().keyProblem("minimum", minimum + " is above the maximum " + maximum);
    }
    return new Input.IntegerInput(
        common,
        byDefault(value -> new Value.IntegerValue(value.integer(Long.MIN_VALUE, Long.MAX_VALUE))),
        minimum,
        maximum,
        fields.bool("powerOfTwo"));
  }

  private long bound(String key, long fallback) {
    return fields.get(key).map(v -> v.integer(Long.MIN_VALUE, Long.MAX_VALUE)).orElse(fallback);
  }

  private Input choice() {
    return choice(true);
  }

  private Input choice(boolean one) {
    List<Input.Choice> choices =
        fields.need("choices", c -> c.list(500).stream().map(this::oneChoice).toList(), List.of());
    if (choices.isEmpty() && fields.has("choices")) {
      fields.at().keyProblem("choices", "has no entry; give at least one");
    }
    if (choices.stream().map(Input.Choice::value).distinct().count() < choices.size()) {
      fields.at().keyProblem("choices", "has the same value twice; keep one");
    }
    return new Input.ChoiceInput(
        common,
        one ? byDefault(value -> new Value.TextValue(value.text(200))) : Optional.empty(),
        choices);
  }

  private Input multichoice() {
    Input.ChoiceInput one = (Input.ChoiceInput) choice(false);
    List<Input.Choice> choices = one.choices();
    int most = Math.max(1, choices.size());
    int minimum =
        fields
            .get("minimum")
            .map(m -> (int) m.integer(0, most))
            .orElse(fields.has("required") && common.required() ? 1 : 0);
    int maximum = fields.get("maximum").map(m -> (int) m.integer(1, most)).orElse(most);
    if (minimum > maximum) {
      fields.at().keyProblem("minimum", minimum + " is above the maximum " + maximum);
    }
    String join = fields.get("join").map(Yaml::text).orElse(",");
    Value none = new Value.ListValue(List.of(), join);
    return new Input.MultichoiceInput(
        common,
        fields
            .get("default")
            .<Value>map(
                d -> new Value.ListValue(d.list(500).stream().map(Yaml::text).toList(), join))
            .or(() -> minimum == 0 ? Optional.of(none) : Optional.empty()),
        choices,
        minimum,
        maximum,
        join);
  }

  private Input.Choice oneChoice(Yaml at) {
    if (at.isText()) {
      return new Input.Choice(at.text(200), at.text());
    }
    YamlFields choice = at.fields("value", "title");
    return new Input.Choice(choice.needText("value", 200), choice.needText("title", 200));
  }

  private Input text() {
    return new Input.TextInput(
        common,
        byDefault(value -> new Value.TextValue(value.text(10_000))),
        fields.get("maximumLength").map(m -> (int) m.integer(1, 10_000)).orElse(200),
        fields.get("pattern").flatMap(InputReader::pattern));
  }

  static Optional<Pattern> pattern(Yaml at) {
    try {
      return Optional.of(Pattern.compile(at.text(500)));
    } catch (PatternSyntaxException e) {
      at.problem("\"" + at.text() + "\" is no regular expression: " + e.getDescription());
      return Optional.empty();
    }
  }

  private Input file() {
    return new Input.FileInput(
        common,
        fields.get("as").map(OutputReader::path).orElse(common.name()),
        fields
            .get("accept")
            .map(a -> a.list(20).stream().map(e -> e.text(ENDING, "an ending, as .fasta")).toList())
            .orElse(List.of()),
        fields
            .get("maximumSize")
            .map(m -> (long) m.quantity(Quantity::bytes, 1, 0x1p50, "1 B..1024 TiB"))
            .orElse(1L << 40));
  }
}
