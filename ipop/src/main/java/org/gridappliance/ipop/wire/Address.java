package org.gridappliance.ipop.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * A point on the ring: an unsigned number of 160 bits, big-endian on the wire. A node's address is
 * the hash of its public key ({@link PublicKey#address}), a DHT key's the hash of its name.
 *
 * @param high the upper 64 bits
 * @param mid the next 64 bits
 * @param low the last 32 bits
 */
public record Address(long high, long mid, int low) implements Comparable<Address> {

  /** Length on the wire, in bytes. */
  public static final int LENGTH = 20;

  /** The number 0. */
  public static final Address ZERO = new Address(0, 0, 0);

  /** {@return the first 20 bytes} of a hash. */
  public static Address of(byte[] hash) {
    ByteBuffer in = ByteBuffer.wrap(hash);
    return new Address(in.getLong(), in.getLong(), in.getInt());
  }

  /** {@return a point drawn evenly from the whole ring} */
  public static Address random(RandomGenerator random) {
    return new Address(random.nextLong(), random.nextLong(), random.nextInt());
  }

  /** {@return this + other, modulo 2^160} */
  public Address plus(Address other) {
    long l = (low & 0xffffffffL) + (other.low & 0xffffffffL);
    long carry = l >>> 32;
    long m = mid + other.mid;
    long over = Long.compareUnsigned(m, mid) < 0 ? 1 : 0;
    long sum = m + carry;
    over += Long.compareUnsigned(sum, m) < 0 ? 1 : 0;
    return new Address(high + other.high + over, sum, (int) l);
  }

  /** {@return this − other, modulo 2^160}: how far clockwise this lies from the other. */
  public Address minus(Address other) {
    return plus(new Address(~other.high, ~other.mid, ~other.low)).plus(new Address(0, 0, 1));
  }

  /** {@return the shorter way round the ring to the other, at most 2^159} */
  public Address distance(Address other) {
    Address clockwise = other.minus(this);
    return clockwise.high < 0 ? minus(other) : clockwise;
  }

  /** {@return whether this is nearer to the target than the other is}; false when equally near. */
  public boolean isNearer(Address target, Address other) {
    return distance(target).compareTo(other.distance(target)) < 0;
  }

  /** Orders as unsigned numbers. */
  @Override
  public int compareTo(Address other) {
    int h = Long.compareUnsigned(high, other.high);
    if (h != 0) {
      return h;
    }
    int m = Long.compareUnsigned(mid, other.mid);
    return m != 0 ? m : Integer.compareUnsigned(low, other.low);
  }

  void write(ByteBuffer out) {
    out.putLong(high).putLong(mid).putInt(low);
  }

  /** {@return 40 hexadecimal digits} */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high)
        + HexFormat.of().toHexDigits(mid)
        + HexFormat.of().toHexDigits(low);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if the text is not 40 hexadecimal digits
   */
  public static Address parse(String text) {
    if (!text.matches("[0-9a-fA-F]{40}")) {
      throw new IllegalArgumentException("address \"" + text + "\": want 40 hexadecimal digits");
    }
    return of(HexFormat.of().parseHex(text));
  }
}
