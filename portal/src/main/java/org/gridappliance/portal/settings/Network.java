package org.gridappliance.portal.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Addresses with the same first bits (CIDR, RFC 4632), as {@code 10.1.0.0/16}. Immutable.
 *
 * @param address any of them
 * @param bits how many first bits are the same
 */
public record Network(InetAddress address, int bits) {
  private static final Pattern FORM =
      Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)/([0-9]{1,3})");

  /** {@return the network, if the text is one} No name is looked up. */
  public static Optional<Network> of(String text) {
    var matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      InetAddress address = InetAddress.getByName(matcher.group(1));
      int bits = Integer.parseInt(matcher.group(2));
      return bits <= address.getAddress().length * 8
          ? Optional.of(new Network(address, bits))
          : Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty(); // figures beyond 255
    }
  }

  /** {@return whether an address is one of them} */
  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] his = other.getAddress();
    if (mine.length != his.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> (bit % 8);
      if (((mine[bit / 8] ^ his[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
