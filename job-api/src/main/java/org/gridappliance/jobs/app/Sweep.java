package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.LongNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Values of a sweep that are told in short: {@code {from, to, step}}, {@code {from, to, count}},
 * the latter also evenly on a logarithmic scale or sampled. The same description gives the same
 * values for ever: a job's are made anew from its request after every restart. frontend/src/lib/
 * sweep.ts counts them alike.
 *
 * @param from the first value, or the lower end of what is sampled
 * @param to the last value at most, {@code from} at least; exclusive when sampled
 * @param step above 0; 0 when {@code count} is given
 * @param count 1..{@link #MAXIMUM}
 * @param log even by factors; {@code from} is above 0 then
 */
record Sweep(
    BigDecimal from,
    BigDecimal to,
    BigDecimal step,
    int count,
    boolean log,
    Sampling sampling,
    long seed) {
  /** The most values of one input. */
  static final int MAXIMUM = 100_000;

  /** The most files of one input: each is copied, hashed and synced before the job is accepted. */
  static final int MAXIMUM_FILES = 1_000;

  /** A value is rounded to so many digits, so that 0.1 + 0.2 reads 0.3. */
  private static final MathContext DIGITS = new MathContext(12);

  /** How values are drawn. Latin: one in each of {@code count} strips of the range. */
  enum Sampling {
    NONE,
    RANDOM,
    LATIN
  }

  /** Says what is wrong with a description. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    Wrong(String message) {
      super(message);
    }
  }

  /**
   * {@return the description in a request}
   *
   * @param number reads a number of the input, also one with a unit
   * @throws Wrong with value, what was wanted and the limit
   */
  static Sweep of(JsonNode node, Function<JsonNode, BigDecimal> number) throws Wrong {
    for (String key : (Iterable<String>) node::fieldNames) {
      if (!List.of("from", "to", "step", "count", "scale", "sample", "seed").contains(key)) {
        throw new Wrong("\"" + key + "\": want from, to and step, or from, to and count");
      }
    }
    BigDecimal from = end(node, "from", number);
    BigDecimal to = end(node, "to", number);
    boolean log = node.path("scale").asText("linear").equals("log");
    Sampling sampling =
        switch (node.path("sample").asText("")) {
          case "random" -> Sampling.RANDOM;
          case "latin" -> Sampling.LATIN;
          default -> Sampling.NONE;
        };
    if (to.compareTo(from) < 0) {
      throw new Wrong(Numbers.text(from) + ".." + Numbers.text(to) + ": want from ≤ to");
    }
    if (log && from.signum() <= 0) {
      throw new Wrong(Numbers.text(from) + ": a logarithmic scale begins above 0");
    }
    if (node.has("step") == node.has("count")) {
      throw new Wrong("want either step or count");
    }
    if (node.has("count")) {
      long count = node.path("count").asLong();
      if (!node.path("count").canConvertToExactIntegral() || count < 1 || count > MAXIMUM) {
        throw new Wrong(
            "%s values: want 1..%,d".formatted(node.path("count").asText("none"), MAXIMUM));
      }
      long seed = node.path("seed").asLong(1);
      return new Sweep(from, to, BigDecimal.ZERO, (int) count, log, sampling, seed);
    }
    BigDecimal step = end(node, "step", number);
    if (step.signum() <= 0 || log || sampling != Sampling.NONE) {
      throw new Wrong(
          step.signum() <= 0
              ? "step " + Numbers.text(step) + ": want more than 0"
              : "a logarithmic scale and samples take count, not step");
    }
    BigDecimal count =
        to.subtract(from).divide(step, MathContext.DECIMAL128).add(new BigDecimal("1e-9"));
    BigDecimal values = count.setScale(0, RoundingMode.FLOOR).add(BigDecimal.ONE);
    if (values.compareTo(BigDecimal.valueOf(MAXIMUM)) > 0) {
      throw new Wrong(
          "%s values: want at most %,d; take a larger step"
              .formatted(
                  values.precision() > 18 ? Numbers.text(values) : grouped(values), MAXIMUM));
    }
    return new Sweep(from, to, step, values.intValueExact(), false, Sampling.NONE, 1);
  }

  private static String grouped(BigDecimal values) {
    return "%,d".formatted(values.longValue());
  }

  private static BigDecimal end(JsonNode node, String key, Function<JsonNode, BigDecimal> number)
      throws Wrong {
    if (!node.has(key)) {
      throw new Wrong("\"" + key + "\" is missing; want from, to and step, or from, to and count");
    }
    try {
      return number.apply(node.get(key));
    } catch (IllegalArgumentException e) {
      throw new Wrong(key + " " + node.get(key) + ": " + e.getMessage());
    }
  }

  /** {@return whether its values are drawn, and so belong to those of the other drawn inputs} */
  boolean sampled() {
    return sampling != Sampling.NONE;
  }

  /**
   * {@return the values}, as a request could hold them; without doubles unless they are drawn
   *
   * @param name the input's, so that two inputs draw different values from one seed
   * @param whole rounded to whole numbers
   * @param grid values that are not told by a step are rounded to multiples of it; 0 for none
   */
  List<JsonNode> values(String name, boolean whole, BigDecimal grid) {
    List<JsonNode> values = new ArrayList<>(count);
    Random random = new Random(seed * 1_000_003 + name.hashCode());
    int[] strips = sampling == Sampling.LATIN ? shuffled(random) : new int[0];
    for (int i = 0; i < count; i++) {
      BigDecimal value =
          switch (sampling) {
            case NONE ->
                step.signum() > 0
                    ? from.add(step.multiply(BigDecimal.valueOf(i)))
                    : at(count == 1 ? 0 : i / (count - 1.0), i == count - 1);
            case RANDOM -> at(random.nextDouble(), false);
            case LATIN -> at((strips[i] + random.nextDouble()) / count, false);
          };
      if (step.signum() == 0 && grid.signum() > 0) {
        value = value.divide(grid, 0, RoundingMode.HALF_UP).multiply(grid);
      }
      JsonNode node =
          whole
              ? LongNode.valueOf(value.setScale(0, RoundingMode.HALF_UP).longValue())
              : DoubleNode.valueOf(value.round(DIGITS).doubleValue());
      if (sampled() || values.isEmpty() || !values.getLast().equals(node)) {
        values.add(node);
      }
    }
    return values;
  }

  private BigDecimal at(double part, boolean last) {
    if (last && count > 1) {
      return to;
    }
    if (log) {
      double low = Math.log(from.doubleValue());
      double value = Math.exp(low + part * (Math.log(to.doubleValue()) - low));
      return part == 0 ? from : BigDecimal.valueOf(value);
    }
    return from.add(to.subtract(from).multiply(BigDecimal.valueOf(part)));
  }

  private int[] shuffled(Random random) {
    int[] strips = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      strips[i] = strips[j];
      strips[j] = i;
    }
    return strips;
  }
}
