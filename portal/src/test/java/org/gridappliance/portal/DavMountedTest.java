package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A person's own files over WebDAV in the portal, beside the same files over the API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DavMountedTest {
  private static final String LOCK =
      "<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope>"
          + "<D:locktype><D:write/></D:locktype></D:lockinfo>";

  @TempDir static Path folder;
  private TestPortal portal;
  private TestPortal.Browser ada;
  private String token = "";

  @BeforeAll
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"), "login: { attempts: 5 }");
    ada = portal.administrator();
    portal.scientist(ada, "bob");
    token = token("files");
  }

  @AfterAll
  void stop() {
    portal.close();
  }

  private String token(String scope) {
    return ada.send("POST", "/tokens", "{\"name\":\"t\",\"scopes\":[\"" + scope + "\"]}")
        .json()
        .path("token")
        .asText();
  }

  private static String basic(String name, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  private TestPortal.Answer dav(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(portal.server.address() + "/dav" + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return portal.exchange(request.build());
  }

  private TestPortal.Answer asAda(String method, String path, String body) {
    return dav(method, path, body, "Authorization", basic("ada", token), "Depth", "1");
  }

  @Test
  void whatIsPutOverDavIsSeenOverTheApiAndBack() {
    TestPortal.Answer put = asAda("PUT", "/both.txt", "one");
    assertEquals(201, put.status());
    TestPortal.Answer get = ada.get("/files/both.txt");
    assertEquals("one", get.body());
    assertEquals(put.headers().get("etag"), get.headers().get("etag"));
    assertEquals(204, ada.send("PUT", "/files/both.txt", "two").status());
    assertEquals("two", asAda("GET", "/both.txt", "").body());
    assertTrue(asAda("PROPFIND", "/", "").body().contains("<D:href>/dav/both.txt</D:href>"));
    assertTrue(portal.exchange(metrics()).body().contains("dav PROPFIND"));
  }

  private HttpRequest metrics() {
    return HttpRequest.newBuilder(URI.create(portal.server.address() + "/metrics")).build();
  }

  @Test
  void onlyNameAndTokenOpenItAndNobodyLearnsWhoIsThere() {
    TestPortal.Answer nobody = dav("PROPFIND", "/", "");
    TestPortal.Answer wrong = dav("PROPFIND", "/", "", "Authorization", basic("ada", "ga_x"));
    TestPortal.Answer unknown = dav("PROPFIND", "/", "", "Authorization", basic("eve", "ga_x"));
    TestPortal.Answer others = dav("PROPFIND", "/", "", "Authorization", basic("bob", token));
    for (TestPortal.Answer answer : new TestPortal.Answer[] {nobody, wrong, unknown, others}) {
      assertEquals(401, answer.status());
      assertEquals(nobody.body(), answer.body());
      assertTrue(answer.headers().get("www-authenticate").startsWith("Basic"));
    }
    TestPortal.Answer cookie =
        dav("PUT", "/csrf.txt", "x", "Cookie", ada.cookie, "X-CSRF-Token", ada.csrf);
    assertEquals(401, cookie.status());
    assertEquals(404, ada.get("/files/csrf.txt").status());
    for (int i = 0; i < 3; i++) {
      dav("PROPFIND", "/", "", "Authorization", basic("ada", "ga_y"));
    }
    assertEquals(429, dav("GET", "/", "", "Authorization", basic("ada", "ga_z")).status());
    assertEquals(207, asAda("PROPFIND", "/", "").status());
  }

  @Test
  void aTokenForReadingDoesNotWrite() {
    String reading = basic("ada", token("files:read"));
    assertEquals(403, dav("PUT", "/r.txt", "x", "Authorization", reading).status());
    assertEquals(207, dav("PROPFIND", "/", "", "Authorization", reading, "Depth", "0").status());
    String jobs = basic("ada", token("jobs"));
    assertEquals(403, dav("GET", "/", "", "Authorization", jobs).status());
  }

  @Test
  void aDavLockRefusesTheApiAndALateWriterIsRefusedByItsEtag() {
    asAda("PUT", "/locked.txt", "one");
    TestPortal.Answer lock = asAda("LOCK", "/locked.txt", LOCK);
    assertEquals(400, lock.status()); // Depth: 1
    lock = dav("LOCK", "/locked.txt", LOCK, "Authorization", basic("ada", token));
    assertEquals(200, lock.status());
    TestPortal.Answer refused = ada.send("PUT", "/files/locked.txt", "two");
    assertEquals(423, refused.status());
    assertEquals("application/problem+json", refused.headers().get("content-type"));
    assertEquals(423, ada.send("DELETE", "/files/locked.txt", "").status());

    ada.send("PUT", "/files/edit.txt", "one");
    String seen = ada.get("/files/edit.txt").headers().get("etag");
    ada.headers.put("If-Match", seen);
    assertEquals(204, ada.send("PUT", "/files/edit.txt", "mine").status());
    TestPortal.Answer late = ada.send("PUT", "/files/edit.txt", "late");
    ada.headers.clear();
    assertEquals(412, late.status());
    assertEquals("mine", ada.get("/files/edit.txt").body());
    ada.headers.put("Range", "bytes=1-2");
    TestPortal.Answer part = ada.get("/files/edit.txt");
    ada.headers.clear();
    assertEquals(206, part.status());
    assertEquals("in", part.body());
  }

  @Test
  void whatAdaSharesIsInBobsFolderSharedWithMe() {
    ada.send("PUT", "/files/uploads/common/x.txt", "of ada");
    TestPortal.Answer shared =
        ada.send(
            "POST",
            "/shares",
            "{\"path\":\"uploads/common\",\"kind\":\"person\",\"rights\":\"write\",\"with\":\"bob\"}");
    assertEquals(201, shared.status(), shared.body());
    TestPortal.Browser bob = portal.browser();
    bob.login("bob", TestPortal.PASSWORD);
    String bobs =
        basic(
            "bob",
            bob.send("POST", "/tokens", "{\"name\":\"t\",\"scopes\":[\"files\"]}")
                .json()
                .path("token")
                .asText());
    String file = "/Shared%20with%20me/common/x.txt";
    assertEquals("of ada", dav("GET", file, "", "Authorization", bobs).body());
    assertEquals(204, dav("PUT", file, "of bob", "Authorization", bobs).status());
    assertEquals("of bob", ada.get("/files/uploads/common/x.txt").body());
    assertEquals(404, asAda("GET", file, "").status());
    long id = shared.json().path("id").asLong();
    assertEquals(204, ada.send("DELETE", "/shares/" + id, "").status());
    assertEquals(404, dav("GET", file, "", "Authorization", bobs).status());
  }

  @Test
  void deletedAndOverwrittenFilesComeBack() {
    asAda("PUT", "/kept.txt", "one");
    asAda("PUT", "/kept.txt", "two!");
    TestPortal.Answer versions = ada.get("/versions?path=kept.txt");
    assertEquals(1, versions.json().at("/versions").size(), versions.body());
    String id = versions.json().at("/versions/0/id").asText();
    TestPortal.Answer content = ada.get("/versions/" + id + "/content");
    assertEquals("one", content.body());
    assertTrue(content.headers().get("content-disposition").contains("kept.txt"));
    TestPortal.Answer restored = ada.send("POST", "/versions/" + id + "/restore", "");
    assertEquals(200, restored.status(), restored.body());
    assertEquals("one", asAda("GET", "/kept.txt", "").body());

    asAda("DELETE", "/kept.txt", "");
    TestPortal.Answer trash = ada.get("/trash");
    String gone = trash.json().at("/entries/0/id").asText();
    assertEquals("kept.txt", trash.json().at("/entries/0/path").asText(), trash.body());
    TestPortal.Answer storage = ada.get("/storage");
    assertTrue(storage.json().at("/trashBytes").asLong() >= 3, storage.body());
    assertTrue(storage.json().at("/versionBytes").asLong() >= 4, storage.body());
    assertEquals(30, storage.json().at("/retentionDays").asInt());
    TestPortal.Answer back = ada.send("POST", "/trash/" + gone + "/restore", "");
    assertEquals("kept.txt", back.json().at("/path").asText(), back.body());
    assertEquals("one", asAda("GET", "/kept.txt", "").body());
    assertEquals(404, ada.send("POST", "/trash/" + gone + "/restore", "").status());

    TestPortal.Browser bob = portal.browser();
    bob.login("bob", TestPortal.PASSWORD);
    assertEquals(404, bob.get("/versions/" + id + "/content").status());
    assertEquals(404, bob.send("POST", "/versions/" + id + "/restore", "").status());
    assertEquals(0, bob.get("/trash").json().at("/entries").size());
    ada.send("DELETE", "/files/kept.txt", "");
    assertEquals(204, ada.send("DELETE", "/trash", "").status());
    assertEquals(0, ada.get("/trash").json().at("/entries").size());
  }

  @Test
  void aFolderIsDeletedWholeOnlyWhenAskedSo() {
    ada.send("PUT", "/files/uploads/deep/x.txt", "x");
    assertEquals(409, ada.send("DELETE", "/files/uploads/deep", "").status());
    assertEquals(204, ada.send("DELETE", "/files/uploads/deep?recursive=true", "").status());
    assertFalse(ada.get("/files/uploads").body().contains("deep"));
  }
}
