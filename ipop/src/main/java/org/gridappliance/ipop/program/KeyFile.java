package org.gridappliance.ipop.program;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The node's secrets: 64 bytes in hexadecimal, the X25519 key for sessions and the Ed25519 seed for
 * records, readable by the owner only. Made on the first start.
 */
record KeyFile(String hex) {

  private static final int LENGTH = 64;

  /**
   * Reads the file, or makes it.
   *
   * @throws IOException if it cannot be read, or is not such a file
   */
  static KeyFile open(Path path, SecureRandom random) throws IOException {
    if (!Files.exists(path)) {
      byte[] secret = new byte[LENGTH];
      random.nextBytes(secret);
      Path part =
          Files.createTempFile(
              path.toAbsolutePath().getParent(),
              "key",
              ".part",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(part, HexFormat.of().formatHex(secret) + "\n");
      Arrays.fill(secret, (byte) 0);
      try {
        Files.createLink(path, part); // never replaces: of two that make it at once, one does
      } catch (FileAlreadyExistsException e) {
        // the other's key is this node's
      } finally {
        Files.delete(part);
      }
    }
    String hex = Files.readString(path).strip();
    if (!hex.matches("[0-9a-f]{" + 2 * LENGTH + "}")) {
      throw new IOException(
          path + ": want " + 2 * LENGTH + " hexadecimal digits; remove it to get a new identity");
    }
    return new KeyFile(hex);
  }

  byte[] sessionKey() {
    return Arrays.copyOfRange(HexFormat.of().parseHex(hex), 0, 32);
  }

  byte[] signingSeed() {
    return Arrays.copyOfRange(HexFormat.of().parseHex(hex), 32, LENGTH);
  }

  /** Says nothing of the secret. */
  @Override
  public String toString() {
    return "KeyFile";
  }
}
