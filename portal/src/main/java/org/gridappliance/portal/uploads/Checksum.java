package org.gridappliance.portal.uploads;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.jspecify.annotations.Nullable;

/** The {@code Upload-Checksum} of one request (tus 1.0.0, checksum). Used by one thread. */
final class Checksum {
  static final String ALGORITHMS = "sha1,sha256";

  private final MessageDigest digest;
  private final byte[] wanted;

  private Checksum(MessageDigest digest, byte[] wanted) {
    this.digest = digest;
    this.wanted = wanted;
  }

  /** Reads {@code sha256 BASE64}. */
  static Optional<Checksum> of(@Nullable String header) {
    if (header == null) {
      return Optional.empty();
    }
    String[] parts = header.strip().split(" ", 2);
    String algorithm =
        switch (parts[0]) {
          case "sha1" -> "SHA-1";
          case "sha256" -> "SHA-256";
          default -> throw bad(header);
        };
    try {
      byte[] wanted = Base64.getDecoder().decode(parts.length < 2 ? "" : parts[1]);
      return Optional.of(new Checksum(MessageDigest.getInstance(algorithm), wanted));
    } catch (IllegalArgumentException e) {
      throw bad(header);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  private static Problem bad(String header) {
    return new Problem(
        400, "Not valid", "Upload-Checksum=" + header + ": want sha1 or sha256 and base64");
  }

  void update(byte[] bytes) {
    digest.update(bytes);
  }

  boolean isRight() {
    return MessageDigest.isEqual(digest.digest(), wanted);
  }
}
