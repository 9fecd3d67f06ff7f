package org.gridappliance.jobs.merge;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.gridappliance.jobs.http.Problem;

/**
 * Any text names rows, at most as many as may be chosen, or is refused in words. Run with {@code
 * JAZZER_FUZZ=1} to look for counterexamples; without, what was found before is tried again.
 */
class RowNumbersFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyTextNamesRowsOrIsRefused(FuzzedDataProvider data) {
    try {
      RowNumbers.Walk walk = RowNumbers.parse(data.consumeRemainingAsString()).walk();
      for (long row = 0; row < 1_000; row++) {
        walk.has(row);
      }
    } catch (Problem e) {
      if (!String.valueOf(e.getMessage()).startsWith("rows: ")) {
        throw new AssertionError("refused without naming what", e);
      }
    }
  }
}
