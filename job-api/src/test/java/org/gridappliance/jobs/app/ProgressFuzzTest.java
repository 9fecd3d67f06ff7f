package org.gridappliance.jobs.app;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * Whatever a program prints says 0 to 100 percent and a short line, or nothing. Run with {@code
 * JAZZER_FUZZ=1} to look for counterexamples; without, what was found before is tried again.
 */
class ProgressFuzzTest {
  private static final Progress HOW =
      new Progress(
          "stdout",
          Pattern.compile("(?<done>\\S+)/(?<total>\\S+)|(?<percent>\\S+)% ?(?<message>.*)"),
          Optional.empty());

  @FuzzTest(maxDuration = "60s")
  void anyTextSaysAPartOfAWholeOrNothing(FuzzedDataProvider data) {
    Progress.Told told = HOW.last(data.consumeRemainingAsString(), OptionalDouble.empty());
    double percent = told.percent().orElse(0);
    String message = told.message().orElse("");
    if (!(percent >= 0 && percent <= 100)
        || message.codePointCount(0, message.length()) > Progress.MESSAGE
        || message.chars().anyMatch(Character::isISOControl)) {
      throw new AssertionError(told.toString());
    }
  }
}
