package org.gridappliance.portal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.gridappliance.portal.settings.Settings;
import org.gridappliance.portal.settings.SettingsFile;

/** A real portal on a free port with a data folder of its own, and small browsers to talk to it. */
final class TestPortal implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String PASSWORD = "correct horse 7";

  static {
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host,connection,content-length");
  }

  final Path data;
  final PortalServer server;
  private final HttpClient client;

  private TestPortal(Path data, PortalServer server) throws Exception {
    this.data = data;
    this.server = server;
    this.client = client(data.resolve("keys/ca.pem"));
  }

  /** A client that trusts the portal's own authority, where it serves HTTPS. */
  private static HttpClient client(Path authority) throws Exception {
    if (!Files.exists(authority)) {
      return HttpClient.newHttpClient();
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream pem = Files.newInputStream(authority)) {
      store.setCertificateEntry(
          "portal", CertificateFactory.getInstance("X.509").generateCertificate(pem));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(tls).build();
  }

  static TestPortal start(Path data, String... yaml) throws Exception {
    Files.createDirectories(data);
    if (yaml.length > 0) {
      Files.writeString(data.resolve("appliance.yaml"), String.join("\n", yaml));
    }
    return new TestPortal(data, PortalServer.start(settings(data)));
  }

  static Settings settings(Path data) throws Exception {
    return SettingsFile.read(
        new SettingsFile.CommandLine(data, Optional.of(0), Optional.empty(), List.of(), true));
  }

  Browser browser() {
    return new Browser();
  }

  /** A browser in which the first administrator, made by the setup link, is logged in. */
  Browser administrator() throws IOException {
    String link = Files.readString(data.resolve("run/setup-link")).strip();
    String secret = link.substring(link.indexOf('#') + 1);
    Browser browser = browser();
    Answer made =
        browser.send(
            "POST",
            "/setup",
            "{\"secret\":\"%s\",\"name\":\"ada\",\"password\":\"%s\"}".formatted(secret, PASSWORD));
    if (made.status() != 201) {
      throw new IllegalStateException(made.toString());
    }
    return browser;
  }

  /** A browser of a scientist that the administrator made. */
  Browser scientist(Browser administrator, String name) {
    Answer made =
        administrator.send(
            "POST", "/users", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, PASSWORD));
    if (made.status() != 201) {
      throw new IllegalStateException(made.toString());
    }
    Browser browser = browser();
    browser.login(name, PASSWORD);
    return browser;
  }

  record Answer(int status, Map<String, String> headers, String body) {
    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new UncheckedIOException(body, e);
      }
    }
  }

  /** One cookie jar. Sends the CSRF token unless told otherwise. */
  final class Browser {
    String cookie = "";
    String csrf = "";
    final Map<String, String> headers = new LinkedHashMap<>();

    Answer login(String name, String password) {
      return send(
          "POST", "/session", "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, password));
    }

    Answer get(String path) {
      return send("GET", path, "");
    }

    /** {@return an event stream as it comes} */
    InputStream stream(String path) throws IOException, InterruptedException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.address() + "/api/v1" + path))
              .setHeader("Cookie", cookie)
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream()).body();
    }

    /** Sends to a path below /api/v1, or to any address when it begins with two slashes. */
    Answer send(String method, String path, String body) {
      String whole = path.startsWith("//") ? path.substring(1) : "/api/v1" + path;
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server.address() + whole))
              .method(
                  method,
                  body.isEmpty()
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body));
      if (!body.isEmpty()) {
        request.setHeader("Content-Type", "application/json");
      }
      if (!cookie.isEmpty()) {
        request.setHeader("Cookie", cookie);
      }
      if (!csrf.isEmpty()) {
        request.setHeader("X-CSRF-Token", csrf);
      }
      headers.forEach(request::setHeader);
      Answer answer = exchange(request.build());
      Optional.ofNullable(answer.headers().get("set-cookie"))
          .ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
      if (answer.status() < 300
          && answer.body().startsWith("{\"")
          && answer.body().contains("\"csrf\"")) {
        csrf = answer.json().path("csrf").asText();
      }
      return answer;
    }
  }

  Answer exchange(HttpRequest request) {
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      Map<String, String> headers = new LinkedHashMap<>();
      response
          .headers()
          .map()
          .forEach((k, v) -> headers.put(k.toLowerCase(java.util.Locale.ROOT), v.getFirst()));
      return new Answer(response.statusCode(), headers, response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
