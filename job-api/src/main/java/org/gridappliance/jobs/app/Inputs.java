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
 */
public record Inputs(Map<String, Value> values, Map<String, List<Value>> sweep) {
  public Inputs {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    sweep = Collections.unmodifiableMap(new LinkedHashMap<>(sweep));
  }

  /** {@return how many combinations the sweep has, ≥ 1; {@code Long.MAX_VALUE} when more} */
  public long combinations() {
    long product = 1;
    for (List<Value> values : sweep.values()) {
      long high = Math.multiplyHigh(product, values.size());
      if (high != 0 || product * values.size() < 0) {
        return Long.MAX_VALUE;
      }
      product *= values.size();
    }
    return product;
  }

  /**
   * {@return the swept values of one combination, by name; the last name varies fastest}
   *
   * @param index 0..combinations-1
   */
  public Map<String, Value> combination(long index) {
    LinkedHashMap<String, Value> chosen = new LinkedHashMap<>();
    long rest = index;
    for (Map.Entry<String, List<Value>> axis : sweep.entrySet().stream().toList().reversed()) {
      int size = axis.getValue().size();
      chosen.putFirst(axis.getKey(), axis.getValue().get((int) (rest % size)));
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
