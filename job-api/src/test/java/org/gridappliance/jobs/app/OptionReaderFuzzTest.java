package org.gridappliance.jobs.app;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;

/**
 * Any bytes are a list of options or a reason why not. Run with {@code JAZZER_FUZZ=1} to look for
 * counterexamples; without, what was found before is tried again.
 */
class OptionReaderFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreAListOrAReason(FuzzedDataProvider data) throws IOException {
    OptionSource.Layout layout =
        new OptionSource.Layout(
            data.pickValue(OptionSource.By.values()),
            data.pickValue(TableFormat.Style.values()),
            new OptionSource.Place(data.consumeInt(1, 5), ""),
            new OptionSource.Place(data.consumeInt(0, 5), ""),
            data.consumeBoolean(),
            data.consumeBoolean() ? "#" : "");
    OptionReaderTest.holds(layout, data.consumeRemainingAsBytes());
  }
}
