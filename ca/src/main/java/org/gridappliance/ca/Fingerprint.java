package org.gridappliance.ca;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The SHA-256 of a public key or certificate as people compare it: in hexadecimal, and as words to
 * read over the phone. The words are proquints (D. S. Wilkerson, "A Proposal for Proquints", 2009)
 * of the first 96 bits: sixteen bits each, consonant–vowel–consonant–vowel–consonant.
 */
public final class Fingerprint {
  private static final String CONSONANTS = "bdfghjklmnprstvz";
  private static final String VOWELS = "aiou";
  private static final int WORDS = 6;

  private Fingerprint() {}

  /** {@return 64 hex digits} */
  public static String hex(byte[] encoded) {
    return HexFormat.of().formatHex(digest(encoded));
  }

  /** {@return six words joined by dashes} */
  public static String words(byte[] encoded) {
    byte[] digest = digest(encoded);
    StringBuilder text = new StringBuilder(6 * WORDS);
    for (int i = 0; i < WORDS; i++) {
      int bits = (digest[2 * i] & 0xff) << 8 | (digest[2 * i + 1] & 0xff);
      text.append(i == 0 ? "" : "-")
          .append(CONSONANTS.charAt(bits >> 12))
          .append(VOWELS.charAt(bits >> 10 & 3))
          .append(CONSONANTS.charAt(bits >> 6 & 15))
          .append(VOWELS.charAt(bits >> 4 & 3))
          .append(CONSONANTS.charAt(bits & 15));
    }
    return text.toString();
  }

  /** {@return the SHA-256} */
  public static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
