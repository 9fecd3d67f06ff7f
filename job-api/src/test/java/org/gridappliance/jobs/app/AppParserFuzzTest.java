package org.gridappliance.jobs.app;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Any text is an application or a list of problems. Run with {@code JAZZER_FUZZ=1} to look for
 * counterexamples; without, what was found before is tried again.
 */
class AppParserFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyTextIsAnAppOrProblems(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    try {
      Apps.parse(text);
      Apps.parse(Apps.SMALL + text);
    } catch (AppInvalid e) {
      if (e.problems().isEmpty()) {
        throw new AssertionError("invalid without a problem", e);
      }
    }
  }
}
