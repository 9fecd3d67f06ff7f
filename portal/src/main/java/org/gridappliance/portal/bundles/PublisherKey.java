package org.gridappliance.portal.bundles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The key with which this portal signs bundles.
 *
 * @param secret Ed25519
 * @param open what executors check with
 */
record PublisherKey(PrivateKey secret, PublicKey open) {
  private static final String ALGORITHM = "Ed25519";
  private static final String NAME = "publisher.key";

  /** Reads the key in a folder of keys; makes it when there is none. */
  static PublisherKey in(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    try {
      if (!Files.exists(file)) {
        write(file, KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair());
      }
      String[] parts = Files.readString(file).strip().split("\n", -1);
      if (parts.length != 2) {
        throw new IOException(file + " has " + parts.length + " lines; want two, secret and open");
      }
      KeyFactory keys = KeyFactory.getInstance(ALGORITHM);
      return new PublisherKey(
          keys.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(parts[0]))),
          keys.generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(parts[1]))));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + " holds no key of ours: " + e.getMessage(), e);
    }
  }

  private static void write(Path file, KeyPair pair) throws IOException {
    Path part =
        Files.createTempFile(
            file.getParent(),
            NAME,
            ".part",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Base64.Encoder text = Base64.getEncoder();
    Files.writeString(
        part,
        text.encodeToString(pair.getPrivate().getEncoded())
            + "\n"
            + text.encodeToString(pair.getPublic().getEncoded())
            + "\n");
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
