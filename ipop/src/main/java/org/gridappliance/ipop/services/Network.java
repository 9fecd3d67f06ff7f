package org.gridappliance.ipop.services;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pool's virtual IPv4 network. Addresses are big-endian numbers. Its last usable address is the
 * services' own, on every node the same.
 *
 * @param base the network's first address
 * @param prefix length in bits, 8 to 24
 * @param domain search domain of the pool, lower case
 */
public record Network(int base, int prefix, String domain) {

  private static final Pattern NAME = Pattern.compile("c(\\d{3})(\\d{3})(\\d{3})");

  public Network {
    if (prefix < 8 || prefix > 24) {
      throw new IllegalArgumentException("network prefix /" + prefix + ": want /8 to /24");
    }
    if ((base & ~mask(prefix)) != 0) {
      throw new IllegalArgumentException(
          "network " + text(base) + "/" + prefix + ": bits are set behind the prefix");
    }
    if (!domain.matches("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")) {
      throw new IllegalArgumentException(
          "domain \"" + domain + "\": want lower-case letters, digits, dots and hyphens");
    }
  }

  /**
   * Reads {@code 10.128.0.0/9}.
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  public static Network parse(String cidr, String domain) {
    Matcher m = Pattern.compile("(\\d+\\.\\d+\\.\\d+\\.\\d+)/(\\d{1,2})").matcher(cidr);
    if (!m.matches()) {
      throw new IllegalArgumentException("network \"" + cidr + "\": want one like 10.128.0.0/9");
    }
    return new Network(address(m.group(1)), Integer.parseInt(m.group(2)), domain);
  }

  /** {@return the netmask} */
  public int mask() {
    return mask(prefix);
  }

  /** {@return the address DHCP and DNS answer from} */
  public int services() {
    return broadcast() - 1;
  }

  /** {@return the broadcast address} */
  public int broadcast() {
    return base | ~mask();
  }

  /** {@return whether the address is in the network at all} */
  public boolean contains(int address) {
    return (address & mask()) == base;
  }

  /** {@return whether a node may have the address} */
  public boolean isAssignable(int address) {
    int last = address & 0xff;
    return contains(address)
        && address != base
        && address != services()
        && address != broadcast()
        && last != 0
        && last != 255;
  }

  /** {@return the name of an address after Table 3-1 of the thesis}: {@code C128000001}. */
  public static String name(int address) {
    return String.format(
        Locale.ROOT, "C%03d%03d%03d", address >>> 16 & 0xff, address >>> 8 & 0xff, address & 0xff);
  }

  /** {@return the address such a name means in this network}, empty if it is none of it. */
  public OptionalInt addressOf(String name) {
    Matcher m = NAME.matcher(name.toLowerCase(Locale.ROOT));
    if (!m.matches()) {
      return OptionalInt.empty();
    }
    int address = base & 0xff000000;
    for (int i = 1; i <= 3; i++) {
      int part = Integer.parseInt(m.group(i));
      if (part > 255) {
        return OptionalInt.empty();
      }
      address |= part << (24 - 8 * i);
    }
    return isAssignable(address) ? OptionalInt.of(address) : OptionalInt.empty();
  }

  /** {@return the address as text} */
  public static String text(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 0xff)
        + "."
        + (address >>> 8 & 0xff)
        + "."
        + (address & 0xff);
  }

  private static int address(String text) {
    int address = 0;
    for (String part : text.split("\\.", -1)) {
      int value = Integer.parseInt(part);
      if (value > 255) {
        throw new IllegalArgumentException("address " + text + ": " + value + " is above 255");
      }
      address = address << 8 | value;
    }
    return address;
  }

  private static int mask(int prefix) {
    return -1 << (32 - prefix);
  }
}
