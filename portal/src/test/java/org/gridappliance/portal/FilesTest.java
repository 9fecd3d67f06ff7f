package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A person's files over HTTP, and what must not be reached through them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesTest {
  @TempDir static Path folder;
  private TestPortal portal;
  private TestPortal.Browser ada;
  private TestPortal.Browser bob;
  private Path home;

  @BeforeAll
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"), "files: { max-bytes: 1000000 }");
    ada = portal.administrator();
    bob = portal.scientist(ada, "bob");
    ada.get("/files/");
    home = portal.data.resolve("users/ada/home");
  }

  @AfterAll
  void stop() {
    portal.close();
  }

  private static String encode(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private int temporaryFiles() throws Exception {
    try (Stream<Path> files = Files.list(portal.data.resolve("users/ada/spool"))) {
      return (int) files.count();
    }
  }

  @Test
  void putThenGetThenDelete() throws Exception {
    assertEquals(201, ada.send("PUT", "/files/note.txt", "one").status());
    assertEquals(204, ada.send("PUT", "/files/note.txt", "two").status());
    assertEquals("two", ada.get("/files/note.txt").body());
    assertTrue(ada.get("/files/").body().contains("\"note.txt\""));
    assertEquals(204, ada.send("DELETE", "/files/note.txt", "").status());
    assertEquals(404, ada.get("/files/note.txt").status());
    assertEquals(0, temporaryFiles());
  }

  @Test
  void uploadsMakesItsFoldersAndOtherParentsAre409() {
    assertEquals(201, ada.send("PUT", "/files/uploads/a/b/c.fasta", ">x").status());
    assertEquals(">x", ada.get("/files/uploads/a/b/c.fasta").body());
    assertEquals(409, ada.send("PUT", "/files/nowhere/c.fasta", ">x").status());
    assertEquals(409, ada.send("DELETE", "/files/uploads/a", "").status());
    assertEquals(409, ada.send("PUT", "/files/uploads/a", "x").status());
  }

  @Test
  void anotherPersonSeesNothingOfIt() {
    ada.send("PUT", "/files/private.txt", "secret");
    assertEquals(404, bob.get("/files/private.txt").status());
    assertFalse(bob.get("/files/").body().contains("private"));
    assertEquals(401, portal.browser().get("/files/private.txt").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..%2fsecret",
        "%2e%2e%2fsecret",
        "a%00b",
        "a%0ab",
        "%ff%fe",
        "a//b",
        "uploads/%2e%2e%2f%2e%2e%2fx",
        "%c0%ae%c0%ae/x"
      })
  void hostileNamesReturn400(String raw) {
    TestPortal.Answer answer = ada.send("PUT", "/files/" + raw, "x");
    assertEquals(400, answer.status(), answer.body());
    assertEquals("path", answer.json().at("/errors/0/field").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../db/appliance.mv.db", "x/../../../keys", "./../x"})
  void dotSegmentsNeverLeaveTheHome(String raw) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(portal.server.address() + "/api/v1/files/" + raw))
            .header("Cookie", ada.cookie)
            .build();
    int status = portal.exchange(request).status();
    assertTrue(status == 400 || status == 404, "status " + status);
  }

  @Test
  void aNameOf4KiBIsRefusedAndOf255BytesTaken() {
    assertEquals(400, ada.send("PUT", "/files/" + "n".repeat(4096), "x").status());
    assertEquals(400, ada.send("PUT", "/files/" + "n".repeat(256), "x").status());
    assertEquals(201, ada.send("PUT", "/files/" + "n".repeat(255), "x").status());
  }

  @Test
  void emojiNamesComeBackAsTheyWere() {
    String name = "🧬 результат \"1\".txt";
    TestPortal.Answer put = ada.send("PUT", "/files/" + encode(name), "x");
    assertEquals(201, put.status(), put.body());
    assertTrue(ada.get("/files/").json().at("/entries").findValuesAsText("name").contains(name));
    assertTrue(
        ada.get("/files/" + encode(name))
            .headers()
            .get("content-disposition")
            .contains("%F0%9F%A7%AC%20"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.html", "evil.svg", "evil.js"})
  void hostileFilesAreAttachmentsInASandbox(String name) {
    ada.send("PUT", "/files/" + name, "<script>fetch('/api/v1/users')</script>");
    TestPortal.Answer answer = ada.get("/files/" + name);
    assertTrue(answer.headers().get("content-disposition").startsWith("attachment"));
    assertTrue(answer.headers().get("content-security-policy").startsWith("sandbox"));
    assertEquals("nosniff", answer.headers().get("x-content-type-options"));
    assertEquals("application/octet-stream", answer.headers().get("content-type"));
  }

  @Test
  void linksPipesAndWhatLiesBehindThemAreRefused() throws Exception {
    Path outside = Files.writeString(folder.resolve("outside.txt"), "outside");
    Files.createSymbolicLink(home.resolve("link.txt"), outside);
    Files.createSymbolicLink(home.resolve("linkdir"), folder);
    new ProcessBuilder("mkfifo", home.resolve("pipe").toString()).start().waitFor();

    assertEquals(409, ada.get("/files/link.txt").status());
    assertEquals(409, ada.get("/files/pipe").status());
    assertEquals(404, ada.get("/files/linkdir/outside.txt").status());
    assertEquals(409, ada.send("PUT", "/files/link.txt", "x").status());
    assertEquals(409, ada.send("PUT", "/files/linkdir/new.txt", "x").status());
    assertEquals("outside", Files.readString(outside));
    assertFalse(Files.exists(folder.resolve("new.txt")));
    assertFalse(ada.get("/files/").body().contains("link"));
    assertEquals(204, ada.send("DELETE", "/files/link.txt", "").status());
    assertTrue(Files.exists(outside));
  }

  @Test
  void aFileOverTheLimitReturns413AndLeavesNothing() throws Exception {
    ada.send("PUT", "/files/kept.txt", "kept");
    TestPortal.Answer announced = ada.send("PUT", "/files/kept.txt", "x".repeat(1_000_001));
    assertEquals(413, announced.status());
    HttpRequest unannounced =
        HttpRequest.newBuilder(URI.create(portal.server.address() + "/api/v1/files/kept.txt"))
            .header("Cookie", ada.cookie)
            .header("X-CSRF-Token", ada.csrf)
            .PUT(
                HttpRequest.BodyPublishers.fromPublisher(
                    HttpRequest.BodyPublishers.ofString("x".repeat(1_500_000))))
            .build();
    assertEquals(413, portal.exchange(unannounced).status());
    assertEquals("kept", ada.get("/files/kept.txt").body());
    assertEquals(0, temporaryFiles());
  }

  @Test
  void aLargeFileComesBackByteForByte() {
    String text = "0123456789abcdef".repeat(60_000);
    assertEquals(201, ada.send("PUT", "/files/large.txt", text).status());
    assertEquals(text, ada.get("/files/large.txt").body());
  }

  @Test
  void putWithoutCsrfHeaderReturns403() {
    TestPortal.Browser page = portal.browser();
    page.cookie = ada.cookie;
    assertEquals(403, page.send("PUT", "/files/csrf.txt", "x").status());
    assertEquals(404, ada.get("/files/csrf.txt").status());
  }
}
