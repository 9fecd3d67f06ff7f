package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final String RAPPTURE = "=RAPPTURE-PROGRESS=>(?<percent>\\d+) ?(?<message>.*)";

  private static Progress.Told told(String pattern, String text, double total) {
    Progress how = new Progress("stdout", Pattern.compile(pattern), Optional.empty());
    return how.last(text, total < 0 ? OptionalDouble.empty() : OptionalDouble.of(total));
  }

  private static double percent(String pattern, String text, double total) {
    return told(pattern, text, total).percent().orElse(-1);
  }

  @Test
  void theLastLineSaysPercentAndMessage() {
    String text = "hello\n=RAPPTURE-PROGRESS=>5 first\n=RAPPTURE-PROGRESS=>55 second\nother\n";
    Progress.Told told = told(RAPPTURE, text, -1);
    assertEquals(55, told.percent().orElseThrow());
    assertEquals("second", told.message().orElseThrow());
    assertEquals(Optional.of(""), told(RAPPTURE, text + "=RAPPTURE-PROGRESS=>60\n", -1).message());
  }

  @Test
  void percentAndMessageMayStandInDifferentLines() {
    String pattern = "^(?<percent>[\\d.]+)%|^stage: (?<message>.*)";
    Progress.Told told = told(pattern, "stage: read\n1.5%\n2.5%\nstage: fit\nnoise\n", -1);
    assertEquals(2.5, told.percent().orElseThrow());
    assertEquals("fit", told.message().orElseThrow());
  }

  @Test
  void aBarIsCountedWhileItGrows() {
    String head = "0%   10   20\n|----|----|\n";
    assertEquals(100 * 13 / 51.0, percent("^(?<done>\\*+)$", head + "*".repeat(13), 51));
    assertEquals(100, percent("^(?<done>\\*+)$", head + "*".repeat(51) + "\ndone\n", 51));
    assertEquals(-1, percent("^(?<done>\\*+)$", head, 51));
  }

  @Test
  void aNumberThatMayBeCutIsNotRead() {
    assertEquals(10, percent("(?<done>\\d+)/(?<total>\\d+)", "2/20\r100/1000\r200/10", -1));
    assertEquals(-1, percent("(?<percent>\\d+)", "4", -1));
  }

  @Test
  void whatIsNoPartOfAWholeIsNotRead() {
    assertEquals(50, percent("^(?<done>[\\d,]+)", "1,000\n", 2000));
    assertEquals(100, percent("^(?<done>\\d+)", "3000\n", 2000));
    assertEquals(-1, percent("^(?<done>\\d+)", "3000\n", 0));
    assertEquals(-1, percent("^(?<done>\\d+)", "3000\n", -1));
    assertEquals(-1, percent("(?<percent>\\S+)", "NaN\n-5\n0x1p3\n1e99\n", -1));
  }

  @Test
  void aMessageIsOneLineOfLettersThatAreSeen() {
    String message = "\u202eeno\u0007 \u200btwo\u001b[31m";
    assertEquals(
        "eno two [31m",
        told(RAPPTURE, "=RAPPTURE-PROGRESS=>1 " + message + "\n", -1).message().orElseThrow());
    String emojis = "\uD83D\uDE00".repeat(300);
    String cut =
        told("(?<percent>\\d) (?<message>.*)", "1 " + emojis + "\n", -1).message().orElseThrow();
    assertEquals(Progress.MESSAGE, cut.codePointCount(0, cut.length()));
    assertTrue(cut.endsWith("…"));
  }

  @Test
  void aPatternThatTakesTooLongIsEnded() {
    String text = ("a".repeat(60) + "\n").repeat(200);
    assertThrows(BoundedText.TooSlow.class, () -> percent("^(a+)+\\1(?<percent>\\d)$", text, -1));
  }

  /** The same as matching every whole line from the first to the last. */
  @Test
  void anyTextSaysWhatItsLinesSayOneByOne() {
    Random random = new Random(7);
    Pattern pattern = Pattern.compile("(?<percent>\\d{1,3})%|m(?<message>[a-c]*)");
    for (int i = 0; i < 3000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(60); n > 0; n--) {
        text.append("0123456789%%%mmabc  \n\n\r".charAt(random.nextInt(23)));
      }
      OptionalDouble percent = OptionalDouble.empty();
      Optional<String> message = Optional.empty();
      String[] lines = text.toString().split("[\r\n]", -1);
      for (int line = 0; line < lines.length - 1; line++) {
        var matcher = pattern.matcher(lines[line]);
        if (matcher.find()) {
          percent =
              matcher.group(1) == null
                  ? percent
                  : OptionalDouble.of(Math.min(100, Integer.parseInt(matcher.group(1))));
          message = matcher.group(2) == null ? message : Optional.of(matcher.group(2));
        }
      }
      Progress how = new Progress("stdout", pattern, Optional.empty());
      assertEquals(
          new Progress.Told(percent, message),
          how.last(text.toString(), OptionalDouble.empty()),
          text.toString());
    }
  }
}
