package org.gridappliance.evm.seal;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/** A subjob's key: 256 random bits, for its inputs, scratch and results alone. Never logged. */
public final class SealKey {
  static final int BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] bytes;

  private SealKey(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A new one. */
  public static SealKey random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return new SealKey(bytes);
  }

  /**
   * One that was kept or sent.
   *
   * @param hex 64 hexadecimal digits
   */
  public static SealKey ofHex(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw new IllegalArgumentException(
          "a key of " + hex.length() + " digits: want " + 2 * BYTES + " hexadecimal ones");
    }
    return new SealKey(HexFormat.of().parseHex(hex));
  }

  /** 64 lower-case hexadecimal digits: the secret itself. */
  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  /** Overwrites it: what was sealed can be opened by nobody who has no copy. */
  public void forget() {
    Arrays.fill(bytes, (byte) 0);
  }

  byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SealKey key && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Says nothing of the key. */
  @Override
  public String toString() {
    return "SealKey";
  }
}
