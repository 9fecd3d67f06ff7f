package org.gridappliance.ca.signer;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Locale;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.gridappliance.ca.CaException;
import org.jspecify.annotations.Nullable;

/**
 * Key pairs and their files. The authority's key lies in PKCS#8 (RFC 5958) encrypted by PBES2 (RFC
 * 8018): PBKDF2 with HMAC-SHA-256 and {@value #ROUNDS} rounds, AES-256-CBC; {@code openssl pkcs8}
 * reads it too.
 */
final class Keys {
  private static final int ROUNDS = 600_000;
  private static final BouncyCastleProvider BC = new BouncyCastleProvider();

  private Keys() {}

  /** The kinds of keys that an authority may have. */
  enum Kind {
    P256("EC", "secp256r1", "SHA256withECDSA"),
    P384("EC", "secp384r1", "SHA384withECDSA"),
    RSA3072("RSA", "3072", "SHA256withRSA"),
    ED25519("Ed25519", "", "Ed25519");

    private final String algorithm;
    private final String size;
    final String signature;

    Kind(String algorithm, String size, String signature) {
      this.algorithm = algorithm;
      this.size = size;
      this.signature = signature;
    }

    static Kind of(String word) throws CaException {
      for (Kind kind : values()) {
        if (kind.word().equals(word)) {
          return kind;
        }
      }
      throw CaException.invalid("algorithm '" + word + "': want p256, p384, ed25519 or rsa3072");
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    KeyPair make() throws GeneralSecurityException {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      switch (this) {
        case P256, P384 -> generator.initialize(new ECGenParameterSpec(size));
        case RSA3072 -> generator.initialize(Integer.parseInt(size));
        case ED25519 -> {
          // one size only
        }
      }
      return generator.generateKeyPair();
    }
  }

  /** {@return a private key as PEM, encrypted unless the passphrase is null} */
  static String pem(PrivateKey key, char @Nullable [] passphrase)
      throws IOException, OperatorCreationException {
    OutputEncryptor encryptor =
        passphrase == null
            ? null
            : new JceOpenSSLPKCS8EncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC)
                .setProvider(BC)
                .setIterationCount(ROUNDS)
                .setPRF(
                    new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE))
                .setPassword(passphrase)
                .build();
    return write(new JcaPKCS8Generator(key, encryptor).generate());
  }

  static String pem(X509CertificateHolder certificate) throws IOException {
    return write(certificate);
  }

  private static String write(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  /**
   * {@return the key in a file}
   *
   * @param passphrase null for a key that is not encrypted
   * @throws CaException when the passphrase is wrong
   */
  static PrivateKey read(Path file, char @Nullable [] passphrase) throws IOException, CaException {
    try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
      Object object = parser.readObject();
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      if (object instanceof PKCS8EncryptedPrivateKeyInfo sealed && passphrase != null) {
        InputDecryptorProvider decryptor =
            new JceOpenSSLPKCS8DecryptorProviderBuilder().setProvider(BC).build(passphrase);
        return converter.getPrivateKey(sealed.decryptPrivateKeyInfo(decryptor));
      }
      if (object instanceof PrivateKeyInfo open && passphrase == null) {
        return converter.getPrivateKey(open);
      }
      throw new IOException(file + " holds no key of the kind wanted; restore it from a backup");
    } catch (PKCSException | OperatorCreationException e) {
      throw new CaException(
          CaException.Kind.LOCKED, "the passphrase does not open the authority's key; try again");
    }
  }

  static X509CertificateHolder certificate(Path file) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
      if (parser.readObject() instanceof X509CertificateHolder holder) {
        return holder;
      }
      throw new IOException(file + " holds no certificate; restore it from a backup");
    }
  }

  /** Writes a file that only its owner reads: whole or not at all, on disk when this returns. */
  static void save(Path file, byte[] bytes) throws IOException {
    Path part = file.resolveSibling("." + file.getFileName() + ".part");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
      java.nio.ByteBuffer all = java.nio.ByteBuffer.wrap(bytes);
      while (all.hasRemaining()) {
        channel.write(all);
      }
      channel.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path parent = file.getParent();
    if (parent != null) {
      try (FileChannel folder = FileChannel.open(parent)) {
        folder.force(true);
      }
    }
  }
}
