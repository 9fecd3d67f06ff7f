package org.gridappliance.tests.start;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The few requests these tests make. */
final class Http {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Http() {}

  /** {@return the status of GET /healthz, 0 when nobody listens} */
  static int health(String address) throws InterruptedException {
    try {
      return CLIENT
          .send(
              HttpRequest.newBuilder(URI.create(address + "/healthz")).build(),
              BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0; // not listening yet, or no more
    }
  }

  static HttpResponse<String> post(String address, String json)
      throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(address))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build(),
        BodyHandlers.ofString());
  }

  /** {@return whether this name and password get a token} */
  static boolean passwordWorks(String address, String name, String password)
      throws IOException, InterruptedException {
    String pair = name + ":" + password;
    HttpResponse<String> answer =
        CLIENT.send(
            HttpRequest.newBuilder(URI.create(address + "/api/v1/tokens"))
                .header("Content-Type", "application/json")
                .header(
                    "Authorization",
                    "Basic "
                        + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
                .POST(BodyPublishers.ofString("{\"name\":\"t\",\"scopes\":[\"files\"],\"days\":1}"))
                .build(),
            BodyHandlers.ofString());
    return answer.statusCode() == 201;
  }
}
