package org.gridappliance.agent.ipsec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CRLException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.gridappliance.agent.executor.PinnedTrust;
import org.gridappliance.ca.Fingerprint;
import org.jspecify.annotations.Nullable;

/**
 * The pool's authority over HTTPS: EST (RFC 7030), the revocation list, who else is a member.
 * Whatever comes is checked against the fingerprint in the link before it is given on. Blocks.
 */
final class CaClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30); // the portal's is 25
  private static final int MOST_BYTES = 4 << 20;

  private final IpsecLink link;
  private final HttpClient http;
  private @Nullable String tag;

  CaClient(IpsecLink link) throws IOException {
    this.link = link;
    this.http =
        PinnedTrust.client(link.pin())
            .connectTimeout(PATIENCE)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
  }

  /**
   * Whom to trust and whom to meet.
   *
   * @param nodes virtual addresses of members; not proof of anything
   */
  record Authority(
      String name,
      String network,
      X509Certificate certificate,
      X509Certificate lists,
      List<String> nodes) {}

  /** {@return the authority} @throws IOException when it is not the link's */
  Authority authority() throws IOException, InterruptedException {
    HttpResponse<byte[]> response = get("/api/v1/certificates/authority", null);
    if (response.statusCode() != 200) {
      throw new IOException("the portal has no authority: " + words(response));
    }
    JsonNode json = JSON.readTree(response.body());
    byte[] der = Base64.getDecoder().decode(json.path("certificate").asText());
    if (!Fingerprint.hex(der).equals(link.pool())) {
      throw new IOException(
          "the authority at "
              + link.portal()
              + " is not the one that the link names: its fingerprint is "
              + Fingerprint.hex(der)
              + "; ask for a new link, and beware that somebody may stand between");
    }
    try {
      X509Certificate own = certificate(der);
      X509Certificate lists =
          certificate(Base64.getDecoder().decode(json.path("listCertificate").asText()));
      lists.verify(own.getPublicKey());
      List<String> nodes = new ArrayList<>();
      for (JsonNode node : json.path("nodes")) {
        if (node.asText().matches("10(\\.[0-9]{1,3}){3}")) {
          nodes.add(node.asText());
        }
      }
      return new Authority(
          json.path("name").asText(), json.path("network").asText(), own, lists, nodes);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("the authority's certificates are not sound: " + e.getMessage(), e);
    }
  }

  /**
   * Waits until the pool has changed since, for about half a minute.
   *
   * @param since what this said last; empty for at once
   * @return a word that is another one after each change
   */
  String version(String since) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        http.send(
            HttpRequest.newBuilder(link.portal().resolve("/pool-version?after=" + since))
                .timeout(PATIENCE.plus(LONGEST_WAIT))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    String word = new String(response.body(), StandardCharsets.US_ASCII).strip();
    if (response.statusCode() != 200 || !word.matches("[0-9a-z-]{1,64}")) {
      throw new IOException("no version of the pool: " + words(response));
    }
    return word;
  }

  /** What became of a request. */
  sealed interface Answer {
    /** Ask again after so many seconds. */
    record Wait(long seconds, String why) implements Answer {}

    /** A certificate, not yet checked. */
    record Given(X509Certificate certificate) implements Answer {}

    /** No. */
    record Refused(String why) implements Answer {}
  }

  /** Sends a request. {@code operation} is {@code simpleenroll} or {@code simplereenroll}. */
  Answer enrol(String operation, byte[] request) throws IOException, InterruptedException {
    HttpRequest.Builder asks =
        HttpRequest.newBuilder(link.portal().resolve("/.well-known/est/" + operation))
            .timeout(PATIENCE)
            .header("Content-Type", "application/pkcs10")
            .header("Content-Transfer-Encoding", "base64")
            .POST(HttpRequest.BodyPublishers.ofString(Base64.getEncoder().encodeToString(request)));
    if (operation.equals("simpleenroll") && !link.token().isEmpty()) {
      byte[] pair = ("token:" + link.token()).getBytes(StandardCharsets.US_ASCII);
      asks.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
    }
    HttpResponse<byte[]> response =
        http.send(asks.build(), HttpResponse.BodyHandlers.ofByteArray());
    long after = response.headers().firstValueAsLong("Retry-After").orElse(5);
    return switch (response.statusCode()) {
      case 200 -> new Answer.Given(pkcs7(response.body()));
      case 202 -> new Answer.Wait(Math.clamp(after, 1, 60), "");
      case 429, 500, 502, 503, 504 -> new Answer.Wait(Math.clamp(after, 1, 300), words(response));
      default -> new Answer.Refused(words(response));
    };
  }

  private static X509Certificate pkcs7(byte[] base64) throws IOException {
    try {
      byte[] der = Base64.getMimeDecoder().decode(base64);
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(der));
      if (all.size() == 1 && all.iterator().next() instanceof X509Certificate certificate) {
        return certificate;
      }
      throw new IOException("the answer holds " + all.size() + " certificates: want one");
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("the answer is no certificate: " + e.getMessage(), e);
    }
  }

  /** {@return the revocation list, signed by the authority's; empty when it did not change} */
  Optional<X509CRL> list(X509Certificate signer) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = get("/crl.der", tag);
    if (response.statusCode() == 304) {
      return Optional.empty();
    }
    if (response.statusCode() != 200) {
      throw new IOException("no revocation list: " + words(response));
    }
    try {
      X509CRL list =
          (X509CRL)
              CertificateFactory.getInstance("X.509")
                  .generateCRL(new ByteArrayInputStream(response.body()));
      list.verify(signer.getPublicKey());
      tag = response.headers().firstValue("ETag").orElse(null);
      return Optional.of(list);
    } catch (CRLException e) {
      throw new IOException("the revocation list is none: " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new IOException("the revocation list is not the authority's", e);
    }
  }

  /** Has the list sent whole the next time. */
  void forgetList() {
    tag = null;
  }

  static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private HttpResponse<byte[]> get(String path, @Nullable String known)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(link.portal().resolve(path)).timeout(PATIENCE);
    if (known != null) {
      request.header("If-None-Match", known);
    }
    HttpResponse<byte[]> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    if (response.body().length > MOST_BYTES) {
      throw new IOException(path + " has " + response.body().length + " bytes: too many");
    }
    return response;
  }

  private static String words(HttpResponse<byte[]> response) {
    String text = new String(response.body(), StandardCharsets.UTF_8).strip();
    return "status "
        + response.statusCode()
        + (text.isEmpty() ? "" : ": " + text.substring(0, Math.min(300, text.length())));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
