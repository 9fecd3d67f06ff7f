package org.gridappliance.tests.bench;

/** One benchmark by name. */
interface Bench {
  /**
   * Measures everything, interleaved, and adds rows.
   *
   * @param quick ends within a minute, with fewer and smaller runs
   */
  void run(Report report, boolean quick) throws Exception;
}
