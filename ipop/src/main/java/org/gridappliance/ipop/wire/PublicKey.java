package org.gridappliance.ipop.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.gridappliance.ipop.noise.Hash;

/**
 * A node's X25519 public key as a value: 32 bytes, held as four big-endian words.
 *
 * @param a bytes 0 to 7
 * @param b bytes 8 to 15
 * @param c bytes 16 to 23
 * @param d bytes 24 to 31
 */
public record PublicKey(long a, long b, long c, long d) {

  /** Length on the wire, in bytes. */
  public static final int LENGTH = 32;

  /** {@return the key of 32 raw bytes} */
  public static PublicKey of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return new PublicKey(in.getLong(), in.getLong(), in.getLong(), in.getLong());
  }

  /** {@return the 32 raw bytes} */
  public byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(LENGTH);
    write(out);
    return out.array();
  }

  /** {@return where a node with this key stands on the ring}: nobody chooses his place freely. */
  public Address address() {
    return Address.of(Hash.of("ipop address v1", bytes()));
  }

  void write(ByteBuffer out) {
    out.putLong(a).putLong(b).putLong(c).putLong(d);
  }

  /** {@return 64 hexadecimal digits} */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes());
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if the text is not 64 hexadecimal digits
   */
  public static PublicKey parse(String text) {
    if (!text.matches("[0-9a-fA-F]{64}")) {
      throw new IllegalArgumentException("key \"" + text + "\": want 64 hexadecimal digits");
    }
    return of(HexFormat.of().parseHex(text));
  }
}
