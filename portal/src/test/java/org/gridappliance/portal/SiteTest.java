package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Host, Origin, headers, problems, health: what every request meets. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SiteTest {
  @TempDir static Path folder;
  private TestPortal portal;
  private TestPortal.Browser ada;

  @BeforeAll
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"), "names: [grid.example.org]");
    ada = portal.administrator();
  }

  @AfterAll
  void stop() {
    portal.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8443"})
  void unknownHostIsRefused(String host) {
    TestPortal.Browser browser = portal.browser();
    browser.headers.put("Host", host);
    assertEquals(421, browser.get("/session").status());
    assertEquals(421, browser.send("GET", "//healthz", "").status());
  }

  @Test
  void brokenHostReturns400() {
    TestPortal.Browser browser = portal.browser();
    browser.headers.put("Host", "[::1");
    assertEquals(400, browser.get("/session").status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:1", "[::1]:8443", "grid.example.org:9000"})
  void knownHostsAreServed(String host) {
    TestPortal.Browser browser = portal.browser();
    browser.headers.put("Host", host);
    assertEquals(200, browser.get("/session").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://evil.example", "null", "http://127.0.0.1:1", "http://localhost:80"})
  void changeFromAnotherOriginIsRefused(String origin) {
    TestPortal.Browser page = portal.browser();
    page.headers.put("Origin", origin);
    assertEquals(403, page.login("ada", TestPortal.PASSWORD).status());
  }

  @Test
  void changeFromTheOwnOriginIsServed() {
    TestPortal.Browser page = portal.browser();
    page.headers.put("Origin", portal.server.address().toString());
    assertEquals(200, page.login("ada", TestPortal.PASSWORD).status());
  }

  @Test
  void crossSiteFetchWithoutOriginIsRefused() {
    TestPortal.Browser page = portal.browser();
    page.headers.put("Sec-Fetch-Site", "cross-site");
    assertEquals(403, page.login("ada", TestPortal.PASSWORD).status());
  }

  @Test
  void everyAnswerCarriesTheSafeHeaders() {
    for (String path : new String[] {"/session", "//nothing/here", "//healthz", "/jobs"}) {
      TestPortal.Answer answer = portal.browser().send("GET", path, "");
      assertEquals("nosniff", answer.headers().get("x-content-type-options"), path);
      assertTrue(
          answer.headers().get("content-security-policy").contains("frame-ancestors 'none'"), path);
      assertFalse(answer.headers().containsKey("strict-transport-security"), path);
    }
  }

  @Test
  void aBadRequestNamesFieldValueAndWish() {
    TestPortal.Answer answer =
        ada.send("POST", "/users", "{\"name\":\"Not Good\",\"password\":\"short\"}");
    assertEquals(400, answer.status());
    assertEquals("application/problem+json", answer.headers().get("content-type"));
    String body = answer.body();
    assertTrue(body.contains("name=Not Good: want text like"), body);
    assertTrue(body.contains("password=…: want at least 8 characters"), body);
    assertFalse(body.contains("short"), body);
  }

  @Test
  void aMissingFieldIsNamed() {
    TestPortal.Answer answer = ada.send("POST", "/users", "{\"name\":\"carl\"}");
    assertEquals(400, answer.status());
    assertEquals("password", answer.json().at("/errors/0/field").asText(), answer.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "null", "\"text\"", "{\"name\":1,\"password\":{}}"})
  void brokenBodiesReturn400(String body) {
    assertEquals(400, ada.send("POST", "/users", body).status());
  }

  @Test
  void queryValuesAreChecked() {
    assertEquals(400, ada.get("/audit?limit=501").status());
    assertEquals(400, ada.get("/audit?limit=many").status());
    assertEquals(200, ada.get("/audit?limit=5").status());
  }

  @Test
  void unknownAddressesAreProblems() {
    TestPortal.Answer nothing = ada.get("/nothing");
    assertEquals(404, nothing.status());
    assertEquals("application/problem+json", nothing.headers().get("content-type"));
    assertEquals(405, ada.send("PUT", "/audit", "{}").status());
  }

  @Test
  void aBodyThatIsNotJsonReturns415AndTooLargeReturns413() {
    TestPortal.Browser browser = portal.browser();
    browser.headers.put("Content-Type", "text/plain");
    assertEquals(415, browser.login("ada", "x").status());
    assertEquals(413, portal.browser().login("ada", "x".repeat(2_000_000)).status());
  }

  @Test
  void healthzAndMetricsAnswer() {
    assertEquals("ok", ada.send("GET", "//healthz", "").json().get("status").asText());
    String metrics = portal.browser().send("GET", "//metrics", "").body();
    assertTrue(metrics.contains("http_requests_seconds_count{operation=\"setup\""), metrics);
    assertTrue(metrics.contains("jvm_memory_used_bytes"), metrics);
  }

  @Test
  void theJoinedContractIsServed() {
    String yaml = portal.browser().send("GET", "/openapi.yaml", "").body();
    assertTrue(yaml.contains("operationId: \"submitJob\"") || yaml.contains("submitJob"), yaml);
    assertTrue(yaml.contains("listAudit"));
  }

  @Test
  void theContractIsSentAgainOnlyToWhomHasAnother() {
    TestPortal.Browser browser = portal.browser();
    String tag = browser.get("/openapi.yaml").headers().get("etag");
    browser.headers.put("If-None-Match", tag);
    assertEquals(304, browser.get("/openapi.yaml").status());
    browser.headers.put("If-None-Match", "\"another\"");
    assertEquals(200, browser.get("/openapi.yaml").status());
  }

  @Test
  void addressIsWrittenForTheSupervisor() throws Exception {
    String address = java.nio.file.Files.readString(portal.data.resolve("run/address")).strip();
    assertEquals(portal.server.address(), URI.create(address));
  }
}
