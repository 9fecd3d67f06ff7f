package org.gridappliance.jobs.app;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a program tells how far it is: by lines that it prints, found by a pattern whose named groups
 * are {@code percent}, or {@code done} of {@code total}, and {@code message}. A number may be a
 * bar: one letter again and again, which are counted. Immutable.
 *
 * @param stream {@code stdout} or {@code stderr}
 * @param pattern looked for in each line by itself; it may have been written by anybody
 * @param total what {@code done} counts to, from the inputs, where no group says it
 */
public record Progress(String stream, Pattern pattern, Optional<Template> total) {
  static final Set<String> GROUPS = Set.of("percent", "done", "total", "message");

  /** Code points of a message that are kept. */
  static final int MESSAGE = 200;

  /** Letters that the pattern may read in one text; an honest one needs a few for each letter. */
  private static final long READS = 1_000_000;

  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}(\\.\\d{0,18})?");
  private static final Pattern BAR = Pattern.compile("([^\\d.])\\1*");
  private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Z}]+");

  /**
   * What lines say.
   *
   * @param percent 0..100; empty when none says it
   * @param message on one line, of at most {@value #MESSAGE} letters that are seen; empty when none
   *     has one, blank when the program takes it back
   */
  public record Told(OptionalDouble percent, Optional<String> message) {}

  /**
   * {@return the last that the lines of a text say} A line ends with CR or LF, so that numbers
   * which are written over one another are lines as well. Of what stands behind the last line only
   * a bar counts, since it grows letter by letter; a number may be cut there.
   *
   * @param total what {@code done} counts to where no group says it
   * @throws BoundedText.TooSlow when the pattern takes too long
   * @throws StackOverflowError when it goes too deep
   */
  public Told last(String text, OptionalDouble total) {
    Matcher matcher = pattern.matcher(new BoundedText(text, READS));
    boolean worded = pattern.namedGroups().containsKey("message");
    OptionalDouble percent = OptionalDouble.empty();
    Optional<String> message = Optional.empty();
    boolean whole = false;
    for (int end = text.length();
        end >= 0 && (percent.isEmpty() || (worded && message.isEmpty()));
        whole = true) {
      int before = lastBreak(text, end);
      if (matcher.region(before + 1, end).find()) {
        percent = percent.isPresent() ? percent : percent(matcher, total, whole);
        message =
            message.isPresent() || !whole
                ? message
                : group(matcher, "message").map(Progress::shown);
      }
      end = before;
    }
    return new Told(percent, message);
  }

  private static int lastBreak(String text, int before) {
    return Math.max(text.lastIndexOf('\n', before - 1), text.lastIndexOf('\r', before - 1));
  }

  private OptionalDouble percent(Matcher matcher, OptionalDouble total, boolean whole) {
    OptionalDouble direct = number(matcher, "percent", whole);
    OptionalDouble done = number(matcher, "done", whole);
    OptionalDouble of = number(matcher, "total", whole);
    double all = of.isPresent() ? of.getAsDouble() : total.orElse(0);
    if (direct.isEmpty() && (done.isEmpty() || all <= 0)) {
      return OptionalDouble.empty();
    }
    double percent = direct.isPresent() ? direct.getAsDouble() : 100 * done.getAsDouble() / all;
    return OptionalDouble.of(Math.min(percent, 100));
  }

  private OptionalDouble number(Matcher matcher, String name, boolean whole) {
    String text = group(matcher, name).orElse("").strip().replace(",", "");
    if (BAR.matcher(text).matches()) {
      return OptionalDouble.of(text.length());
    }
    return whole && NUMBER.matcher(text).matches()
        ? OptionalDouble.of(Double.parseDouble(text))
        : OptionalDouble.empty();
  }

  private Optional<String> group(Matcher matcher, String name) {
    return pattern.namedGroups().containsKey(name)
        ? Optional.ofNullable(matcher.group(name))
        : Optional.empty();
  }

  private static String shown(String text) {
    String line = UNSEEN.matcher(text).replaceAll(" ").strip();
    return line.codePointCount(0, line.length()) <= MESSAGE
        ? line
        : line.substring(0, line.offsetByCodePoints(0, MESSAGE - 1)) + "…";
  }
}
