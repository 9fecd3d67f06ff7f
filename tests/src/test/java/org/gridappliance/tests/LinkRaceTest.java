package org.gridappliance.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gridappliance.tests.fixture.Appliance;
import org.gridappliance.tests.fixture.Await;
import org.gridappliance.tests.fixture.PortalClient;
import org.junit.jupiter.api.Test;

/**
 * A program of a desktop session, which writes in its owner's home, swaps a folder there for a link
 * to a folder outside as fast as it can, while the same home is used over WebDAV and the API.
 */
class LinkRaceTest {
  private static final long RACE_MILLIS = Boolean.getBoolean("soak") ? 120_000 : 3_000;

  /** d is a folder, nothing, a link, nothing, again and again. */
  private static final String RACER =
      "chdir $ENV{HOME}; my $to = shift; open(my $f, '>', 'racing'); close $f;"
          + " while (1) { mkdir 'd'; select(undef, undef, undef, 0.002);"
          + " opendir(my $d, 'd'); unlink \"d/$_\" for readdir($d); closedir $d;"
          + " if (rmdir 'd') { symlink $to, 'd'; select(undef, undef, undef, 0.002);"
          + " unlink 'd'; } }";

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void aFolderThatBecomesALinkInASessionNeverLeadsWebDavOut() throws Exception {
    try (Appliance appliance = Appliance.start(1)) {
      Path outside = Files.createDirectory(appliance.data().resolve("outside"));
      Files.writeString(outside.resolve("secret.txt"), "secret");
      PortalClient ada = appliance.admin();
      Path home = appliance.data().resolve("users").resolve(Appliance.ADMIN).resolve("home");
      String token =
          PortalClient.JSON
              .readTree(
                  ada.send(
                          "POST",
                          "/api/v1/tokens",
                          Map.of("name", "race", "scopes", List.of("files")))
                      .body())
              .path("token")
              .asText();
      HttpResponse<String> racer =
          ada.send(
              "POST",
              "/api/v1/desktops",
              Map.of(
                  "kind",
                  "application",
                  "command",
                  List.of("perl", "-e", RACER, outside.toString())));
      assertEquals(201, racer.statusCode(), racer.body());
      Await.until(
          "the racer runs", Duration.ofSeconds(20), () -> Files.exists(home.resolve("racing")));

      Map<String, Integer> seen = new TreeMap<>();
      long end = System.nanoTime() + Duration.ofMillis(RACE_MILLIS).toNanos();
      long latest = end + Duration.ofSeconds(30).toNanos(); // a busy machine races slowly
      for (int i = 0;
          System.nanoTime() < end || (!hasSeenBoth(seen) && System.nanoTime() < latest);
          i++) {
        String dav = appliance.url() + "/dav/";
        count(seen, "PUT", send(token, "PUT", dav + "d/f" + i, "mine"));
        count(seen, "GET", send(token, "GET", dav + "d/secret.txt", ""));
        count(seen, "PUT top", send(token, "PUT", dav + "x" + i % 3, "mine"));
        count(
            seen,
            "MOVE",
            send(token, "MOVE", dav + "x" + i % 3, "", "Destination", dav + "d/x" + i));
        count(
            seen,
            "COPY",
            send(token, "COPY", dav + "d/secret.txt", "", "Destination", dav + "stolen" + i % 3));
        count(seen, "PROPFIND", send(token, "PROPFIND", dav + "d/", "", "Depth", "1"));
        count(seen, "API", ada.send("GET", "/api/v1/files/d/secret.txt", null));
        count(seen, "DELETE", send(token, "DELETE", dav + "d/secret.txt", ""));
      }
      String sessions = ada.send("GET", "/api/v1/desktops", null).body();
      assertTrue(sessions.contains("\"endedAt\":null"), sessions);
      String id = PortalClient.JSON.readTree(racer.body()).path("id").asText();
      assertEquals(204, ada.send("DELETE", "/api/v1/desktops/" + id, null).statusCode());

      try (Stream<Path> left = Files.list(outside)) {
        assertEquals(List.of(outside.resolve("secret.txt")), left.toList(), seen::toString);
      }
      assertEquals("secret", Files.readString(outside.resolve("secret.txt")));
      try (Stream<Path> all = Files.list(home)) {
        assertFalse(
            all.anyMatch(f -> f.getFileName().toString().startsWith("stolen")), seen::toString);
      }
      System.out.println("link race: " + seen);
      assertTrue(hasSeenBoth(seen), () -> "never a folder or never a link: " + seen);
    }
  }

  private static boolean hasSeenBoth(Map<String, Integer> seen) {
    return seen.containsKey("PUT 201") && seen.containsKey("PROPFIND 403");
  }

  private static void count(Map<String, Integer> seen, String what, HttpResponse<String> response) {
    assertFalse(
        response.statusCode() < 300 && response.body().contains("secret"),
        () -> what + " told the secret: " + response.body());
    assertTrue(response.statusCode() < 500, () -> what + " " + response.statusCode());
    seen.merge(what + " " + response.statusCode(), 1, Integer::sum);
  }

  private HttpResponse<String> send(
      String token, String method, String url, String body, String... headers)
      throws IOException, InterruptedException {
    String basic =
        Base64.getEncoder()
            .encodeToString((Appliance.ADMIN + ":" + token).getBytes(StandardCharsets.UTF_8));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .method(method, BodyPublishers.ofString(body))
            .header("Authorization", "Basic " + basic);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }
}
