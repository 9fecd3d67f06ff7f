package org.gridappliance.ipop.noise;

import java.nio.charset.StandardCharsets;

/**
 * SHA-256 and HMAC-SHA-256 with a label in front, so that no hash is ever used for two purposes.
 */
public final class Hash {

  /** Length of every hash, in bytes. */
  public static final int LENGTH = SymmetricState.HASH;

  private Hash() {}

  /** {@return SHA-256 of the label, a zero byte and the parts} */
  public static byte[] of(String label, byte[]... parts) {
    byte[][] all = new byte[parts.length + 1][];
    all[0] = (label + "\0").getBytes(StandardCharsets.UTF_8);
    System.arraycopy(parts, 0, all, 1, parts.length);
    return SymmetricState.sha256(all);
  }

  /** {@return HMAC-SHA-256 of the parts, one after the other} */
  public static byte[] mac(byte[] key, byte[]... parts) {
    return SymmetricState.hmac(key, parts);
  }
}
