package org.gridappliance.jobs.deliver;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/**
 * Names of files that every system a home is mounted on can hold: NFC, at most 255 bytes, nothing
 * that Windows, a terminal or a list of files would trip over. Pure.
 */
public final class SafeName {
  /** The most bytes of UTF-8 in a name, on every file system we know. */
  public static final int MOST_BYTES = 255;

  private SafeName() {}

  /**
   * {@return the text as the name of a file, never empty, {@code .} or {@code ..}}
   *
   * @param mostBytes 1..255; longer text is cut between characters
   */
  public static String of(String text, int mostBytes) {
    StringBuilder safe = new StringBuilder();
    Normalizer.normalize(text, Normalizer.Form.NFC)
        .codePoints()
        .map(c -> harmless(c) ? c : '_')
        .forEach(safe::appendCodePoint);
    String name = Normalizer.normalize(safe, Normalizer.Form.NFC).strip();
    name = name.replaceAll("^[. ]+|[. ]+$", "");
    name = cut(name, mostBytes).replaceAll("[. ]+$", "");
    return name.isEmpty() ? "_" : name;
  }

  /** {@return the longest beginning of whole characters that has so many bytes} */
  private static String cut(String name, int mostBytes) {
    int bytes = 0;
    int end = 0;
    while (end < name.length()) {
      int character = name.codePointAt(end);
      bytes += Character.toString(character).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > mostBytes) {
        break;
      }
      end += Character.charCount(character);
    }
    return name.substring(0, end);
  }

  private static boolean harmless(int c) {
    return !Character.isISOControl(c)
        && "<>:\"/\\|?*".indexOf(c) < 0
        && !turnsText(c)
        && switch (Character.getType(c)) {
          case Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              false;
          default -> true;
        };
  }

  /** Marks that turn the direction of text: with them {@code gpj.exe} reads {@code exe.jpg}. */
  private static boolean turnsText(int c) {
    return (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x200E
        || c == 0x200F
        || c == 0x061C
        || c == 0xFEFF;
  }
}
