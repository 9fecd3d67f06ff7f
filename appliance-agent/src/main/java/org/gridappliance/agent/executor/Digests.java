package org.gridappliance.agent.executor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of files. */
final class Digests {
  private static final int BLOCK = 1 << 16;

  private Digests() {}

  /** {@return a new sum} */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** {@return the SHA-256 of a file's bytes, hex; a symbolic link is an error} */
  static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] block = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      for (int got = in.read(block); got >= 0; got = in.read(block)) {
        digest.update(block, 0, got);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
