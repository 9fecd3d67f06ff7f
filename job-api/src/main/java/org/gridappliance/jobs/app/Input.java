package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** One field of an application's form. */
public sealed interface Input {
  /** What stands before the name of an example's file where a path in the home could stand. */
  String EXAMPLE_PREFIX = "example:";

  /** May stand before a path in the home, so that it is never taken for anything else. */
  String HOME_PREFIX = "home:";

  /** What a file's value begins with when it is a result: {@code result:JOB/PATH}. */
  String RESULT_PREFIX = "result:";

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
   * @param values of the inputs before it
   */
  default boolean shown(Map<String, Value> values) {
    return common().showIf().entrySet().stream()
        .allMatch(
            condition -> {
              Value value = values.get(condition.getKey());
              return value != null && condition.getValue().stream().anyMatch(value::is);
            });
  }

  /**
   * What every input has.
   *
   * @param name {@code [a-z][a-z0-9_]{0,39}}
   * @param help a sentence, or empty
   * @param group the heading it stands under in the form, or empty
   * @param tab the page of the form it stands on, or empty
   * @param showIf asked only while each of these inputs, which stand before it, has one of these
   *     values; always when empty
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
      boolean required,
      boolean sweepable,
      Optional<String> units) {}

  /** A decimal number in a closed range, or with {@code above} greater than it. */
  record NumberInput(
      Common common,
      Optional<Value> byDefault,
      Optional<BigDecimal> minimum,
      Optional<BigDecimal> above,
      Optional<BigDecimal> maximum)
      implements Input {}

  /** A whole number in {@code minimum..maximum}. */
  record IntegerInput(
      Common common, Optional<Value> byDefault, long minimum, long maximum, boolean powerOfTwo)
      implements Input {}

  /** Yes or no. */
  record BooleanInput(Common common, Optional<Value> byDefault) implements Input {}

  /** One of a few values; never empty. */
  record ChoiceInput(Common common, Optional<Value> byDefault, List<Choice> choices)
      implements Input {}

  /**
   * Some of a few values.
   *
   * @param choices never empty
   * @param minimum the fewest, 0..{@code maximum}; 0 when it may be left empty
   * @param maximum the most
   * @param join what stands between them in an argument
   */
  record MultichoiceInput(
      Common common,
      Optional<Value> byDefault,
      List<Choice> choices,
      int minimum,
      int maximum,
      String join)
      implements Input {}

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
  }
}
