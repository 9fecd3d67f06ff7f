package org.gridappliance.jobs.history;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.gridappliance.jobs.http.Problem;

/**
 * Any text is a filter, with a value for each question mark, or is refused in words. Run with
 * {@code JAZZER_FUZZ=1} to look for counterexamples; without, what was found before is tried again.
 */
class RunFilterFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyTextIsAFilterOrRefused(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    try {
      RunFilter filter = RunFilter.parse(text, 1_900_000_000_000L);
      long marks =
          String.join(" ", filter.conditions()).chars().filter(letter -> letter == '?').count();
      if (marks != filter.values().size()) {
        throw new AssertionError(filter.conditions() + " " + filter.values());
      }
    } catch (Problem e) {
      if (!String.valueOf(e.getMessage()).startsWith("the filter's")) {
        throw new AssertionError("refused without naming what", e);
      }
    }
  }
}
