package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Calls of one portal's contract, with one way of proving who calls. Blocks; thread-safe. */
final class Client implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient http;
  private final URI portal;
  private final String authorization;

  private Client(URI portal, String authorization, Optional<Path> authority)
      throws IOException, CliException {
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
    if (authority.isPresent()) {
      builder.sslContext(trusting(authority.get()));
    }
    this.http = builder.build();
    this.portal = portal;
    this.authorization = authorization;
  }

  static Client of(Login login) throws IOException, CliException {
    return new Client(login.portal(), "Bearer " + login.token(), login.authority());
  }

  static Client of(URI portal, String name, String password, Optional<Path> authority)
      throws IOException, CliException {
    byte[] pair = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
    return new Client(portal, "Basic " + Base64.getEncoder().encodeToString(pair), authority);
  }

  JsonNode get(String path) throws IOException, InterruptedException, CliException {
    return send("GET", path, BodyPublishers.noBody(), "application/json");
  }

  JsonNode post(String path, JsonNode body) throws IOException, InterruptedException, CliException {
    return send("POST", path, BodyPublishers.ofString(body.toString()), "application/json");
  }

  JsonNode post(String path) throws IOException, InterruptedException, CliException {
    return send("POST", path, BodyPublishers.noBody(), "application/json");
  }

  JsonNode delete(String path) throws IOException, InterruptedException, CliException {
    return send("DELETE", path, BodyPublishers.noBody(), "application/json");
  }

  void put(String path, Path file) throws IOException, InterruptedException, CliException {
    send("PUT", path, BodyPublishers.ofFile(file), "application/octet-stream");
  }

  /** {@return the lines of a stream of server-sent events; close it to end the stream} */
  Stream<String> events(String path) throws IOException, InterruptedException, CliException {
    HttpRequest request = request(path).header("Accept", "text/event-stream").build();
    HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
    if (response.statusCode() != 200) {
      try (Stream<String> lines = response.body()) {
        throw refused(response.statusCode(), lines.collect(Collectors.joining("\n")));
      }
    }
    return response.body();
  }

  /**
   * A document and its entity tag.
   *
   * @param etag empty when it came without one
   */
  record Tagged(String etag, String body) {}

  /** {@return a document, or nothing when it is still the one with that tag} */
  Optional<Tagged> getUnless(String path, String etag)
      throws IOException, InterruptedException, CliException {
    HttpRequest.Builder request = request(path).timeout(PATIENCE);
    if (!etag.isEmpty()) {
      request.header("If-None-Match", etag);
    }
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() == 304) {
      return Optional.empty();
    }
    if (response.statusCode() != 200) {
      throw refused(response.statusCode(), response.body());
    }
    return Optional.of(
        new Tagged(response.headers().firstValue("etag").orElse(""), response.body()));
  }

  /** {@return the answer to any call, its body still to be read, when the portal did it} */
  HttpResponse<InputStream> exchange(Call call, BodyPublisher body, String type)
      throws IOException, InterruptedException, CliException {
    HttpRequest.Builder request;
    try {
      request = request(call.path().substring(1)).method(call.method(), body);
      call.headers().forEach(request::header);
    } catch (IllegalArgumentException e) {
      throw new CliException(call.method() + " " + call.path() + ": " + e.getMessage());
    }
    if (body.contentLength() != 0) {
      request.header("Content-Type", type);
    }
    HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
    if (response.statusCode() / 100 != 2) {
      try (InputStream in = response.body()) {
        throw refused(response.statusCode(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return response;
  }

  /** One segment of a path, escaped. */
  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private JsonNode send(String method, String path, BodyPublisher body, String type)
      throws IOException, InterruptedException, CliException {
    HttpRequest.Builder request = request(path).method(method, body).header("Content-Type", type);
    if (!method.equals("PUT")) {
      request.timeout(PATIENCE); // an upload may take as long as it takes
    }
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw refused(response.statusCode(), response.body());
    }
    return response.body().isEmpty() ? MissingNode.getInstance() : JSON.readTree(response.body());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(portal.resolve("/api/v1/" + path))
        .header("Authorization", authorization);
  }

  /** The portal's own words, with one line for every field it complains about. */
  private CliException refused(int status, String body) throws IOException {
    String text;
    try {
      JsonNode problem = JSON.readTree(body);
      StringBuilder words = new StringBuilder();
      words.append(problem.path("detail").asText(problem.path("title").asText()));
      for (JsonNode error : problem.path("errors")) {
        words.append("\n  ").append(error.path("field").asText());
        words.append(": ").append(error.path("message").asText());
      }
      text = words.toString();
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      text = body.lines().findFirst().orElse(""); // not a portal's answer: show what it said
    }
    String remedy = status == 401 ? " (./appliance login)" : "";
    return new CliException(portal + " answers " + status + ": " + text + remedy);
  }

  private static SSLContext trusting(Path authority) throws IOException, CliException {
    try (InputStream in = Files.newInputStream(authority)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      Certificate[] certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(in)
              .toArray(new Certificate[0]);
      for (Certificate certificate : certificates) {
        store.setCertificateEntry(
            "ca" + Arrays.asList(certificates).indexOf(certificate), certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new CliException(authority + ": want certificates in PEM: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
