package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Uploads by the tus protocol 1.0.0, as its clients speak it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UploadsTest {
  @TempDir static Path folder;
  private TestPortal portal;
  private TestPortal.Browser ada;
  private TestPortal.Browser bob;

  @BeforeAll
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"), "files: { max-bytes: 1000000 }");
    ada = portal.administrator();
    bob = portal.scientist(ada, "bob");
  }

  @AfterAll
  void stop() {
    portal.close();
  }

  private TestPortal.Answer tus(
      TestPortal.Browser who, String method, String path, String body, Map<String, String> more) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(portal.server.address() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .setHeader("Tus-Resumable", "1.0.0")
            .setHeader("Cookie", who.cookie)
            .setHeader("X-CSRF-Token", who.csrf);
    more.forEach(request::setHeader);
    return portal.exchange(request.build());
  }

  private static String metadata(String path) {
    return "path "
        + Base64.getEncoder().encodeToString(path.getBytes(StandardCharsets.UTF_8))
        + ",modified MTIz";
  }

  /** {@return the new upload's address} */
  private String create(TestPortal.Browser who, String path, long length) {
    TestPortal.Answer made =
        tus(
            who,
            "POST",
            "/api/v1/uploads",
            "",
            Map.of("Upload-Length", Long.toString(length), "Upload-Metadata", metadata(path)));
    assertEquals(201, made.status(), made.body());
    return made.headers().get("location");
  }

  private TestPortal.Answer patch(
      TestPortal.Browser who, String upload, long offset, String bytes) {
    return tus(
        who,
        "PATCH",
        upload,
        bytes,
        Map.of(
            "Upload-Offset",
            Long.toString(offset),
            "Content-Type",
            "application/offset+octet-stream"));
  }

  @Test
  void optionsDescribeTheServer() {
    TestPortal.Answer answer = tus(ada, "OPTIONS", "/api/v1/uploads", "", Map.of());
    assertEquals(204, answer.status());
    assertEquals("1.0.0", answer.headers().get("tus-version"));
    assertEquals("1000000", answer.headers().get("tus-max-size"));
    assertTrue(answer.headers().get("tus-extension").contains("termination"));
  }

  @Test
  void piecesBecomeOneFileInFoldersThatAreMade() {
    String upload = create(ada, "set/Ünï 1/reads.txt", 10);
    assertEquals(404, ada.get("/files/set/").status());
    TestPortal.Answer first = patch(ada, upload, 0, "01234");
    assertEquals(204, first.status(), first.body());
    assertEquals("5", first.headers().get("upload-offset"));
    assertTrue(first.headers().containsKey("upload-expires"));
    TestPortal.Answer head = tus(ada, "HEAD", upload, "", Map.of());
    assertEquals("5", head.headers().get("upload-offset"));
    assertEquals("10", head.headers().get("upload-length"));
    assertEquals(204, patch(ada, upload, 5, "56789").status());
    assertEquals("0123456789", ada.get("/files/set/%C3%9Cn%C3%AF%201/reads.txt").body());
    assertEquals(
        "10",
        tus(ada, "HEAD", upload, "", Map.of()).headers().get("upload-offset"),
        "a client that missed the last answer learns that all is there");
  }

  @Test
  void aSmallFileComesWithItsAnnouncementAndAnEmptyOneNeedsNothingMore() {
    TestPortal.Answer made =
        tus(
            ada,
            "POST",
            "/api/v1/uploads",
            "small",
            Map.of(
                "Upload-Length",
                "5",
                "Upload-Metadata",
                metadata("small.txt"),
                "Content-Type",
                "application/offset+octet-stream"));
    assertEquals(201, made.status(), made.body());
    assertEquals("5", made.headers().get("upload-offset"));
    assertEquals("small", ada.get("/files/small.txt").body());
    create(ada, "empty.txt", 0);
    assertEquals("", ada.get("/files/empty.txt").body());
  }

  @Test
  void aWrongOffsetReturns409AndTellsTheRightOne() {
    String upload = create(ada, "offset.txt", 10);
    assertEquals(204, patch(ada, upload, 0, "012").status());
    TestPortal.Answer wrong = patch(ada, upload, 5, "56789");
    assertEquals(409, wrong.status());
    assertTrue(wrong.body().contains("3 bytes are here"), wrong.body());
    assertEquals(413, patch(ada, upload, 3, "3456789too-long").status());
    assertEquals(415, tus(ada, "PATCH", upload, "x", Map.of("Upload-Offset", "3")).status());
  }

  @Test
  void anothersUploadReturns404() {
    String upload = create(ada, "mine.txt", 10);
    assertEquals(404, tus(bob, "HEAD", upload, "", Map.of()).status());
    assertEquals(404, patch(bob, upload, 0, "x").status());
    assertEquals(404, tus(bob, "DELETE", upload, "", Map.of()).status());
    assertFalse(bob.get("/uploads").body().contains("mine.txt"));
    assertTrue(ada.get("/uploads").body().contains("mine.txt"));
    assertEquals(401, portal.browser().get("/uploads").status());
  }

  @Test
  void terminationForgetsTheUpload() {
    String upload = create(ada, "ended.txt", 10);
    assertEquals(204, tus(ada, "DELETE", upload, "", Map.of()).status());
    assertEquals(404, tus(ada, "HEAD", upload, "", Map.of()).status());
    assertEquals(404, patch(ada, upload, 0, "x").status());
  }

  @Test
  void bytesOfAWrongChecksumAreNotKept() throws Exception {
    String upload = create(ada, "sum.txt", 5);
    String right =
        Base64.getEncoder()
            .encodeToString(
                MessageDigest.getInstance("SHA-256")
                    .digest("right".getBytes(StandardCharsets.UTF_8)));
    Map<String, String> headers =
        Map.of(
            "Upload-Offset",
            "0",
            "Content-Type",
            "application/offset+octet-stream",
            "Upload-Checksum",
            "sha256 " + right);
    assertEquals(460, tus(ada, "PATCH", upload, "wrong", headers).status());
    assertEquals("0", tus(ada, "HEAD", upload, "", Map.of()).headers().get("upload-offset"));
    assertEquals(204, tus(ada, "PATCH", upload, "right", headers).status());
    assertEquals("right", ada.get("/files/sum.txt").body());
  }

  @Test
  void aTakenNameGetsANumberAndNothingIsOverwritten() {
    for (String content : new String[] {"one", "two"}) {
      assertEquals(204, patch(ada, create(ada, "same.txt", 3), 0, content).status());
    }
    assertEquals("one", ada.get("/files/same.txt").body());
    assertEquals("two", ada.get("/files/same-2.txt").body());
  }

  @Test
  void whatIsTooLargeOrNotAskedForProperlyIsRefused() {
    Map<String, String> large =
        Map.of("Upload-Length", "1000001", "Upload-Metadata", metadata("large"));
    assertEquals(413, tus(ada, "POST", "/api/v1/uploads", "", large).status());
    Map<String, String> outside =
        Map.of("Upload-Length", "1", "Upload-Metadata", metadata("../../x"));
    assertEquals(400, tus(ada, "POST", "/api/v1/uploads", "", outside).status());
    Map<String, String> negative = Map.of("Upload-Length", "-1", "Upload-Metadata", metadata("x"));
    assertEquals(400, tus(ada, "POST", "/api/v1/uploads", "", negative).status());
    Map<String, String> version = Map.of("Tus-Resumable", "0.2.2", "Upload-Length", "1");
    TestPortal.Answer answer = tus(ada, "POST", "/api/v1/uploads", "", version);
    assertEquals(412, answer.status());
    assertEquals("1.0.0", answer.headers().get("tus-version"));
  }

  @Test
  void anUploadGoesOnAfterARestart(@TempDir Path other) throws Exception {
    String text = "0123456789".repeat(1000);
    String address;
    String cookie;
    try (TestPortal before = TestPortal.start(other.resolve("data"))) {
      TestPortal.Browser person = before.administrator();
      cookie = person.cookie;
      UploadsTest first = on(before);
      address = first.create(person, "long.txt", text.length());
      assertEquals(204, first.patch(person, address, 0, text.substring(0, 4321)).status());
    }
    try (TestPortal after = TestPortal.start(other.resolve("data"))) {
      TestPortal.Browser person = after.browser();
      person.cookie = cookie;
      assertEquals(200, person.get("/session").status());
      UploadsTest second = on(after);
      assertEquals(
          "4321", second.tus(person, "HEAD", address, "", Map.of()).headers().get("upload-offset"));
      assertEquals(204, second.patch(person, address, 4321, text.substring(4321)).status());
      assertEquals(text, person.get("/files/long.txt").body());
      try (Stream<Path> left = Files.list(other.resolve("data/incoming"))) {
        assertTrue(left.noneMatch(p -> p.toString().endsWith(".part")));
      }
    }
  }

  private static UploadsTest on(TestPortal portal) {
    UploadsTest test = new UploadsTest();
    test.portal = portal;
    return test;
  }
}
