package org.gridappliance.ca.request;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.jcajce.provider.asymmetric.edec.BCEdDSAPublicKey;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.Fingerprint;

/**
 * A PKCS#10 request (RFC 2986) whose signature was made with the key it names and whose key is
 * strong enough. Immutable.
 *
 * @param der64 as it came, in base64
 * @param key64 the public key as SubjectPublicKeyInfo, in base64
 * @param strength of the key, as {@code ECDSA P-256}
 * @param name common name; empty when there is none
 * @param addresses IPv4 addresses among the alternative names
 * @param hosts DNS names among the alternative names
 * @param contact what the requester says of himself; empty when nothing
 * @param secret a challengePassword; empty when there is none
 */
public record CheckedRequest(
    String der64,
    String key64,
    String strength,
    String name,
    List<String> addresses,
    List<String> hosts,
    String contact,
    String secret) {

  /** The longest request, in bytes. */
  public static final int MOST_BYTES = 8192;

  private static final int LONGEST_TEXT = 200;
  private static final int MOST_NAMES = 8;
  private static final int RSA_LEAST = 3072;
  private static final int RSA_MOST = 8192;

  public CheckedRequest {
    addresses = List.copyOf(addresses);
    hosts = List.copyOf(hosts);
  }

  /**
   * Reads one.
   *
   * @throws CaException what is wrong with it, whatever the bytes are
   */
  public static CheckedRequest parse(byte[] der) throws CaException {
    if (der.length == 0 || der.length > MOST_BYTES) {
      throw CaException.invalid(
          "the request has " + der.length + " bytes: want a PKCS#10 of 1.." + MOST_BYTES);
    }
    try {
      return read(der);
    } catch (IOException
        | GeneralSecurityException
        | PKCSException
        | OperatorCreationException
        | RuntimeException e) { // Bouncy Castle throws all kinds for bytes that are no request
      throw CaException.invalid(
          "this is no PKCS#10 request (RFC 2986): " + printable(String.valueOf(e.getMessage())));
    }
  }

  private static CheckedRequest read(byte[] der)
      throws CaException,
          IOException,
          GeneralSecurityException,
          PKCSException,
          OperatorCreationException {
    JcaPKCS10CertificationRequest request = new JcaPKCS10CertificationRequest(der);
    if (!Arrays.equals(request.getEncoded(), der)) {
      throw CaException.invalid("the request is not in DER; make it anew");
    }
    byte[] key = request.getSubjectPublicKeyInfo().getEncoded();
    PublicKey publicKey = request.getPublicKey();
    String strength = strength(publicKey);
    if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(publicKey))) {
      throw CaException.invalid(
          "the request is not signed with the key it names (proof of possession)");
    }
    String name = "";
    RDN[] names = request.getSubject().getRDNs(BCStyle.CN);
    if (names.length > 0) {
      name = text(names[0].getFirst().getValue());
    }
    List<String> addresses = new ArrayList<>();
    List<String> hosts = new ArrayList<>();
    alternatives(request, addresses, hosts);
    return new CheckedRequest(
        Base64.getEncoder().encodeToString(der),
        Base64.getEncoder().encodeToString(key),
        strength,
        name,
        addresses,
        hosts,
        attribute(request, PKCSObjectIdentifiers.pkcs_9_at_unstructuredName).orElse(""),
        attribute(request, PKCSObjectIdentifiers.pkcs_9_at_challengePassword).orElse(""));
  }

  /** {@return the key's kind} @throws CaException when it is too weak or of a kind not taken */
  private static String strength(PublicKey key) throws CaException {
    return switch (key) {
      case RSAPublicKey rsa -> {
        int bits = rsa.getModulus().bitLength();
        if (bits < RSA_LEAST || bits > RSA_MOST) {
          throw CaException.invalid(
              "the request's RSA key has %d bits: want %d..%d, or ECDSA P-256"
                  .formatted(bits, RSA_LEAST, RSA_MOST));
        }
        yield "RSA " + bits;
      }
      case ECPublicKey ec -> {
        int bits = ec.getParams().getCurve().getField().getFieldSize();
        String curve = String.valueOf(ec.getParams());
        if ((bits != 256 || !curve.contains("secp256r1"))
            && (bits != 384 || !curve.contains("secp384r1"))) {
          throw CaException.invalid(
              "the request's curve is " + printable(curve) + ": want P-256 or P-384");
        }
        yield "ECDSA P-" + bits;
      }
      case EdECPublicKey ed when ed.getParams().getName().equals("Ed25519") -> "Ed25519";
      case BCEdDSAPublicKey ed when ed.getAlgorithm().equals("Ed25519") -> "Ed25519";
      default ->
          throw CaException.invalid(
              "the request's key is of kind "
                  + key.getAlgorithm()
                  + ": want ECDSA P-256 or P-384, Ed25519, or RSA of "
                  + RSA_LEAST);
    };
  }

  private static void alternatives(
      JcaPKCS10CertificationRequest request, List<String> addresses, List<String> hosts)
      throws CaException, IOException {
    Extensions extensions = request.getRequestedExtensions();
    GeneralNames all =
        extensions == null
            ? null
            : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    if (all == null) {
      return;
    }
    if (all.getNames().length > MOST_NAMES) {
      throw CaException.invalid(
          "the request has "
              + all.getNames().length
              + " alternative names: want at most "
              + MOST_NAMES);
    }
    for (GeneralName one : all.getNames()) {
      switch (one.getTagNo()) {
        case GeneralName.iPAddress -> {
          byte[] bytes = ASN1OctetString.getInstance(one.getName()).getOctets();
          if (bytes.length != 4) {
            throw CaException.invalid(
                "an alternative name is an address of "
                    + bytes.length
                    + " bytes: want the virtual IPv4 address");
          }
          addresses.add(((Inet4Address) InetAddress.getByAddress(bytes)).getHostAddress());
        }
        case GeneralName.dNSName -> hosts.add(text(one.getName()));
        default ->
            throw CaException.invalid(
                "an alternative name is of kind "
                    + one.getTagNo()
                    + ": want IPv4 addresses and DNS names only");
      }
    }
  }

  private static Optional<String> attribute(
      JcaPKCS10CertificationRequest request, ASN1ObjectIdentifier kind) throws CaException {
    Attribute[] found = request.getAttributes(kind);
    if (found.length == 0 || found[0].getAttrValues().size() == 0) {
      return Optional.empty();
    }
    return Optional.of(text(found[0].getAttrValues().getObjectAt(0)));
  }

  private static String text(ASN1Encodable value) throws CaException {
    if (!(value.toASN1Primitive() instanceof ASN1String string)) {
      throw CaException.invalid("a text of the request is no string");
    }
    String text = string.getString();
    if (text.length() > LONGEST_TEXT || !text.equals(printable(text))) {
      throw CaException.invalid(
          "a text of the request has "
              + text.length()
              + " characters or some that do not print: want at most "
              + LONGEST_TEXT
              + " that do");
    }
    return text;
  }

  private static String printable(String text) {
    String clean = text.replaceAll("[^\\p{L}\\p{N}\\p{P}\\p{S} ]", "?");
    return clean.length() > LONGEST_TEXT ? clean.substring(0, LONGEST_TEXT) : clean;
  }

  /** {@return as it came} */
  public byte[] der() {
    return Base64.getDecoder().decode(der64);
  }

  /** {@return the public key, as SubjectPublicKeyInfo} */
  public byte[] key() {
    return Base64.getDecoder().decode(key64);
  }

  /** {@return the SHA-256 of the request, 64 hex digits: how it is known while it waits} */
  public String digest() {
    return Fingerprint.hex(der());
  }
}
