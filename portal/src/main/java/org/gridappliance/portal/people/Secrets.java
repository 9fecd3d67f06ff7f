package org.gridappliance.portal.people;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** Random secrets of 256 bit, and the hashes that are kept in their place. Thread-safe. */
public final class Secrets {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private Secrets() {}

  /** {@return 43 letters of base64url} */
  public static String random() {
    return TEXT.encodeToString(randomBytes(32));
  }

  /** {@return 16 random bytes as 22 letters, for a nonce of one answer} */
  public static String nonce() {
    return TEXT.encodeToString(randomBytes(16));
  }

  static byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** {@return SHA-256 of the UTF-8 text; a fast hash suffices for 256 random bits} */
  public static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** {@return the CSRF token of a session: a hash of its cookie that no other site can compute} */
  static String csrf(String cookie) {
    return TEXT.encodeToString(hash("csrf of session " + cookie));
  }

  /** Compares in a time that does not depend on where the two differ. */
  public static boolean same(String one, String other) {
    return MessageDigest.isEqual(hash(one), hash(other));
  }
}
