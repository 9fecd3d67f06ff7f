package org.gridappliance.jobs.split;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.gridappliance.jobs.app.Split;

/**
 * Any bytes are cut into chunks that are the file, or refused. Run with {@code JAZZER_FUZZ=1} to
 * look for counterexamples; without, what was found before is tried again.
 */
class SplitterFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreCutOrRefused(FuzzedDataProvider data) throws IOException {
    Split.By by = data.pickValue(Split.By.values());
    int wanted = data.consumeInt(1, 100);
    byte[] bytes = data.consumeRemainingAsBytes();
    Path file = Files.createTempFile("fuzz", ".txt");
    try {
      Files.write(file, bytes);
      Split split = new Split("s", by, "parts", 1);
      SplitFile cut = Splitter.split(file, split, OptionalInt.of(wanted), 2);
      long sum = cut.chunks().stream().mapToLong(Chunk::bytes).sum();
      if (sum != bytes.length || cut.chunks().size() != Math.min(wanted, cut.records())) {
        throw new AssertionError(cut.toString());
      }
    } catch (CannotSplit e) {
      if (String.valueOf(e.getMessage()).isBlank()) {
        throw new AssertionError("refused without a reason", e);
      }
    } finally {
      Files.delete(file);
    }
  }
}
