package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with units as they stand in app.yaml. */
final class Quantity {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?\\d{1,40}(\\.\\d{1,40})?([eE][+-]?\\d{1,3})?");
  private static final Pattern WITH_UNIT =
      Pattern.compile("(\\d{1,15}(?:\\.\\d{1,9})?) ?([A-Za-z]*)");
  private static final Map<String, Double> BYTES =
      Map.of("B", 1.0, "KiB", 0x1p10, "MiB", 0x1p20, "GiB", 0x1p30, "TiB", 0x1p40);
  private static final Map<String, Double> SECONDS =
      Map.of("ms", 0.001, "s", 1.0, "min", 60.0, "h", 3600.0, "d", 86400.0);

  private Quantity() {}

  static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  /** {@return a decimal number; at most three digits of exponent} */
  static BigDecimal number(String text) {
    if (!NUMBER.matcher(text).matches()) {
      throw new IllegalArgumentException("\"" + text + "\": want a number, as 10 or 0.5 or 1e-5");
    }
    return new BigDecimal(text);
  }

  static double bytes(String text) {
    return read(text, BYTES, "an amount with its unit, B, KiB, MiB, GiB or TiB, as 512 MiB");
  }

  static double seconds(String text) {
    return read(text, SECONDS, "a time with its unit, ms, s, min, h or d, as 30 s");
  }

  private static double read(String text, Map<String, Double> units, String wanted) {
    Matcher matcher = WITH_UNIT.matcher(text);
    Double unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("\"" + text + "\": want " + wanted);
    }
    return Double.parseDouble(matcher.group(1)) * unit;
  }
}
