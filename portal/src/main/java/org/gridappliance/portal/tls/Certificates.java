package org.gridappliance.portal.tls;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the server its certificate and, once a day, a new one when it must be renewed. The
 * authority's certificate is copied to where other programs of this machine may read it.
 */
public final class Certificates {
  /** What browsers and programs may speak. */
  public static final Set<String> PROTOCOLS = Set.of("TLSv1.2", "TLSv1.3");

  private static final Logger log = LoggerFactory.getLogger(Certificates.class);

  private final LocalCa ca;
  private final Set<String> names;
  private volatile LocalCa.Identity present;

  /** Makes or reads the certificate. */
  public Certificates(LocalCa ca, Set<String> names, Path publicCopy) throws IOException {
    this.ca = ca;
    this.names = Set.copyOf(names);
    this.present = ca.identity(names);
    Path part = publicCopy.resolveSibling("ca.pem.part");
    Files.writeString(part, present.authority());
    Files.move(part, publicCopy, StandardCopyOption.REPLACE_EXISTING);
  }

  /** {@return what the server serves with} */
  public ServerSSLOptions options() {
    ServerSSLOptions options = new ServerSSLOptions();
    options.setKeyCertOptions(
        new PemKeyCertOptions()
            .addKeyValue(Buffer.buffer(present.key()))
            .addCertValue(Buffer.buffer(present.chain())));
    options.setEnabledSecureTransportProtocols(PROTOCOLS);
    return options;
  }

  /** {@return the authority's certificate, as PEM} */
  public String authority() {
    return present.authority();
  }

  /** {@return the SHA-256 of the authority's certificate, 64 hex digits} */
  public String authorityDigest() {
    try (InputStream pem =
        new ByteArrayInputStream(present.authority().getBytes(StandardCharsets.US_ASCII))) {
      byte[] der = CertificateFactory.getInstance("X.509").generateCertificate(pem).getEncoded();
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("the authority's certificate cannot be read", e);
    }
  }

  /** Looks once a day whether a new certificate is due. */
  public void renewDaily(Vertx vertx, HttpServer server, Executor virtualThreads) {
    vertx.setPeriodic(
        TimeUnit.DAYS.toMillis(1), timer -> virtualThreads.execute(() -> renew(server)));
  }

  private void renew(HttpServer server) {
    try {
      LocalCa.Identity next = ca.identity(names);
      if (!next.equals(present)) {
        present = next;
        boolean _ = server.updateSSLOptions(options()).await();
        log.info("certificate renewed names={}", names);
      }
    } catch (IOException e) {
      log.error("certificate not renewed reason={}", e.getMessage());
    }
  }
}
