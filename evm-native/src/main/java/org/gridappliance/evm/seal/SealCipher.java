package org.gridappliance.evm.seal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The JDK's AES-256-GCM and HKDF-SHA256 as sealed folders use them; byte for byte what {@code
 * seal_crypto.c} does with OpenSSL. Not thread-safe.
 *
 * <p>A block's version is its nonce: the writer's epoch in the upper 16 bits, its count of blocks
 * written in the lower 48. Each epoch has a key of its own, derived with a random salt, so no nonce
 * is used twice with a key whatever happens to the folder in between.
 */
final class SealCipher {
  static final int BLOCK = 4096;
  static final int TAG = 16;
  static final int STRIDE = BLOCK + TAG;
  static final int SALT = 32;
  static final int COUNTER_BITS = 48;
  static final long COUNTER_MAX = (1L << COUNTER_BITS) - 1;
  private static final int NONCE = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final List<SecretKey> epochs;
  private final Cipher cipher;

  /**
   * @param salts one an epoch
   */
  SealCipher(SealKey key, List<byte[]> salts) {
    this.epochs = salts.stream().map(salt -> derive(key, salt, "data")).toList();
    this.cipher = gcm();
  }

  static byte[] randomSalt() {
    byte[] salt = new byte[SALT];
    RANDOM.nextBytes(salt);
    return salt;
  }

  static SecretKey derive(SealKey key, byte[] salt, String purpose) {
    try {
      KDF hkdf = KDF.getInstance("HKDF-SHA256");
      byte[] info = ("evm-seal " + purpose).getBytes(StandardCharsets.US_ASCII);
      return hkdf.deriveKey(
          "AES",
          HKDFParameterSpec.ofExtract()
              .addSalt(salt)
              .addIKM(new SecretKeySpec(key.bytes(), "Generic"))
              .thenExpand(info, SealKey.BYTES));
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("every JDK from 25 on has HKDF-SHA256", e);
    }
  }

  private static Cipher gcm() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (NoSuchAlgorithmException | NoSuchPaddingException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /** Seals one block of {@link #BLOCK} bytes into {@link #STRIDE} bytes. */
  void seal(long file, long block, long version, byte[] plain, byte[] out) {
    try {
      begin(Cipher.ENCRYPT_MODE, file, block, version);
      cipher.doFinal(plain, 0, BLOCK, out, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to seal a block", e);
    }
  }

  /** {@return whether the sealed bytes are the ones of this file, block and version} */
  boolean open(long file, long block, long version, byte[] sealed, byte[] out) {
    try {
      begin(Cipher.DECRYPT_MODE, file, block, version);
      cipher.doFinal(sealed, 0, STRIDE, out, 0);
      return true;
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to open a block", e);
    }
  }

  private void begin(int mode, long file, long block, long version)
      throws GeneralSecurityException {
    byte[] nonce =
        ByteBuffer.allocate(NONCE)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0)
            .putLong(version)
            .array();
    cipher.init(
        mode, epochs.get((int) (version >>> COUNTER_BITS)), new GCMParameterSpec(TAG * 8, nonce));
    cipher.updateAAD(
        ByteBuffer.allocate(24)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(file)
            .putLong(block)
            .putLong(version)
            .flip());
  }

  /** One message under a key that is used once. */
  static byte[] sealMessage(SecretKey once, byte[] associated, byte[] plain) {
    try {
      Cipher cipher = gcm();
      cipher.init(Cipher.ENCRYPT_MODE, once, new GCMParameterSpec(TAG * 8, new byte[NONCE]));
      cipher.updateAAD(associated);
      return cipher.doFinal(plain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to seal a message", e);
    }
  }

  /**
   * @throws SealException if it is not the one that was sealed
   */
  static byte[] openMessage(SecretKey once, byte[] associated, byte[] sealed) throws SealException {
    try {
      Cipher cipher = gcm();
      cipher.init(Cipher.DECRYPT_MODE, once, new GCMParameterSpec(TAG * 8, new byte[NONCE]));
      cipher.updateAAD(associated);
      return cipher.doFinal(sealed);
    } catch (AEADBadTagException e) {
      throw new SealException("the index is not the one that was sealed with this key", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to open a message", e);
    }
  }
}
