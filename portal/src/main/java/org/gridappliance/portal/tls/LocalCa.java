package org.gridappliance.portal.tls;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.gridappliance.portal.store.DataFolder;

/**
 * A certificate authority of this node alone, made at the first start that needs HTTPS: ECDSA
 * P-256, keys in {@code DATA/keys} (0600). It signs one certificate, for the names and addresses of
 * this portal, and signs it anew before it expires or when the names change. Used by one thread.
 */
public final class LocalCa {
  private static final Duration CA_LIFE = Duration.ofDays(3650);
  private static final Duration LIFE = Duration.ofDays(397); // the most that browsers accept
  private static final Duration RENEW = Duration.ofDays(30);
  private static final Duration SKEW = Duration.ofHours(1);
  private static final String ALGORITHM = "SHA256withECDSA";

  private final Path keys;
  private final Clock clock;

  public LocalCa(Path keys, Clock clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /**
   * What the server serves with, as PEM.
   *
   * @param chain the certificate, then the authority's
   */
  public record Identity(String key, String chain, String authority) {}

  /**
   * {@return the present certificate, made or renewed when it must be}
   *
   * @param names host names and literal addresses it is for
   */
  public Identity identity(Collection<String> names) throws IOException {
    try {
      Path caKey = keys.resolve("ca-key.pem");
      Path caFile = keys.resolve("ca.pem");
      if (!Files.exists(caKey) || !Files.exists(caFile) || expires(read(caFile), Duration.ZERO)) {
        makeAuthority(caKey, caFile);
      }
      Path key = keys.resolve("server-key.pem");
      Path file = keys.resolve("server.pem");
      X509Certificate authority = read(caFile);
      if (!Files.exists(key) || !Files.exists(file) || !fits(read(file), authority, names)) {
        makeServer(readKey(caKey), authority, names, key, file);
      }
      String ca = Files.readString(caFile);
      return new Identity(Files.readString(key), Files.readString(file) + ca, ca);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new IOException("keys in " + keys + " cannot be used: " + e.getMessage(), e);
    }
  }

  private boolean fits(X509Certificate certificate, X509Certificate ca, Collection<String> names)
      throws GeneralSecurityException {
    Set<String> there = new HashSet<>();
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      alternatives.forEach(a -> there.add(String.valueOf(a.get(1))));
    }
    boolean ours;
    try {
      certificate.verify(ca.getPublicKey());
      ours = true;
    } catch (GeneralSecurityException e) {
      ours = false; // signed by an authority that was replaced
    }
    return ours && there.equals(canonical(names)) && !expires(certificate, RENEW);
  }

  /** Addresses in the form in which Java reads them back from a certificate. */
  private static Set<String> canonical(Collection<String> names) throws GeneralSecurityException {
    Set<String> all = new TreeSet<>();
    for (String name : names) {
      try {
        all.add(isAddress(name) ? java.net.InetAddress.getByName(name).getHostAddress() : name);
      } catch (java.net.UnknownHostException e) {
        throw new GeneralSecurityException(name + " is no address", e);
      }
    }
    return all;
  }

  private boolean expires(X509Certificate certificate, Duration before) {
    Instant end = certificate.getNotAfter().toInstant();
    return !clock.instant().plus(before).isBefore(end);
  }

  private void makeAuthority(Path keyFile, Path file)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    KeyPair pair = pair();
    X500Name name =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, "Grid Appliance")
            .addRDN(BCStyle.CN, "local authority " + serial().toString(16).substring(0, 8))
            .build();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name, serial(), from(), until(CA_LIFE), name, pair.getPublic());
    JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
    builder
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
        .addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            extensions.createSubjectKeyIdentifier(pair.getPublic()));
    save(keyFile, file, pair, builder, pair.getPrivate());
  }

  private void makeServer(
      PrivateKey caKey,
      X509Certificate authority,
      Collection<String> names,
      Path keyFile,
      Path file)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    KeyPair pair = pair();
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, "grid appliance portal").build();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            X500Name.getInstance(authority.getSubjectX500Principal().getEncoded()),
            serial(),
            from(),
            until(LIFE),
            subject,
            pair.getPublic());
    GeneralName[] alternatives =
        canonical(names).stream()
            .map(
                n -> new GeneralName(isAddress(n) ? GeneralName.iPAddress : GeneralName.dNSName, n))
            .toArray(GeneralName[]::new);
    JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
    builder
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
        .addExtension(
            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
        .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives))
        .addExtension(
            Extension.authorityKeyIdentifier,
            false,
            extensions.createAuthorityKeyIdentifier(authority));
    save(keyFile, file, pair, builder, caKey);
  }

  private static void save(
      Path keyFile,
      Path file,
      KeyPair pair,
      JcaX509v3CertificateBuilder builder,
      PrivateKey signingKey)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                builder.build(new JcaContentSignerBuilder(ALGORITHM).build(signingKey)));
    // the key first: a crash between the two leaves no certificate without its key
    Files.deleteIfExists(file);
    DataFolder.writeSecret(keyFile, pem(new JcaPKCS8Generator(pair.getPrivate(), null)));
    DataFolder.writeSecret(file, pem(certificate));
  }

  private static KeyPair pair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static BigInteger serial() {
    return new BigInteger(127, new SecureRandom()).setBit(126);
  }

  private Date from() {
    return Date.from(clock.instant().minus(SKEW));
  }

  private Date until(Duration life) {
    return Date.from(clock.instant().minus(SKEW).plus(life));
  }

  private static boolean isAddress(String name) {
    return name.contains(":") || name.matches("[0-9.]+");
  }

  private static String pem(Object object) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    }
    return text.toString();
  }

  private static X509Certificate read(Path file) throws IOException, GeneralSecurityException {
    try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
      if (parser.readObject() instanceof X509CertificateHolder holder) {
        return new JcaX509CertificateConverter().getCertificate(holder);
      }
      throw new IOException(file + " holds no certificate; delete it and its key to make new ones");
    }
  }

  private static PrivateKey readKey(Path file) throws IOException {
    try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
      if (parser.readObject() instanceof PrivateKeyInfo info) {
        return new JcaPEMKeyConverter().getPrivateKey(info);
      }
      throw new IOException(file + " holds no key; delete it and its certificate to make new ones");
    }
  }
}
