package org.gridappliance.jobs.app;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The checked inputs of a job: values that all subjobs share, and the lists of a sweep. Immutable.
 *
 * @param values by name, in the application's order; an input that was not given is absent
 * @param sweep by name, in the application's order; no list is empty
 * @param axes the names of {@code sweep}, each once. Lists of one axis are as long as one another
 *     and go on together; between axes every combination is run, and the last varies fastest.
 */
public record Inputs(
    Map<String, Value> values, Map<String, List<Value>> sweep, List<List<String>> axes) {
  public Inputs {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    sweep = Collections.unmodifiableMap(new LinkedHashMap<>(sweep));
    axes = List.copyOf(axes);
  }

  /** A sweep over every combination. */
  public Inputs(Map<String, Value> values, Map<String, List<Value>> sweep) {
    this(values, sweep, sweep.keySet().stream().map(List::of).toList());
  }

  private int length(List<String> axis) {
    return list(axis.getFirst()).size();
  }

  private List<Value> list(String name) {
    return sweep.getOrDefault(name, List.of());
  }

  /** {@return how many combinations the sweep has, ≥ 1; {@code Long.MAX_VALUE} when more} */
  public long combinations() {
    long product = 1;
    for (List<String> axis : axes) {
      int size = length(axis);
      if (Math.multiplyHigh(product, size) != 0 || product * size < 0) {
        return Long.MAX_VALUE;
      }
      product *= size;
    }
    return product;
  }

  /**
   * {@return the swept values of one combination, by name, in the application's order}
   *
   * @param index 0..combinations-1
   */
  public Map<String, Value> combination(long index) {
    Map<String, Value> chosen = new LinkedHashMap<>();
    sweep.forEach((name, list) -> chosen.put(name, list.getFirst()));
    long rest = index;
    for (int i = axes.size() - 1; i >= 0; i--) {
      List<String> axis = axes.get(i);
      int size = length(axis);
      int place = (int) (rest % size);
      axis.forEach(name -> chosen.put(name, list(name).get(place)));
      rest /= size;
    }
    if (rest != 0) {
      throw new IllegalArgumentException(
          "combination " + index + ": want 0.." + (combinations() - 1));
    }
    return chosen;
  }

  /** {@return the values of one combination together with those that all share} */
  public Map<String, Value> all(long index) {
    Map<String, Value> all = new LinkedHashMap<>(values);
    all.putAll(combination(index));
    return all;
  }
}
