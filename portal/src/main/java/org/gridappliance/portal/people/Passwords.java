package org.gridappliance.portal.people;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.gridappliance.jobs.http.Problem;

/**
 * Argon2id (RFC 9106) with the second parameter set of the OWASP password storage sheet: 19 MiB, 2
 * passes, 1 lane. At most two are computed at once, so that a flood of logins takes at most 38 MiB.
 * Thread-safe; blocks.
 */
final class Passwords {
  private static final int MEMORY_KIB = 19 * 1024;
  private static final int PASSES = 2;
  private static final int HASH_BYTES = 32;
  private static final int SALT_BYTES = 16;
  private static final int AT_ONCE = 2;
  private static final int WAIT_SECONDS = 10;
  private static final Pattern ENCODED =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})\\$([^$]+)\\$([^$]+)");
  private static final Base64.Encoder BASE64 = Base64.getEncoder().withoutPadding();

  private final Semaphore running = new Semaphore(AT_ONCE, true);

  /** Of no account: verified when there is none of the name, so that it takes the same time. */
  private final String nobody = encode(Secrets.randomBytes(SALT_BYTES), new byte[HASH_BYTES]);

  /** {@return the encoded hash of a new password} */
  String hash(String password) {
    byte[] salt = Secrets.randomBytes(SALT_BYTES);
    return encode(salt, compute(password, salt, MEMORY_KIB, PASSES, 1));
  }

  /** {@return whether the password is the one of the encoded hash} */
  boolean verify(String password, String encoded) {
    Matcher parts = ENCODED.matcher(encoded);
    if (!parts.matches()) {
      throw new IllegalStateException("a stored password hash has an unknown form");
    }
    byte[] salt = Base64.getDecoder().decode(parts.group(4));
    byte[] wanted = Base64.getDecoder().decode(parts.group(5));
    byte[] got =
        compute(
            password,
            salt,
            Integer.parseInt(parts.group(1)),
            Integer.parseInt(parts.group(2)),
            Integer.parseInt(parts.group(3)));
    return MessageDigest.isEqual(wanted, got);
  }

  /** Takes as long as {@link #verify} and says no. */
  boolean verifyNobody(String password) {
    verify(password, nobody);
    return false;
  }

  private byte[] compute(String password, byte[] salt, int memoryKib, int passes, int lanes) {
    try {
      if (!running.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new Problem(503, "Busy", "too many logins at once; try again in a few seconds");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(503, "Stopping", "the portal is stopping; try again when it is back");
    }
    try {
      Argon2BytesGenerator generator = new Argon2BytesGenerator();
      generator.init(
          new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
              .withVersion(Argon2Parameters.ARGON2_VERSION_13)
              .withMemoryAsKB(memoryKib)
              .withIterations(passes)
              .withParallelism(lanes)
              .withSalt(salt)
              .build());
      byte[] hash = new byte[HASH_BYTES];
      generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
      return hash;
    } finally {
      running.release();
    }
  }

  private static String encode(byte[] salt, byte[] hash) {
    return "$argon2id$v=19$m="
        + MEMORY_KIB
        + ",t="
        + PASSES
        + ",p=1$"
        + BASE64.encodeToString(salt)
        + "$"
        + BASE64.encodeToString(hash);
  }
}
