package org.gridappliance.jobs.app;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The options that an {@link OptionSource} gives. Immutable.
 *
 * @param notes what is shown beside each value, or empty, by the value; in the source's order
 * @param leftOut how many names cannot be a value, see {@link #isValue}
 */
public record OptionList(Map<String, String> notes, long leftOut) {
  /** The most options of a list. */
  public static final int MOST = 100_000;

  /** The longest value, in characters. */
  public static final int LONGEST = 200;

  /** The longest note, in characters; what is longer is cut. */
  static final int LONGEST_NOTE = 120;

  public OptionList {
    notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
  }

  /**
   * {@return whether it can be a value}: 1 to {@link #LONGEST} characters, none of them a control
   * character, and no {@code -} in front, which a program could take for an option.
   */
  public static boolean isValue(String text) {
    return !text.isBlank()
        && text.length() <= LONGEST
        && !text.startsWith("-")
        && text.codePoints().noneMatch(c -> Character.isISOControl(c) || c == '\ufffd');
  }

  /** {@return how many options there are} */
  public int count() {
    return notes.size();
  }

  /** {@return whether it is one of them} */
  public boolean has(String value) {
    return notes.containsKey(value);
  }

  /**
   * {@return the first options whose value or note has the words in it, whatever their case}
   *
   * @param words empty for all
   * @param limit the most
   */
  public List<Map.Entry<String, String>> search(String words, int limit) {
    String wanted = words.strip().toLowerCase(Locale.ROOT);
    List<Map.Entry<String, String>> found = new ArrayList<>();
    for (Map.Entry<String, String> option : notes.entrySet()) {
      if (found.size() == limit) {
        break;
      }
      if (wanted.isEmpty()
          || option.getKey().toLowerCase(Locale.ROOT).contains(wanted)
          || option.getValue().toLowerCase(Locale.ROOT).contains(wanted)) {
        found.add(option);
      }
    }
    return found;
  }

  /** {@return about how many bytes it takes in memory} */
  public long weight() {
    return notes.entrySet().stream()
        .mapToLong(option -> 120L + option.getKey().length() + option.getValue().length())
        .sum();
  }
}
