package org.gridappliance.ca.profile;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.ca.CaException;

/**
 * An IPv4 network.
 *
 * @param base first address, as an unsigned number
 * @param prefix length of the prefix, 0..32
 */
public record Network(int base, int prefix) {
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})(?:/(\\d{1,2}))?");

  /** Of a text as {@code 10.128.0.0/9}; without a slash it is one address. */
  public static Network of(String text) throws CaException {
    Matcher matcher = TEXT.matcher(text);
    if (matcher.matches()) {
      long base = 0;
      boolean fits = true;
      for (int i = 1; i <= 4; i++) {
        int part = Integer.parseInt(matcher.group(i));
        fits &= part <= 255;
        base = base << 8 | part;
      }
      String length = matcher.group(5);
      int prefix = length == null ? 32 : Integer.parseInt(length);
      if (fits && prefix <= 32 && ((int) base & ~mask(prefix)) == 0) {
        return new Network((int) base, prefix);
      }
    }
    throw CaException.invalid("'" + text + "' is no IPv4 address or network such as 10.128.0.0/9");
  }

  private static int mask(int prefix) {
    return prefix == 0 ? 0 : -1 << (32 - prefix);
  }

  /** Whether all of the other lies within. */
  public boolean contains(Network other) {
    return other.prefix >= prefix && (other.base & mask(prefix)) == base;
  }

  /** {@return the first address, big-endian} */
  byte[] bytes() {
    return new byte[] {
      (byte) (base >>> 24), (byte) (base >>> 16), (byte) (base >>> 8), (byte) base
    };
  }

  @Override
  public String toString() {
    return "%d.%d.%d.%d/%d"
        .formatted(base >>> 24, base >>> 16 & 0xff, base >>> 8 & 0xff, base & 0xff, prefix);
  }
}
