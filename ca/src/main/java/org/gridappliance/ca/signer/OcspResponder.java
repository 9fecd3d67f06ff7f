package org.gridappliance.ca.signer;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.profile.Certificates;
import org.jspecify.annotations.Nullable;

/**
 * Says of certificates whether they live (RFC 6960), signed by a key of its own that the authority
 * has vouched for (§4.2.2.2), so that it goes on while the authority's key is locked. That
 * certificate is made when the authority is made or unlocked, for at most {@value #DAYS} days, and
 * anew at an unlocking in its last third. A serial that the log does not hold is unknown, not good.
 * Used under the signer's lock.
 */
final class OcspResponder {
  /** The longest request, in bytes. */
  static final int MOST_BYTES = 4096;

  private static final int MOST_ASKED = 32;
  private static final int MOST_NONCE = 128; // RFC 9654 §2.1
  private static final int DAYS = 397;
  private static final Duration FRESH = Duration.ofHours(1);
  private static final String KEY = "ocsp-key.pem";
  private static final String CERTIFICATE = "ocsp.pem";

  private final Path folder;
  private final Issued issued;
  private @Nullable PrivateKey key;
  private @Nullable X509CertificateHolder certificate;

  OcspResponder(Path folder, Issued issued) {
    this.folder = folder;
    this.issued = issued;
  }

  /** Takes up what is on the disk; an older authority has none until it is unlocked. */
  void recall() throws IOException, CaException {
    if (Files.exists(folder.resolve(CERTIFICATE))) {
      certificate = Keys.certificate(folder.resolve(CERTIFICATE));
      key = Keys.read(folder.resolve(KEY), null);
    }
  }

  /**
   * Makes key and certificate where there are none, or not for long.
   *
   * @return the new certificate, for the log; empty when the present one does
   */
  Optional<X509CertificateHolder> renew(
      X509CertificateHolder authority,
      PrivateKey signing,
      Keys.Kind kind,
      BigInteger serial,
      Instant now)
      throws IOException, GeneralSecurityException, OperatorCreationException {
    X509CertificateHolder present = certificate;
    Instant end = authority.getNotAfter().toInstant();
    Instant until = now.plus(Duration.ofDays(DAYS));
    Instant last = until.isAfter(end) ? end : until;
    if (present != null
        && !present.getNotAfter().toInstant().isBefore(last.minus(Duration.ofDays(DAYS * 2 / 3)))) {
      return Optional.empty();
    }
    KeyPair pair = kind.make();
    X509CertificateHolder made =
        Certificates.ocspSigner(
            authority,
            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()),
            new Certificates.Terms(serial, now, Duration.between(now, last)),
            new JcaContentSignerBuilder(kind.signature).build(signing));
    // the certificate last: what a crash leaves without it is made anew
    Files.deleteIfExists(folder.resolve(CERTIFICATE));
    Keys.save(folder.resolve(KEY), ascii(Keys.pem(pair.getPrivate(), null)));
    Keys.save(folder.resolve(CERTIFICATE), ascii(Keys.pem(made)));
    key = pair.getPrivate();
    certificate = made;
    return Optional.of(made);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** {@return the answer to a request, in DER; one of the errors of §2.3 where it has no other} */
  byte[] answer(
      byte[] request, @Nullable X509CertificateHolder authority, Keys.Kind kind, Instant now)
      throws IOException {
    X509CertificateHolder by = certificate;
    PrivateKey signing = key;
    if (authority == null
        || by == null
        || signing == null
        || by.getNotAfter().toInstant().isBefore(now)) {
      return error(OCSPRespBuilder.TRY_LATER); // until the authority is unlocked once
    }
    try {
      OCSPReq asked = parse(request);
      BasicOCSPRespBuilder builder = new BasicOCSPRespBuilder(new RespID(by.getSubject()));
      for (Req one : asked.getRequestList()) {
        builder.addResponse(
            one.getCertID(),
            status(one.getCertID(), authority),
            Date.from(now),
            Date.from(now.plus(FRESH)));
      }
      Extension nonce = asked.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
      if (nonce != null) {
        builder.setResponseExtensions(new Extensions(nonce));
      }
      return new OCSPRespBuilder()
          .build(
              OCSPRespBuilder.SUCCESSFUL,
              builder.build(
                  new JcaContentSignerBuilder(kind.signature).build(signing),
                  new X509CertificateHolder[] {by},
                  Date.from(now)))
          .getEncoded();
    } catch (CaException e) {
      return error(OCSPRespBuilder.MALFORMED_REQUEST);
    } catch (OCSPException | OperatorCreationException e) {
      return error(OCSPRespBuilder.INTERNAL_ERROR);
    }
  }

  /** {@return a request of 1..32 certificates} @throws CaException for bytes that are none */
  static OCSPReq parse(byte[] request) throws CaException {
    if (request.length == 0 || request.length > MOST_BYTES) {
      throw CaException.invalid(
          "the request has " + request.length + " bytes: want 1.." + MOST_BYTES);
    }
    try {
      OCSPReq asked = new OCSPReq(request);
      int count = asked.getRequestList().length;
      if (count < 1 || count > MOST_ASKED) {
        throw CaException.invalid(count + " certificates: want 1.." + MOST_ASKED);
      }
      for (Req one : asked.getRequestList()) {
        one.getCertID().getSerialNumber();
        one.getCertID().getIssuerKeyHash();
      }
      Extension nonce = asked.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
      if (nonce != null
          && ASN1OctetString.getInstance(nonce.getParsedValue()).getOctetsLength() > MOST_NONCE) {
        throw CaException.invalid("the nonce is longer than " + MOST_NONCE + " bytes");
      }
      return asked;
    } catch (IOException | RuntimeException e) { // Bouncy Castle throws all kinds for no request
      throw CaException.invalid("this is no OCSP request (RFC 6960)");
    }
  }

  private @Nullable CertificateStatus status(CertificateID id, X509CertificateHolder authority) {
    try {
      if (!id.matchesIssuer(authority, new BcDigestCalculatorProvider())) {
        return new UnknownStatus();
      }
    } catch (OCSPException e) { // a digest that nobody here knows
      return new UnknownStatus();
    }
    String serial = id.getSerialNumber().toString(16);
    if (issued.serial(serial).isEmpty()) {
      return new UnknownStatus();
    }
    return issued
        .revocation(serial)
        .<CertificateStatus>map(r -> new RevokedStatus(Date.from(r.at()), r.reason()))
        .orElse(CertificateStatus.GOOD);
  }

  private static byte[] error(int status) throws IOException {
    try {
      OCSPResp response = new OCSPRespBuilder().build(status, null);
      return response.getEncoded();
    } catch (OCSPException e) {
      throw new IOException("an OCSP error cannot be encoded", e);
    }
  }
}
