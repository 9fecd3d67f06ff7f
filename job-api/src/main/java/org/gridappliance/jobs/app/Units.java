package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values with units as people type them: {@code 2.5 um} in a field in metres, {@code 77 °F} in one
 * in °C. The table is {@code units.json}, which the page reads as well; both round what they
 * converted to the same number of digits. A value in the field's own unit is taken as it is. Pure.
 */
final class Units {
  private static final Pattern VALUE =
      Pattern.compile("([+-]?(?:\\d{1,40}\\.?\\d{0,40}|\\.\\d{1,40})(?:[eE][+-]?\\d{1,3})?)(.*)");
  private static final Pattern FACTOR =
      Pattern.compile("([\\s*·/]*)([^\\s*·/^0-9²³+-]+)(?:\\^?(-?\\d)|([²³]))?");
  private static final Units TABLE = load();

  private final Map<String, BigDecimal> prefixes = new HashMap<>();
  private final Map<String, List<Unit>> symbols = new HashMap<>();
  private final MathContext digits;

  /** (v + add) * numerator / denominator of the base units. */
  private record Unit(
      BigDecimal numerator,
      BigDecimal denominator,
      BigDecimal add,
      Map<String, Integer> dimension,
      boolean prefixed) {
    boolean affine() {
      return add.signum() != 0;
    }

    Unit times(Unit other, int power) {
      Map<String, Integer> sum = new HashMap<>(dimension);
      other.dimension.forEach((base, exponent) -> sum.merge(base, exponent * power, Integer::sum));
      sum.values().removeIf(exponent -> exponent == 0);
      BigDecimal over = power > 0 ? other.numerator : other.denominator;
      BigDecimal under = power > 0 ? other.denominator : other.numerator;
      int n = Math.abs(power);
      return new Unit(
          numerator.multiply(over.pow(n)),
          denominator.multiply(under.pow(n)),
          add,
          Map.copyOf(sum),
          false);
    }
  }

  private static final Unit ONE =
      new Unit(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.ZERO, Map.of(), false);

  private Units(JsonNode table) {
    digits = new MathContext(table.path("digits").asInt());
    table
        .path("prefixes")
        .properties()
        .forEach(entry -> prefixes.put(entry.getKey(), new BigDecimal(entry.getValue().asText())));
    for (JsonNode one : table.path("units")) {
      String[] factor = one.path("factor").asText().split("/", 2);
      Map<String, Integer> dimension = new HashMap<>();
      one.path("dimension")
          .properties()
          .forEach(entry -> dimension.put(entry.getKey(), entry.getValue().asInt()));
      Unit unit =
          new Unit(
              new BigDecimal(factor[0]),
              factor.length == 1 ? BigDecimal.ONE : new BigDecimal(factor[1]),
              new BigDecimal(one.path("add").asText("0")),
              Map.copyOf(dimension),
              one.path("prefixes").asBoolean());
      one.path("symbols")
          .forEach(s -> symbols.computeIfAbsent(s.asText(), _ -> new ArrayList<>()).add(unit));
    }
  }

  private static Units load() {
    try (InputStream in = Objects.requireNonNull(Units.class.getResourceAsStream("units.json"))) {
      return new Units(new ObjectMapper().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * {@return the number in the field's unit that a text says}
   *
   * @param text a number, with or without a unit
   * @param field the field's unit, of the table or any other word
   * @throws IllegalArgumentException says what is wrong with it
   */
  static BigDecimal read(String text, String field) {
    String shown = text.strip();
    Matcher parts = VALUE.matcher(shown);
    if (shown.length() > 100 || !parts.matches()) {
      throw new IllegalArgumentException("want a number in " + field);
    }
    BigDecimal number = new BigDecimal(parts.group(1));
    String unit = parts.group(2).strip();
    if (unit.isEmpty() || unit.equals(field)) {
      return number;
    }
    return TABLE.convert(number, unit, field);
  }

  private BigDecimal convert(BigDecimal number, String from, String to) {
    Unit wanted =
        units(to).stream()
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("want a number in " + to));
    List<Unit> given = units(from);
    if (given.isEmpty()) {
      throw new IllegalArgumentException("the unit " + from + " is not known; want " + to);
    }
    Unit unit =
        given.stream()
            .filter(u -> u.dimension().equals(wanted.dimension()))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException(from + " cannot be converted to " + to));
    if (Math.abs((long) number.precision() - number.scale()) > 400) {
      throw new IllegalArgumentException("want a number in " + to);
    }
    return number
        .add(unit.add())
        .multiply(unit.numerator())
        .multiply(wanted.denominator())
        .divide(unit.denominator().multiply(wanted.numerator()), MathContext.DECIMAL128)
        .subtract(wanted.add())
        .round(digits);
  }

  /** {@return what a unit may mean, the likeliest first; empty when it means nothing} */
  private List<Unit> units(String text) {
    List<Unit> alone = symbol(text);
    return alone.isEmpty() ? product(text).map(List::of).orElse(List.of()) : alone;
  }

  private Optional<Unit> product(String text) {
    Matcher factor = FACTOR.matcher(text);
    Unit all = ONE;
    int at = 0;
    while (at < text.length()) {
      if (!factor.find() || factor.start() != at) {
        return Optional.empty();
      }
      at = factor.end();
      String joint = factor.group(1).strip();
      boolean first = factor.start() == 0;
      int power = 1;
      if (factor.group(3) != null) {
        power = Integer.parseInt(factor.group(3));
      } else if (factor.group(4) != null) {
        power = factor.group(4).equals("²") ? 2 : 3;
      }
      Optional<Unit> unit = symbol(factor.group(2)).stream().filter(u -> !u.affine()).findFirst();
      boolean joined = first ? joint.isEmpty() : factor.group(1).length() > 0 && joint.length() < 2;
      if (unit.isEmpty() || !joined || power == 0) {
        return Optional.empty();
      }
      all = all.times(unit.get(), joint.equals("/") ? -power : power);
    }
    return Optional.of(all);
  }

  /** A whole symbol goes before a prefix with a symbol: {@code min} is no milli-inch. */
  private List<Unit> symbol(String text) {
    List<Unit> found = new ArrayList<>(symbols.getOrDefault(text, List.of()));
    if (text.length() > 1) {
      BigDecimal prefix = prefixes.get(text.substring(0, 1));
      if (prefix != null) {
        symbols.getOrDefault(text.substring(1), List.of()).stream()
            .filter(Unit::prefixed)
            .forEach(
                u ->
                    found.add(
                        new Unit(
                            u.numerator().multiply(prefix),
                            u.denominator(),
                            BigDecimal.ZERO,
                            u.dimension(),
                            false)));
      }
    }
    return found;
  }
}
