package org.gridappliance.ipop.noise;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreement;

/**
 * The function X25519 of RFC 7748 §5 on raw little-endian keys of 32 bytes, through the JDK's own
 * implementation. Stateless and thread-safe.
 */
public final class X25519 {

  /** Length of a private key, a public key and a shared secret, in bytes. */
  public static final int LENGTH = 32;

  private static final byte[] BASE_POINT = new byte[LENGTH];

  static {
    BASE_POINT[0] = 9;
  }

  private X25519() {}

  /** {@return a new private key: 32 bytes from {@code random}} */
  public static byte[] generatePrivateKey(SecureRandom random) {
    byte[] key = new byte[LENGTH];
    random.nextBytes(key);
    return key;
  }

  /** {@return the public key of a private key} */
  public static byte[] publicKey(byte[] privateKey) {
    try {
      return agree(privateKey, BASE_POINT);
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("private key: want " + LENGTH + " bytes", e);
    }
  }

  /**
   * {@return the shared secret of our private and their public key}
   *
   * @throws InvalidKeyException if the public key is a point of small order, which would make the
   *     secret known to everybody
   */
  public static byte[] agree(byte[] privateKey, byte[] publicKey) throws InvalidKeyException {
    try {
      KeyFactory factory = KeyFactory.getInstance("X25519");
      KeyAgreement agreement = KeyAgreement.getInstance("X25519");
      agreement.init(
          factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
      agreement.doPhase(decode(factory, publicKey), true);
      return agreement.generateSecret();
    } catch (InvalidKeyException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no X25519", e);
    }
  }

  /** RFC 7748 §5: little-endian, the top bit is ignored. */
  private static PublicKey decode(KeyFactory factory, byte[] key) throws GeneralSecurityException {
    byte[] bigEndian = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bigEndian[i] = key[LENGTH - 1 - i];
    }
    bigEndian[0] &= 0x7f;
    return factory.generatePublic(
        new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian)));
  }
}
