package org.gridappliance.tests.bench;

import java.util.List;

/**
 * One measured cell: what was done, by whom, and every run's figure.
 *
 * @param subject {@code ours}, {@code ours-…} or a peer's name
 * @param unit as {@code subjobs/s}, {@code ms}, {@code MB}
 * @param better {@code higher} or {@code lower}
 */
record Row(String name, String subject, String unit, String better, List<Double> runs) {

  double median() {
    List<Double> sorted = runs.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
