package org.gridappliance.ca.profile;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.ContentSigner;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.request.CheckedRequest;

/** Lays out certificates; the signature is the caller's. Pure. */
public final class Certificates {
  private static final Duration SKEW = Duration.ofMinutes(5);

  /** Where a CRL lies, below whatever address the portal has (RFC 5280 §4.2.1.13). */
  private static final String CRL = "http://ca.grid.appliance/crl.der";

  private Certificates() {}

  /** When a certificate is valid, and its number. */
  public record Terms(BigInteger serial, Instant now, Duration life) {
    Date from() {
      return Date.from(now.minus(SKEW));
    }

    Date until() {
      return Date.from(now.plus(life));
    }
  }

  /** {@return a name of an organisation's authority} */
  public static X500Name authorityName(String name) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, new DERUTF8String("Grid Appliance"))
        .addRDN(BCStyle.CN, new DERUTF8String(name))
        .build();
  }

  /** {@return the authority's own certificate, good for the addresses of the network} */
  public static X509CertificateHolder authority(
      X500Name name, SubjectPublicKeyInfo key, Terms terms, Network network, ContentSigner signer)
      throws IOException, GeneralSecurityException {
    return new X509v3CertificateBuilder(
            name, terms.serial(), terms.from(), terms.until(), name, key)
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
        .addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key))
        .addExtension(AddressBlocks.OID, true, AddressBlocks.of(network))
        .build(signer);
  }

  /**
   * {@return the certificate of who signs revocation lists while the authority's key is locked} It
   * bears the authority's own name, so that lists are the authority's (RFC 5280 §6.3.3 (f)).
   */
  public static X509CertificateHolder listSigner(
      X509CertificateHolder authority,
      SubjectPublicKeyInfo key,
      Terms terms,
      Network network,
      ContentSigner signer)
      throws IOException, GeneralSecurityException {
    JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
    return new X509v3CertificateBuilder(
            authority.getSubject(),
            terms.serial(),
            terms.from(),
            terms.until(),
            authority.getSubject(),
            key)
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.cRLSign))
        .addExtension(
            Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key))
        .addExtension(
            Extension.authorityKeyIdentifier,
            false,
            identifiers.createAuthorityKeyIdentifier(authority))
        // strongSwan wants them all along the path, once the authority has them
        .addExtension(AddressBlocks.OID, true, AddressBlocks.of(network))
        .build(signer);
  }

  /**
   * {@return the certificate of who says of certificates whether they live (RFC 6960 §4.2.2.2)} It
   * is not asked after itself (§4.2.2.2.1).
   */
  public static X509CertificateHolder ocspSigner(
      X509CertificateHolder authority, SubjectPublicKeyInfo key, Terms terms, ContentSigner signer)
      throws IOException, GeneralSecurityException {
    JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE)
            .addRDN(BCStyle.O, new DERUTF8String("Grid Appliance"))
            .addRDN(BCStyle.CN, new DERUTF8String("OCSP responder"))
            .build();
    return new X509v3CertificateBuilder(
            authority.getSubject(), terms.serial(), terms.from(), terms.until(), subject, key)
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
        .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
        .addExtension(
            Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_OCSPSigning))
        .addExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck, false, DERNull.INSTANCE)
        .addExtension(
            Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key))
        .addExtension(
            Extension.authorityKeyIdentifier,
            false,
            identifiers.createAuthorityKeyIdentifier(authority))
        .build(signer);
  }

  /**
   * {@return a certificate for the key of a request}
   *
   * @param name what the profile names: a node's address, a host, a person, an executor
   * @throws CaException when profile and name do not fit each other or the request
   */
  public static X509CertificateHolder issue(
      Profile profile,
      String name,
      CheckedRequest request,
      X509CertificateHolder authority,
      Network network,
      Terms terms,
      ContentSigner signer)
      throws CaException, IOException, GeneralSecurityException {
    if (terms.life().isNegative()
        || terms.life().isZero()
        || terms.life().toDays() > Profile.MOST_DAYS) {
      throw CaException.invalid(
          "a life of " + terms.life().toDays() + " days: want 1.." + Profile.MOST_DAYS);
    }
    if (terms.now().plus(terms.life()).isAfter(authority.getNotAfter().toInstant())) {
      throw CaException.invalid(
          "the certificate would outlive the authority's own, which ends "
              + authority.getNotAfter().toInstant());
    }
    SubjectPublicKeyInfo key = SubjectPublicKeyInfo.getInstance(request.key());
    JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
    X500Name subject =
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, new DERUTF8String(name)).build();
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
                authority.getSubject(), terms.serial(), terms.from(), terms.until(), subject, key)
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
            .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
            .addExtension(
                Extension.extendedKeyUsage, false, new ExtendedKeyUsage(profile.purposes()))
            .addExtension(
                Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(key))
            .addExtension(
                Extension.authorityKeyIdentifier,
                false,
                identifiers.createAuthorityKeyIdentifier(authority))
            .addExtension(Extension.cRLDistributionPoints, false, lists(authority.getSubject()));
    GeneralName alternative = alternative(profile, name, request.addresses(), network);
    builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternative));
    if (profile == Profile.NODE) {
      // not critical: Java's own TLS refuses critical ones that it does not know
      builder.addExtension(AddressBlocks.OID, false, AddressBlocks.of(Network.of(name)));
    }
    return builder.build(signer);
  }

  private static GeneralName alternative(
      Profile profile, String name, List<String> asked, Network network) throws CaException {
    return switch (profile) {
      case NODE -> {
        Network address = Network.of(name);
        if (address.prefix() != 32 || !network.contains(address)) {
          throw CaException.invalid(
              name + " is no address of the pool's network " + network + ": want one");
        }
        if (!asked.equals(List.of(name))) {
          throw CaException.invalid(
              "the request's alternative names are "
                  + asked
                  + ": want the node's virtual address "
                  + name
                  + " alone");
        }
        yield new GeneralName(GeneralName.iPAddress, name);
      }
      case PORTAL -> {
        if (!name.matches("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")) {
          throw CaException.invalid("'" + name + "' is no host name in lower case");
        }
        boolean address = name.matches("[0-9.]+");
        yield new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
      }
      case USER, EXECUTOR -> {
        if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
          throw CaException.invalid(
              "'" + name + "': want 1..64 lower-case letters, digits, dots, _ and -");
        }
        yield new GeneralName(
            GeneralName.uniformResourceIdentifier,
            "urn:grid-appliance:" + profile.word() + ":" + name);
      }
    };
  }

  private static CRLDistPoint lists(X500Name authority) {
    GeneralNames place =
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, CRL));
    return new CRLDistPoint(
        new DistributionPoint[] {
          new DistributionPoint(
              new DistributionPointName(place), null, new GeneralNames(new GeneralName(authority)))
        });
  }
}
