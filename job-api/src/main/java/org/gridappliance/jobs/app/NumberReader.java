package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an input that is a number: its default, step and bounds.
 *
 * @param fields of the input
 * @param common of the input, with the bounds that are another input's value
 */
record NumberReader(YamlFields fields, Input.Common common) {
  private static final Pattern REFERENCE =
      Pattern.compile("\\{([a-z][a-z0-9_]{0,39}(?:\\.[a-z][a-z0-9_]{0,39})?)}");

  /** {@return the bounds that are another input's value, as {@code maximum: "{length}"}} */
  static Map<String, String> references(YamlFields fields) {
    Map<String, String> references = new LinkedHashMap<>();
    for (String key : List.of(Input.MINIMUM, Input.ABOVE, Input.MAXIMUM)) {
      fields
          .get(key)
          .filter(Yaml::isText)
          .map(at -> REFERENCE.matcher(at.text()))
          .filter(Matcher::matches)
          .ifPresent(match -> references.put(key, match.group(1)));
    }
    return references;
  }

  /** {@return what stands at a bound, if not the name of another input} */
  private Optional<Yaml> literal(String key) {
    return common.bounds().containsKey(key) ? Optional.empty() : fields.get(key);
  }

  Input number() {
    Optional<BigDecimal> step = fields.get("step").map(this::quantity);
    if (step.isPresent() && step.get().signum() <= 0) {
      fields.at().keyProblem("step", Numbers.text(step.get()) + ": want more than 0");
      step = Optional.empty();
    }
    Optional<BigDecimal> minimum = literal(Input.MINIMUM).map(this::quantity);
    Optional<BigDecimal> above = literal(Input.ABOVE).map(this::quantity);
    Optional<BigDecimal> maximum = literal(Input.MAXIMUM).map(this::quantity);
    step.ifPresent(
        one -> {
          onGrid(Input.MINIMUM, minimum, one);
          onGrid(Input.ABOVE, above, one);
          onGrid(Input.MAXIMUM, maximum, one);
        });
    return new Input.NumberInput(
        common,
        fields.get("default").map(value -> new Value.NumberValue(quantity(value))),
        minimum,
        above,
        maximum,
        step);
  }

  /** Steps are counted from 0; a bound beside them would make its author expect other values. */
  private void onGrid(String key, Optional<BigDecimal> bound, BigDecimal step) {
    bound
        .filter(value -> !Wanted.isMultiple(value, step))
        .ifPresent(
            value ->
                fields
                    .at()
                    .keyProblem(
                        key,
                        Numbers.text(value)
                            + " is no multiple of the step "
                            + Numbers.text(step)
                            + "; steps are counted from 0"));
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

  Input integer() {
    long minimum = bound("minimum", Long.MIN_VALUE);
    long maximum = bound("maximum", Long.MAX_VALUE);
    if (minimum > maximum) {
      fields.at().keyProblem("minimum", minimum + " is above the maximum " + maximum);
    }
    long step = fields.get("step").map(s -> s.integer(1, Long.MAX_VALUE)).orElse(1L);
    if (step > 1) {
      BigDecimal grid = BigDecimal.valueOf(step);
      onGrid(Input.MINIMUM, literal(Input.MINIMUM).map(_ -> BigDecimal.valueOf(minimum)), grid);
      onGrid(Input.MAXIMUM, literal(Input.MAXIMUM).map(_ -> BigDecimal.valueOf(maximum)), grid);
      if (fields.bool("powerOfTwo")) {
        fields.at().keyProblem("step", "does not go with powerOfTwo; remove one");
      }
    }
    return new Input.IntegerInput(
        common,
        fields
            .get("default")
            .map(value -> new Value.IntegerValue(value.integer(Long.MIN_VALUE, Long.MAX_VALUE))),
        minimum,
        maximum,
        fields.bool("powerOfTwo"),
        step);
  }

  private long bound(String key, long fallback) {
    return literal(key).map(v -> v.integer(Long.MIN_VALUE, Long.MAX_VALUE)).orElse(fallback);
  }
}
