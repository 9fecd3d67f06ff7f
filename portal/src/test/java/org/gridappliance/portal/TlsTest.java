package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.gridappliance.portal.tls.LocalCa;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS beyond loopback, from the node's own authority. */
class TlsTest {
  @TempDir Path folder;

  private static X509Certificate certificate(String pem) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static HttpClient trusting(String authority) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("ca", certificate(authority));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  @Test
  void beyondLoopbackItServesHttpsThatTheAuthorityVouchesFor() throws Exception {
    Path data = folder.resolve("data");
    try (TestPortal portal = TestPortal.start(data, "listen: 0.0.0.0")) {
      assertEquals("https", portal.server.address().getScheme());
      String authority = Files.readString(data.resolve("run/ca.pem"));
      try (HttpClient client = trusting(authority)) {
        URI here = URI.create("https://127.0.0.1:" + portal.server.address().getPort());
        HttpResponse<String> session =
            client.send(
                HttpRequest.newBuilder(here.resolve("/api/v1/session")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(200, session.statusCode());
        assertTrue(session.headers().firstValue("strict-transport-security").isPresent());
        HttpResponse<String> setup =
            client.send(
                HttpRequest.newBuilder(here.resolve("/api/v1/setup"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(setup(data)))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(201, setup.statusCode(), setup.body());
        assertTrue(setup.headers().firstValue("set-cookie").orElse("").contains("; Secure"));
        HttpResponse<String> ca =
            client.send(
                HttpRequest.newBuilder(here.resolve("/ca.pem")).build(),
                HttpResponse.BodyHandlers.ofString());
        assertEquals(authority, ca.body());
      }
      for (String key : new String[] {"ca-key.pem", "server-key.pem"}) {
        assertEquals(
            "rw-------",
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(data.resolve("keys").resolve(key))));
      }
    }
  }

  private static String setup(Path data) throws Exception {
    String secret =
        Files.readString(data.resolve("run/setup-link")).strip().replaceFirst(".*#", "");
    return "{\"secret\":\"%s\",\"name\":\"ada\",\"password\":\"%s\"}"
        .formatted(secret, TestPortal.PASSWORD);
  }

  @Test
  void aCertificateIsKeptUntilItExpiresOrItsNamesChange() throws Exception {
    Instant start = Instant.parse("2026-11-21T00:00:00Z");
    List<String> names = List.of("localhost", "127.0.0.1", "::1", "lab-3");
    String first = at(start).identity(names).chain();
    assertEquals(first, at(start.plus(Duration.ofDays(300))).identity(names).chain());
    String renewed = at(start.plus(Duration.ofDays(370))).identity(names).chain();
    assertNotEquals(first, renewed);
    certificate(renewed).checkValidity(java.util.Date.from(start.plus(Duration.ofDays(400))));
    String renamed = at(start.plus(Duration.ofDays(371))).identity(List.of("lab-4")).chain();
    assertNotEquals(renewed, renamed);
    assertEquals(1, certificate(renamed).getSubjectAlternativeNames().size());
  }

  private LocalCa at(Instant now) {
    return new LocalCa(folder, Clock.fixed(now, ZoneOffset.UTC));
  }
}
