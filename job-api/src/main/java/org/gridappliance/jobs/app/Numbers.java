package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.Locale;

/** How numbers are written for programs. */
final class Numbers {
  private Numbers() {}

  /**
   * {@return a number as C's {@code strtod} reads it, without needless digits: {@code 10}, {@code
   * 0.001}, {@code 1e-30}}
   */
  static String text(BigDecimal number) {
    BigDecimal plain = number.stripTrailingZeros();
    if (plain.signum() == 0) {
      return "0";
    }
    int exponent = plain.precision() - plain.scale() - 1;
    if (exponent >= -5 && exponent < 19) {
      return plain.toPlainString();
    }
    BigDecimal mantissa = plain.movePointLeft(exponent);
    return mantissa.stripTrailingZeros().toPlainString()
        + "e"
        + String.format(Locale.ROOT, "%d", exponent);
  }
}
