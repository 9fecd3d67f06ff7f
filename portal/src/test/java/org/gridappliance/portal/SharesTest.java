package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What people share: links, people, groups; and what others must not reach through them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharesTest {
  @TempDir static Path folder;
  private TestPortal portal;
  private TestPortal.Browser ada;
  private TestPortal.Browser bob;
  private TestPortal.Browser eve;

  @BeforeAll
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"));
    ada = portal.administrator();
    bob = portal.scientist(ada, "bob");
    eve = portal.scientist(ada, "eve");
    ada.send("POST", "/groups", "{\"name\":\"lab\",\"members\":[\"bob\"]}");
    ada.send("PUT", "/files/uploads/set/one.txt", "one");
    ada.send("PUT", "/files/uploads/set/two.txt", "two");
    ada.send("PUT", "/files/uploads/secret.txt", "secret");
  }

  @AfterAll
  void stop() {
    portal.close();
  }

  private TestPortal.Answer share(String fields) {
    return ada.send("POST", "/shares", "{\"path\":\"uploads/set\"," + fields + "}");
  }

  private static String open(String secret, String password) {
    return "{\"secret\":\"%s\",\"password\":\"%s\"}".formatted(secret, password);
  }

  @Test
  void aLinkShowsItsFolderToAnyoneAndNothingElse() {
    TestPortal.Answer made = share("\"kind\":\"link\",\"rights\":\"read\"");
    assertEquals(201, made.status(), made.body());
    String secret = made.json().path("secret").asText();
    TestPortal.Browser guest = portal.browser();
    long id = made.json().path("id").asLong();
    String files = "/links/" + id + "/files";
    assertEquals(403, guest.get(files).status(), "not before it was opened");
    TestPortal.Answer opened = guest.send("POST", "/links", open(secret, ""));
    assertEquals(200, opened.status(), opened.body());
    assertEquals("set", opened.json().path("name").asText());
    assertTrue(guest.get(files).body().contains("one.txt"));
    TestPortal.Answer one = guest.get(files + "/one.txt");
    assertEquals("one", one.body());
    assertTrue(one.headers().get("content-disposition").startsWith("attachment"));
    assertTrue(one.headers().get("content-security-policy").startsWith("sandbox"));
    assertEquals(404, guest.get(files + "/%2e%2e/secret.txt").status());
    assertEquals(404, guest.get(files + "/secret.txt").status());
    assertEquals(403, guest.send("PUT", files + "/new.txt", "x").status());
    assertTrue(guest.get("/links/" + id + "/archive").body().startsWith("PK"));
    assertEquals(403, guest.get("/links/" + (id + 1) + "/files").status());
    assertEquals(401, guest.get("/files/").status());

    assertEquals(404, bob.send("DELETE", "/shares/" + id, "").status());
    assertEquals(204, ada.send("DELETE", "/shares/" + id, "").status());
    assertEquals(404, guest.get(files + "/one.txt").status(), "ended at once");
    assertEquals(404, guest.send("POST", "/links", open(secret, "")).status());
    String log = ada.get("/audit").body();
    assertTrue(log.contains("share.created") && log.contains("link.opened"), log);
    assertFalse(log.contains(secret));
  }

  @Test
  void aDropBoxTakesFilesAndShowsNone() {
    TestPortal.Answer made = share("\"kind\":\"link\",\"rights\":\"upload\"");
    long id = made.json().path("id").asLong();
    TestPortal.Browser guest = portal.browser();
    guest.send("POST", "/links", open(made.json().path("secret").asText(), ""));
    assertEquals(403, guest.get("/links/" + id + "/files").status());
    assertEquals(403, guest.get("/links/" + id + "/files/one.txt").status());
    assertEquals(403, guest.get("/links/" + id + "/archive").status());
    guest.headers.put("Tus-Resumable", "1.0.0");
    guest.headers.put("Upload-Length", "5");
    guest.headers.put("Upload-Metadata", "path b25lLnR4dA==,replace");
    TestPortal.Answer created = guest.send("POST", "/links/" + id + "/uploads", "");
    assertEquals(201, created.status(), created.body());
    guest.headers.put("Upload-Offset", "0");
    guest.headers.put("Content-Type", "application/offset+octet-stream");
    String upload = created.headers().get("location").substring("/api/v1".length());
    assertEquals(204, guest.send("PATCH", upload, "drop!").status());
    assertEquals("one", ada.get("/files/uploads/set/one.txt").body(), "never overwritten");
    assertEquals("drop!", ada.get("/files/uploads/set/one-2.txt").body());
    ada.send("DELETE", "/files/uploads/set/one-2.txt", "");
  }

  @Test
  void aLinkWithAPasswordAsksForItAndThrottlesGuesses() {
    TestPortal.Answer made =
        share("\"kind\":\"link\",\"rights\":\"read\",\"password\":\"granite\"");
    String secret = made.json().path("secret").asText();
    TestPortal.Browser guest = portal.browser();
    TestPortal.Answer asked = guest.send("POST", "/links", open(secret, ""));
    assertTrue(asked.json().path("needsPassword").asBoolean());
    assertFalse(asked.headers().containsKey("set-cookie"));
    assertEquals(200, guest.send("POST", "/links", open(secret, "granite")).status());
    int status = 0;
    for (int i = 0; i < 30 && status != 429; i++) {
      status = portal.browser().send("POST", "/links", open(secret, "guess" + i)).status();
      assertTrue(status == 400 || status == 429, "status " + status);
    }
    assertEquals(429, status);
  }

  @Test
  void whatIsSharedWithAPersonIsHisToReadAndNobodyElses() {
    TestPortal.Answer made = share("\"kind\":\"person\",\"with\":\"bob\",\"rights\":\"read\"");
    assertEquals(201, made.status(), made.body());
    long id = made.json().path("id").asLong();
    String files = "/shared/" + id + "/files";
    assertTrue(bob.get("/shares/received").body().contains("\"owner\":\"ada\""));
    assertEquals("two", bob.get(files + "/two.txt").body());
    assertEquals(403, bob.send("PUT", files + "/two.txt", "x").status());
    assertEquals(404, eve.get(files + "/two.txt").status());
    assertEquals(404, eve.get("/search?name=two&share=" + id).status());
    assertFalse(eve.get("/shares/received").body().contains("\"id\":" + id + ","));
    ada.send("DELETE", "/shares/" + id, "");
    assertEquals(404, bob.get(files + "/two.txt").status());
  }

  @Test
  void aGroupMayWriteWhereItWasGivenTheRight() {
    TestPortal.Answer made = share("\"kind\":\"group\",\"with\":\"lab\",\"rights\":\"write\"");
    assertEquals(201, made.status(), made.body());
    long id = made.json().path("id").asLong();
    String files = "/shared/" + id + "/files";
    assertEquals(201, bob.send("PUT", files + "/new.txt", "from bob").status());
    assertEquals("from bob", ada.get("/files/uploads/set/new.txt").body());
    assertEquals(404, eve.send("PUT", files + "/new.txt", "x").status());
    TestPortal.Answer moved =
        bob.send(
            "POST",
            "/file-operations",
            "{\"kind\":\"move\",\"share\":%d,\"items\":[{\"from\":\"new.txt\",\"to\":\"b.txt\"}]}"
                .formatted(id));
    assertEquals("done", moved.json().path("state").asText(), moved.body());
    assertEquals("from bob", ada.get("/files/uploads/set/b.txt").body());
    ada.send("DELETE", "/shares/" + id, "");
  }

  @Test
  void whatIsSharedStandsInAFolderOfItsOwnOverWebDav() {
    TestPortal.Answer made = share("\"kind\":\"person\",\"with\":\"bob\",\"rights\":\"read\"");
    String token =
        bob.send("POST", "/tokens", "{\"name\":\"drive\",\"scopes\":[\"files\"]}")
            .json()
            .path("token")
            .asText();
    TestPortal.Browser drive = portal.browser();
    drive.headers.put(
        "Authorization",
        "Basic "
            + Base64.getEncoder()
                .encodeToString(("bob:" + token).getBytes(StandardCharsets.UTF_8)));
    assertEquals("one", drive.get("//dav/Shared%20with%20me/set/one.txt").body());
    int put = drive.send("PUT", "//dav/Shared%20with%20me/set/one.txt", "x").status();
    assertEquals(403, put);
    ada.send("DELETE", "/shares/" + made.json().path("id").asLong(), "");
    assertEquals(404, drive.get("//dav/Shared%20with%20me/set/one.txt").status());
  }

  @Test
  void sharesFollowWhatIsMovedAndSayWhenItIsGone() {
    ada.send("PUT", "/files/uploads/wander/x.txt", "x");
    TestPortal.Answer made =
        ada.send(
            "POST",
            "/shares",
            "{\"path\":\"uploads/wander\",\"kind\":\"person\",\"with\":\"eve\",\"rights\":\"read\"}");
    long id = made.json().path("id").asLong();
    ada.send(
        "POST",
        "/file-operations",
        "{\"kind\":\"move\",\"items\":[{\"from\":\"uploads/wander\",\"to\":\"moved\"}]}");
    assertEquals("x", eve.get("/shared/" + id + "/files/x.txt").body());
    ada.send("POST", "/file-operations", "{\"kind\":\"delete\",\"items\":[{\"from\":\"moved\"}]}");
    TestPortal.Answer gone = eve.get("/shared/" + id + "/files/x.txt");
    assertEquals(404, gone.status());
    assertTrue(gone.body().contains("Ask ada to share it again"), gone.body());
    assertTrue(ada.get("/shares").body().contains("\"missing\":true"));
  }

  @Test
  void whatCannotBeSharedIsSaidInWords() {
    assertEquals(
        400, share("\"kind\":\"person\",\"with\":\"nobody\",\"rights\":\"read\"").status());
    assertEquals(400, share("\"kind\":\"link\",\"rights\":\"write\"").status());
    assertEquals(400, share("\"kind\":\"person\",\"with\":\"ada\",\"rights\":\"read\"").status());
    TestPortal.Answer file =
        ada.send(
            "POST",
            "/shares",
            "{\"path\":\"uploads/secret.txt\",\"kind\":\"link\",\"rights\":\"upload\"}");
    assertEquals(400, file.status());
    TestPortal.Answer missing =
        ada.send("POST", "/shares", "{\"path\":\"nowhere\",\"kind\":\"link\",\"rights\":\"read\"}");
    assertEquals(404, missing.status());
    assertEquals(
        404,
        bob.send(
                "POST",
                "/shares",
                "{\"path\":\"uploads/set\",\"kind\":\"link\",\"rights\":\"read\"}")
            .status());
  }

  @Test
  void aShareFollowsWhatIsMovedOverWebDav() {
    ada.send("PUT", "/files/uploads/moving/a.txt", "a");
    TestPortal.Answer made =
        ada.send(
            "POST",
            "/shares",
            "{\"path\":\"uploads/moving\",\"kind\":\"person\",\"rights\":\"read\",\"with\":\"bob\"}");
    assertEquals(201, made.status(), made.body());
    String files = "/shared/" + made.json().path("id").asLong() + "/files/a.txt";
    assertEquals("a", bob.get(files).body());
    String token =
        ada.send("POST", "/tokens", "{\"name\":\"t\",\"scopes\":[\"files\"]}")
            .json()
            .path("token")
            .asText();
    String basic =
        Base64.getEncoder().encodeToString(("ada:" + token).getBytes(StandardCharsets.UTF_8));
    String dav = portal.server.address() + "/dav/uploads/";
    HttpRequest move =
        HttpRequest.newBuilder(URI.create(dav + "moving"))
            .method("MOVE", HttpRequest.BodyPublishers.noBody())
            .headers("Authorization", "Basic " + basic, "Destination", dav + "moved%20on")
            .build();
    assertEquals(201, portal.exchange(move).status());
    assertEquals("a", bob.get(files).body());
    assertTrue(ada.get("/shares").body().contains("uploads/moved on"));
  }

  /** As after a MOVE in whose midst the portal was killed: the rename was made and nothing else. */
  @Test
  void aShareFollowsWhatAnotherProgramMovedUnlessSomethingHasItsPath() throws Exception {
    ada.send("PUT", "/files/uploads/by-shell/a.txt", "a");
    TestPortal.Answer made =
        ada.send(
            "POST",
            "/shares",
            "{\"path\":\"uploads/by-shell\",\"kind\":\"person\",\"rights\":\"read\",\"with\":\"bob\"}");
    String files = "/shared/" + made.json().path("id").asLong() + "/files/a.txt";
    Path home = folder.resolve("data/users/ada/home");
    Files.move(home.resolve("uploads/by-shell"), home.resolve("moved-by-shell"));
    assertEquals(404, bob.get(files).status());
    Await.until(
        "the share follows",
        () -> {
          ada.get("/trash"); // looks at what other programs did
          return bob.get(files).status() == 200;
        });
    assertTrue(ada.get("/shares").body().contains("moved-by-shell"));
    assertFalse(ada.get("/trash").body().contains("by-shell"));

    Files.move(home.resolve("moved-by-shell"), home.resolve("again"));
    Files.createDirectory(home.resolve("moved-by-shell"));
    Files.writeString(home.resolve("moved-by-shell/a.txt"), "another");
    Await.until(
        "the path counts",
        () -> {
          ada.get("/trash");
          return bob.get(files).body().equals("another");
        });
  }
}
