package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an input takes, in words, and what is wrong with a value that it does not take. Pure. */
final class Wanted {
  /** Letters that a pattern may read of a text of at most 10,000: tens of milliseconds. */
  private static final long PATTERN_READS = 5_000_000;

  private static final int MAXIMUM_PATH = 4096;

  private Wanted() {}

  /** {@return what is wrong with a value of the right type, as a sentence with the remedy} */
  static Optional<String> wrong(Input input, Value value) {
    boolean good =
        switch (input) {
          case Input.NumberInput n ->
              value instanceof Value.NumberValue(BigDecimal number)
                  && n.minimum().map(low -> number.compareTo(low) >= 0).orElse(true)
                  && n.above().map(low -> number.compareTo(low) > 0).orElse(true)
                  && n.maximum().map(high -> number.compareTo(high) <= 0).orElse(true)
                  && n.step().map(step -> isMultiple(number, step)).orElse(true);
          case Input.IntegerInput i ->
              value instanceof Value.IntegerValue(long number)
                  && number >= i.minimum()
                  && number <= i.maximum()
                  && number % i.step() == 0
                  && (!i.powerOfTwo() || (number > 0 && Long.bitCount(number) == 1));
          case Input.BooleanInput _ -> value instanceof Value.BooleanValue;
          case Input.ChoiceInput c when c.source().isPresent() -> OptionList.isValue(value.text());
          case Input.ChoiceInput c ->
              c.choices().stream().anyMatch(choice -> choice.value().equals(value.text()));
          case Input.MultichoiceInput m ->
              value instanceof Value.ListValue list
                  && list.chosen().size() >= m.minimum()
                  && list.chosen().size() <= m.maximum()
                  && list.chosen().stream()
                      .allMatch(
                          v ->
                              m.source().isPresent()
                                  ? OptionList.isValue(v)
                                  : m.choices().stream().anyMatch(c -> c.value().equals(v)));
          case Input.TextInput t -> isGoodText(t, value.text());
          case Input.FileInput _ -> isGoodPath(value.text());
          case Input.RepeatInput r ->
              value instanceof Value.RowsValue(List<Map<String, Value>> rows)
                  && rows.size() >= r.minimum()
                  && rows.size() <= r.maximum();
        };
    return good ? Optional.empty() : Optional.of(shorten(value.text()) + ": " + of(input));
  }

  /** Exact: 0.3 is a multiple of 0.1. */
  static boolean isMultiple(BigDecimal number, BigDecimal step) {
    return number.remainder(step).signum() == 0;
  }

  /** Text that could pass for an option must be asked for by a pattern. */
  private static boolean isGoodText(Input.TextInput input, String text) {
    return text.length() <= input.maximumLength()
        && text.codePoints().noneMatch(Character::isISOControl)
        && input.pattern().map(p -> matches(p, text)).orElse(!text.startsWith("-"));
  }

  /** What a pattern cannot decide in time does not match. */
  private static boolean matches(Pattern pattern, String text) {
    try {
      return pattern.matcher(new BoundedText(text, PATTERN_READS)).matches();
    } catch (BoundedText.TooSlow | StackOverflowError e) {
      return false;
    }
  }

  private static boolean isGoodPath(String path) {
    return !path.isEmpty() && path.length() <= MAXIMUM_PATH && path.indexOf('\0') < 0;
  }

  /** {@return what an input takes, as {@code want a number ≥ 0}} */
  static String of(Input input) {
    String units = input.common().units().map(u -> " " + u).orElse("");
    return switch (input) {
      case Input.NumberInput n ->
          "want a number"
              + n.minimum().map(low -> " ≥ " + Numbers.text(low)).orElse("")
              + n.above().map(low -> " > " + Numbers.text(low)).orElse("")
              + n.maximum().map(high -> " ≤ " + Numbers.text(high)).orElse("")
              + units
              + n.step().map(step -> multiple(Numbers.text(step) + units)).orElse("");
      case Input.IntegerInput i ->
          (i.powerOfTwo() ? "want a power of two" : "want a whole number")
              + range(i)
              + units
              + (i.step() == 1 ? "" : multiple(i.step() + units));
      case Input.BooleanInput _ -> "want true or false";
      case Input.ChoiceInput c -> "want one of " + choices(c.choices(), c.source());
      case Input.MultichoiceInput m ->
          "want a list of "
              + (m.minimum() == m.maximum() ? "" : m.minimum() + "..")
              + m.maximum()
              + " of "
              + choices(m.choices(), m.source());
      case Input.TextInput t ->
          "want a line of at most "
              + t.maximumLength()
              + " characters"
              + t.pattern().map(p -> " that matches " + p).orElse(" that does not begin with -");
      case Input.FileInput _ -> "want the path of a file";
      case Input.RepeatInput r ->
          "want a list of "
              + (r.minimum() == r.maximum() ? "" : r.minimum() + "..")
              + r.maximum()
              + " objects with "
              + String.join(", ", r.inputs().stream().map(Input::name).toList());
    };
  }

  private static String choices(List<Input.Choice> choices, Optional<OptionSource> source) {
    return switch (source.orElse(null)) {
      case OptionSource.FileSource(String input, OptionSource.Layout _) -> "the names in " + input;
      case OptionSource.CommandSource _ -> "the names that the application lists";
      case null -> String.join(", ", choices.stream().limit(20).map(Input.Choice::value).toList());
    };
  }

  private static String multiple(String step) {
    return " that is a multiple of " + step;
  }

  private static String range(Input.IntegerInput input) {
    String low = input.minimum() == Long.MIN_VALUE ? "" : " ≥ " + input.minimum();
    String high = input.maximum() == Long.MAX_VALUE ? "" : " ≤ " + input.maximum();
    return low.isEmpty() || high.isEmpty()
        ? low + high
        : " in " + input.minimum() + ".." + input.maximum();
  }

  static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 79) + "…";
  }
}
