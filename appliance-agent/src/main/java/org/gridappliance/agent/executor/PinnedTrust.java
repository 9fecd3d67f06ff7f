package org.gridappliance.agent.executor;

import java.io.IOException;
import java.net.http.HttpClient;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts one certificate, known by the SHA-256 of its DER bytes: the portal's local CA, or the
 * portal's own. The portal must send it in its chain. That the certificate is for the host in the
 * address is checked by the JDK besides.
 */
public final class PinnedTrust implements X509TrustManager {
  private final byte[] pin;

  private PinnedTrust(String pin) {
    this.pin = HexFormat.of().parseHex(pin);
  }

  /**
   * {@return a client that trusts the pinned certificate only, or the machine's own when there is
   * no pin}
   *
   * @param pin 64 hex digits, or null
   */
  public static HttpClient.Builder client(@Nullable String pin) throws IOException {
    if (pin == null) {
      return HttpClient.newBuilder();
    }
    try {
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, new TrustManager[] {new PinnedTrust(pin)}, null);
      return HttpClient.newBuilder().sslContext(tls);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String how) throws CertificateException {
    for (int i = 0; i < chain.length; i++) {
      try {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(chain[i].getEncoded());
        if (MessageDigest.isEqual(pin, digest)) {
          chain[i].checkValidity();
          if (i > 0) {
            verify(Arrays.asList(chain).subList(0, i), chain[i]);
          }
          return;
        }
      } catch (GeneralSecurityException e) {
        throw new CertificateException(
            "The portal's certificate is not valid: " + e.getMessage(), e);
      }
    }
    throw new CertificateException(
        "The portal's certificate is not the one that the join link names; ask for a new link, and"
            + " beware that somebody may stand between");
  }

  private static void verify(List<X509Certificate> path, X509Certificate anchor)
      throws GeneralSecurityException {
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
    parameters.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String how) throws CertificateException {
    throw new CertificateException("This end has no clients");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
