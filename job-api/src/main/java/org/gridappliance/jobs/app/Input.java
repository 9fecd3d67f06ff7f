package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One field of an application's form. */
public sealed interface Input {
  /** What stands before the name of an example's file where a path in the home could stand. */
  String EXAMPLE_PREFIX = "example:";

  /** May stand before a path in the home, so that it is never taken for anything else. */
  String HOME_PREFIX = "home:";

  /** What a file's value begins with when it is a result: {@code result:JOB/PATH}. */
  String RESULT_PREFIX = "result:";

  /** The keys whose value may be the name of another input. */
  String MINIMUM = "minimum";

  /** See {@link #MINIMUM}. */
  String ABOVE = "above";

  /** See {@link #MINIMUM}. */
  String MAXIMUM = "maximum";

  /** {@return what all kinds have} */
  Common common();

  default String name() {
    return common().name();
  }

  default String title() {
    return common().title();
  }

  default boolean required() {
    return common().required();
  }

  default boolean sweepable() {
    return common().sweepable();
  }

  /** {@return the value when none is given} */
  Optional<Value> byDefault();

  /** {@return whether every checked submission has a value for it} */
  default boolean alwaysGiven() {
    return (required() || byDefault().isPresent()) && common().showIf().isEmpty();
  }

  /**
   * {@return whether the form asks for it} What is not asked has no value, and none may be sent.
   *
   * @param values of the inputs before it; within a row those of the form by name, and those of the
   *     row as {@code group.input}
   */
  default boolean shown(Map<String, Value> values) {
    return holds(common().showIf(), values);
  }

  private static boolean holds(Map<String, List<String>> conditions, Map<String, Value> values) {
    return conditions.entrySet().stream()
        .allMatch(
            condition -> {
              Value value = values.get(condition.getKey());
              return value != null && condition.getValue().stream().anyMatch(value::is);
            });
  }

  /**
   * {@return what it is beside these values}: its first case that holds, with the bounds that other
   * inputs set. A bound of an input without a value does not bind.
   *
   * @param values as for {@link #shown}
   */
  default Input beside(Map<String, Value> values) {
    Input chosen =
        common().cases().stream()
            .filter(one -> holds(one.when(), values))
            .findFirst()
            .map(Case::then)
            .orElse(this);
    return chosen.common().bounds().isEmpty() ? chosen : chosen.bound(values);
  }

  private Input bound(Map<String, Value> values) {
    Map<String, BigDecimal> bounds = new HashMap<>();
    common()
        .bounds()
        .forEach((key, name) -> number(values.get(name)).ifPresent(b -> bounds.put(key, b)));
    return switch (this) {
      case NumberInput n ->
          new NumberInput(
              n.common(),
              n.byDefault(),
              Optional.ofNullable(bounds.get(MINIMUM)).or(n::minimum),
              Optional.ofNullable(bounds.get(ABOVE)).or(n::above),
              Optional.ofNullable(bounds.get(MAXIMUM)).or(n::maximum),
              n.step());
      case IntegerInput i ->
          new IntegerInput(
              i.common(),
              i.byDefault(),
              whole(bounds.get(MINIMUM), RoundingMode.CEILING, i.minimum()),
              whole(bounds.get(MAXIMUM), RoundingMode.FLOOR, i.maximum()),
              i.powerOfTwo(),
              i.step());
      default -> this;
    };
  }

  private static long whole(@Nullable BigDecimal bound, RoundingMode mode, long otherwise) {
    return bound == null
        ? otherwise
        : bound
            .setScale(0, mode)
            .max(BigDecimal.valueOf(Long.MIN_VALUE))
            .min(BigDecimal.valueOf(Long.MAX_VALUE))
            .longValueExact();
  }

  private static Optional<BigDecimal> number(@Nullable Value value) {
    return switch (value) {
      case Value.NumberValue(BigDecimal number) -> Optional.of(number);
      case Value.IntegerValue(long number) -> Optional.of(BigDecimal.valueOf(number));
      case null, default -> Optional.empty();
    };
  }

  /** {@return where its choices come from, if they do not stand in {@code app.yaml}} */
  default Optional<OptionSource> optionSource() {
    return switch (this) {
      case ChoiceInput choice -> choice.source();
      case MultichoiceInput several -> several.source();
      case NumberInput _, IntegerInput _, BooleanInput _, TextInput _, FileInput _, RepeatInput _ ->
          Optional.empty();
    };
  }

  /** {@return what it can be: itself, and what it becomes in each of its cases} */
  default Stream<Input> forms() {
    return Stream.concat(Stream.of(this), common().cases().stream().map(Case::then));
  }

  /** {@return itself, and the inputs of its rows if it is a group} */
  default Stream<Input> withRows() {
    return this instanceof RepeatInput group
        ? Stream.concat(Stream.of(this), group.inputs().stream())
        : Stream.of(this);
  }

  /**
   * Calls for every file among the values.
   *
   * @param inputs of the application
   * @param visit the input, for a file in a row with the name of the group and its own place in the
   *     scratch folder; and what the caller gave
   */
  static void eachFile(
      List<Input> inputs, Map<String, Value> values, BiConsumer<FileInput, Value.FileValue> visit) {
    for (Input input : inputs) {
      Value value = values.get(input.name());
      if (input instanceof FileInput file && value instanceof Value.FileValue path) {
        visit.accept(file, path);
      } else if (input instanceof RepeatInput group && value instanceof Value.RowsValue rows) {
        for (int i = 0; i < rows.rows().size(); i++) {
          int number = i + 1;
          eachFile(
              group.inputs(),
              rows.rows().get(i),
              (file, path) -> visit.accept(group.file(file, number), path));
        }
      }
    }
  }

  /**
   * What every input has.
   *
   * @param name {@code [a-z][a-z0-9_]{0,39}}
   * @param help a sentence, or empty
   * @param group the heading it stands under in the form, or empty
   * @param tab the page of the form it stands on, or empty
   * @param showIf asked only while each of these inputs, which stand before it, has one of these
   *     values; always when empty. An input of the same row is named {@code group.input}
   * @param cases what it becomes while other inputs have certain values; the first that holds
   * @param bounds {@link #MINIMUM}, {@link #ABOVE} or {@link #MAXIMUM} that is the value of another
   *     input, which stands before it, by that key
   * @param required the form cannot be sent without it
   * @param sweepable may be given several values
   * @param units as {@code bytes}, {@code °C}
   */
  record Common(
      String name,
      String title,
      String help,
      String group,
      String tab,
      Map<String, List<String>> showIf,
      List<Case> cases,
      Map<String, String> bounds,
      boolean required,
      boolean sweepable,
      Optional<String> units) {}

  /**
   * What an input is while others have certain values.
   *
   * @param when as {@link Common#showIf()}
   * @param then of the same kind and name, without cases of its own
   */
  record Case(Map<String, List<String>> when, Input then) {}

  /**
   * A decimal number in a closed range, or with {@code above} greater than it.
   *
   * @param step it is a multiple of; above 0
   */
  record NumberInput(
      Common common,
      Optional<Value> byDefault,
      Optional<BigDecimal> minimum,
      Optional<BigDecimal> above,
      Optional<BigDecimal> maximum,
      Optional<BigDecimal> step)
      implements Input {}

  /**
   * A whole number in {@code minimum..maximum}.
   *
   * @param step it is a multiple of, ≥ 1
   */
  record IntegerInput(
      Common common,
      Optional<Value> byDefault,
      long minimum,
      long maximum,
      boolean powerOfTwo,
      long step)
      implements Input {}

  /** Yes or no. */
  record BooleanInput(Common common, Optional<Value> byDefault) implements Input {}

  /**
   * One of a few values.
   *
   * @param choices never empty, unless they come from {@code source}
   */
  record ChoiceInput(
      Common common, Optional<Value> byDefault, List<Choice> choices, Optional<OptionSource> source)
      implements Input {}

  /**
   * Some of a few values.
   *
   * @param choices never empty, unless they come from {@code source}
   * @param minimum the fewest, 0..{@code maximum}; 0 when it may be left empty
   * @param maximum the most
   * @param join what stands between them in an argument
   */
  record MultichoiceInput(
      Common common,
      Optional<Value> byDefault,
      List<Choice> choices,
      Optional<OptionSource> source,
      int minimum,
      int maximum,
      String join)
      implements Input {
    /** The most that can be chosen of those from elsewhere. */
    static final int MOST = 500;
  }

  /** A value of a {@link ChoiceInput} or {@link MultichoiceInput} and how it is shown. */
  record Choice(String value, String title) {}

  /** A line of text that matches {@code pattern} as a whole. */
  record TextInput(
      Common common, Optional<Value> byDefault, int maximumLength, Optional<Pattern> pattern)
      implements Input {}

  /**
   * A file of the caller.
   *
   * @param stageAs its name in the scratch folder: what the command sees, never the user's name
   * @param accept file name endings offered first, as {@code .fasta}
   * @param maximumBytes of its length
   */
  record FileInput(Common common, String stageAs, List<String> accept, long maximumBytes)
      implements Input {
    @Override
    public Optional<Value> byDefault() {
      return Optional.empty();
    }

    /**
     * {@return where the file of one row lies: {@code ligand.pdb} in row 2 is {@code ligand-2.pdb}}
     */
    String stageAs(int row) {
      int dot = stageAs.indexOf('.', stageAs.lastIndexOf('/') + 1);
      int end = dot < 0 ? stageAs.length() : dot;
      return stageAs.substring(0, end) + "-" + row + stageAs.substring(end);
    }
  }

  /**
   * The same inputs several times, in rows that the caller adds.
   *
   * @param row what one of them is called, empty where the title has to do
   * @param inputs of a row: without sweeps and groups of their own
   * @param minimum the fewest rows, 0..{@code maximum}
   * @param maximum the most, 1..{@link #MAXIMUM_ROWS}
   */
  record RepeatInput(Common common, String row, List<Input> inputs, int minimum, int maximum)
      implements Input {
    /** The most rows that a group may have. */
    static final int MAXIMUM_ROWS = 1000;

    @Override
    public Optional<Value> byDefault() {
      return minimum == 0 ? Optional.of(new Value.RowsValue(List.of())) : Optional.empty();
    }

    /** {@return the input of a row, by its name} */
    Optional<Input> input(String name) {
      return inputs.stream().filter(input -> input.name().equals(name)).findFirst();
    }

    private FileInput file(FileInput file, int row) {
      return new FileInput(common, file.stageAs(row), file.accept(), file.maximumBytes());
    }
  }
}
