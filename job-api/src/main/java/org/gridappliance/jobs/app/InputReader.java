package org.gridappliance.jobs.app;

import java.util.ArrayList;
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
    "cases",
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
    "maximumSize",
    "step",
    "inputs",
    "row"
  };

  /** What a case may change, beside {@code when}. */
  private static final String[] OF_CASE = {
    "when", "title", "help", "default", "units", "minimum", "above", "maximum", "step", "choices"
  };

  /** What an input of a row has none of. */
  private static final List<String> NOT_IN_ROW = List.of("sweepable", "group", "tab");

  private static final Pattern ENDING = Pattern.compile("\\.[A-Za-z0-9.]{1,20}");

  /** The kinds, by the word that stands at {@code type}. */
  private enum Kind {
    NUMBER,
    INTEGER,
    BOOLEAN,
    CHOICE,
    MULTICHOICE,
    TEXT,
    FILE,
    REPEAT
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

  private static List<Input> row(Yaml at) {
    Set<String> names = new HashSet<>();
    List<Input> row = new ArrayList<>();
    for (Yaml item : at.list(50)) {
      Input input = input(item, names);
      if (input instanceof Input.RepeatInput) {
        item.problem("a group within a group is not offered; give it a place of its own");
      }
      NOT_IN_ROW.stream()
          .filter(key -> item.isMap() && item.map().containsKey(key))
          .forEach(key -> item.keyProblem(key, "is not offered within a row; remove it"));
      row.add(input);
    }
    if (row.isEmpty() && !at.isText()) {
      at.problem("has no entry; give at least one");
    }
    return row;
  }

  private static Input input(Yaml at, Set<String> names) {
    YamlFields fields = at.fields(ALL);
    String name = fields.need("name", n -> n.text(AppParser.NAME, AppParser.NAME_WANTED), "x");
    if (!names.add(name)) {
      at.problem("there are two inputs \"" + name + "\"; rename one");
    }
    Kind kind = fields.need("type", type -> type.word(Kind.class, Kind.TEXT), Kind.TEXT);
    int before = at.problems().size();
    Input input = input(fields, name, kind, List.of());
    if (isKnownKind(fields)) {
      refuseForeign(fields, kind);
    }
    if (!fields.has("cases") || before < at.problems().size()) {
      return input;
    }
    List<Input.Case> cases =
        fields.get("cases").stream()
            .flatMap(list -> list.list(100).stream())
            .map(one -> oneCase(one, fields, name, kind))
            .toList();
    if (cases.isEmpty()) {
      at.keyProblem("cases", "has no entry; give one, or leave the key out");
    }
    return at.problems().size() > before ? input : input(fields, name, kind, cases);
  }

  /** What it becomes is read as if the keys of the case stood in place of the input's own. */
  private static Input.Case oneCase(Yaml at, YamlFields base, String name, Kind kind) {
    YamlFields own = at.fields(OF_CASE);
    refuseForeign(own, kind);
    if (own.has("default") && !base.has("default")) {
      at.keyProblem("default", "only an input with a default has another one in a case");
    }
    if (own.has("units") && base.bool("sweepable")) {
      at.keyProblem("units", "a sweepable input has the same units in all its cases");
    }
    if (own.values().size() < 2) {
      at.problem("changes nothing; name when, and what is another then");
    }
    Map<String, Yaml> values = new LinkedHashMap<>(base.values());
    values.remove("cases");
    values.putAll(own.values());
    values.remove("when");
    return new Input.Case(
        own.need("when", InputReader::showIf, Map.of()),
        input(new YamlFields(at, values), name, kind, List.of()));
  }

  private static Input input(YamlFields fields, String name, Kind kind, List<Input.Case> cases) {
    Input.Common common =
        new Input.Common(
            name,
            fields.needText("title", 80),
            fields.text("help", 1000, ""),
            fields.text("group", 80, ""),
            fields.text("tab", 40, ""),
            fields.get("showIf").map(InputReader::showIf).orElse(Map.of()),
            cases,
            kind == Kind.NUMBER || kind == Kind.INTEGER
                ? NumberReader.references(fields)
                : Map.of(),
            fields.get("required").map(Yaml::bool).orElse(!fields.has("default")),
            fields.bool("sweepable"),
            fields.get("units").map(units -> units.text(20)));
    InputReader reader = new InputReader(fields, common);
    Input input =
        switch (kind) {
          case NUMBER -> new NumberReader(fields, common).number();
          case INTEGER -> new NumberReader(fields, common).integer();
          case BOOLEAN -> new Input.BooleanInput(common, reader.byDefault(InputReader::bool));
          case CHOICE -> reader.choice();
          case MULTICHOICE -> reader.multichoice();
          case TEXT -> reader.text();
          case FILE -> reader.file();
          case REPEAT -> reader.repeat();
        };
    input
        .byDefault()
        .flatMap(value -> Wanted.wrong(input, value))
        .ifPresent(message -> fields.get("default").orElse(fields.at()).problem(message));
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
  private static void refuseForeign(YamlFields fields, Kind kind) {
    List<String> own =
        switch (kind) {
          case NUMBER -> List.of("default", "units", "minimum", "above", "maximum", "step");
          case INTEGER -> List.of("default", "units", "minimum", "maximum", "powerOfTwo", "step");
          case BOOLEAN -> List.of("default");
          case CHOICE -> List.of("default", "units", "choices");
          case MULTICHOICE -> List.of("default", "choices", "minimum", "maximum", "join");
          case TEXT -> List.of("default", "maximumLength", "pattern");
          case FILE -> List.of("as", "accept", "maximumSize");
          case REPEAT -> List.of("inputs", "row", "minimum", "maximum");
        };
    List<String> everywhere = List.of(ALL).subList(0, 9);
    for (String key : fields.values().keySet()) {
      boolean sweep = key.equals("sweepable") && kind != Kind.MULTICHOICE && kind != Kind.REPEAT;
      boolean when = key.equals("when");
      if (!own.contains(key) && !everywhere.contains(key) && !sweep && !when) {
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

  private Input choice() {
    return choice(true);
  }

  /** {@return where the choices come from, when a mapping and no list says so} */
  private Optional<OptionSource> source() {
    Optional<OptionSource> source =
        fields.get("choices").filter(Yaml::isMap).map(OptionSourceReader::source);
    if (source.isPresent() && fields.has("default")) {
      fields.at().keyProblem("default", "goes with choices that stand here; remove it");
    }
    return source;
  }

  private Input choice(boolean one) {
    Optional<OptionSource> source = source();
    List<Input.Choice> choices =
        source.isPresent()
            ? List.of()
            : fields.need(
                "choices", c -> c.list(500).stream().map(this::oneChoice).toList(), List.of());
    if (choices.isEmpty() && source.isEmpty() && fields.has("choices")) {
      fields.at().keyProblem("choices", "has no entry; give at least one");
    }
    if (choices.stream().map(Input.Choice::value).distinct().count() < choices.size()) {
      fields.at().keyProblem("choices", "has the same value twice; keep one");
    }
    return new Input.ChoiceInput(
        common,
        one ? byDefault(value -> new Value.TextValue(value.text(200))) : Optional.empty(),
        choices,
        source);
  }

  private Input multichoice() {
    Input.ChoiceInput one = (Input.ChoiceInput) choice(false);
    List<Input.Choice> choices = one.choices();
    int most = one.source().isPresent() ? Input.MultichoiceInput.MOST : Math.max(1, choices.size());
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
        one.source(),
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

  private Input repeat() {
    int maximum =
        fields
            .get("maximum")
            .map(m -> (int) m.integer(1, Input.RepeatInput.MAXIMUM_ROWS))
            .orElse(100);
    int minimum =
        fields
            .get("minimum")
            .map(m -> (int) m.integer(0, Input.RepeatInput.MAXIMUM_ROWS))
            .orElse(fields.has("required") && common.required() ? 1 : 0);
    if (minimum > maximum) {
      fields.at().keyProblem("minimum", minimum + " is above the maximum " + maximum);
    }
    return new Input.RepeatInput(
        common,
        fields.text("row", 40, ""),
        fields.need("inputs", InputReader::row, List.of()),
        minimum,
        maximum);
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
