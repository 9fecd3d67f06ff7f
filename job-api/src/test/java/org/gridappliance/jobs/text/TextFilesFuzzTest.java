package org.gridappliance.jobs.text;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Any bytes are a text: all its lines can be read, and a search from any cursor ends. Run with
 * {@code JAZZER_FUZZ=1} to look for counterexamples; without, what was found before is tried again.
 */
class TextFilesFuzzTest {
  private static final TextFiles TEXTS = new TextFiles();
  private int files;

  @FuzzTest(maxDuration = "60s")
  void anyBytesAreAText(FuzzedDataProvider data) throws Exception {
    String words = data.consumeString(20);
    long[] at = data.consumeLongs(4);
    Path file = Files.write(Files.createTempFile("text", ""), data.consumeRemainingAsBytes());
    try {
      String name = file + "#" + files++;
      TextFiles.Page page = TEXTS.page(file, name, 0, Integer.MAX_VALUE, 0);
      if (page.lines().size() != page.count()) {
        throw new AssertionError(page.lines().size() + " lines read of " + page.count());
      }
      if (!words.isEmpty()) {
        String written =
            at.length < 4 ? "0.0.0.0" : at[0] + "." + at[1] + "." + at[2] + "." + at[3];
        Optional<TextSearch.Cursor> from = TextSearch.Cursor.parse(written);
        for (int parts = 0; from.isPresent(); parts++) {
          from =
              TEXTS.search(file, name, new TextSearch.Wanted(words, true), from.get(), 10).next();
          if (parts > 10) {
            throw new AssertionError("a search does not end");
          }
        }
      }
    } finally {
      Files.delete(file);
    }
  }
}
