package org.gridappliance.ipop.noise;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM under one key, for one direction. The nonce is four zero bytes and a 64-bit
 * big-endian counter (Noise specification §12.4). Not thread-safe: its session has a lock for it.
 *
 * <p>Works on heap arrays only: direct buffers are slower in the JDK's GCM.
 */
public final class Aead {

  /** Bytes a sealed text is longer than the plain one. */
  public static final int TAG = 16;

  /** Length of the key, in bytes. */
  public static final int KEY = 32;

  private static final byte[] ZERO_KEY = new byte[KEY];

  private final Cipher cipher;
  private final byte[] nonce = new byte[12];
  private SecretKeySpec key;

  /** Copies the key; the caller may erase its own copy afterwards. */
  public Aead(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no AES/GCM", e);
    }
  }

  /**
   * Encrypts and authenticates.
   *
   * @param counter never used before under this key
   * @param ad what is authenticated but not encrypted
   * @param out may be {@code in}, also at the same offset
   * @return bytes written: {@code length + TAG}
   */
  public int seal(
      long counter, byte[] ad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    try {
      init(Cipher.ENCRYPT_MODE, counter);
      if (ad.length > 0) {
        cipher.updateAAD(ad);
      }
      return cipher.doFinal(in, inOffset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to encrypt counter " + counter, e);
    }
  }

  /**
   * Checks and decrypts.
   *
   * @param length of the sealed text, tag included
   * @return bytes written, or -1 if the text is not authentic (nothing may then be used of {@code
   *     out})
   */
  public int open(
      long counter, byte[] ad, byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    if (length < TAG) {
      return -1;
    }
    try {
      init(Cipher.DECRYPT_MODE, counter);
      if (ad.length > 0) {
        cipher.updateAAD(ad);
      }
      return cipher.doFinal(in, inOffset, length, out, outOffset);
    } catch (AEADBadTagException e) {
      return -1; // a stranger's bytes are not exceptional
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused to decrypt counter " + counter, e);
    }
  }

  /**
   * Forgets the key: replaces it in the cipher by zeros. What the garbage collector has moved
   * cannot be erased from Java (docs/overlay.md, "Keys").
   */
  public void erase() {
    key = new SecretKeySpec(ZERO_KEY, "AES");
    Arrays.fill(nonce, (byte) 0);
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG * 8, nonce));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM refused the zero key", e);
    }
  }

  private void init(int mode, long counter) throws GeneralSecurityException {
    for (int i = 0; i < Long.BYTES; i++) {
      nonce[4 + i] = (byte) (counter >>> (56 - 8 * i));
    }
    cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
  }
}
