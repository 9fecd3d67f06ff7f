package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads and file operations when the disk, or somebody's quota, has no room. */
class NoRoomTest {
  private static final int MEGA = 1 << 20;
  private static final long RESERVE = 8L * MEGA;

  @TempDir Path dir;
  private Path mounted = Path.of("");
  private TestPortal portal;
  private TestPortal.Browser ada;

  private void start(Path data, String... yaml) throws Exception {
    portal = TestPortal.start(data, yaml);
    ada = portal.administrator();
  }

  @AfterEach
  void stop() throws Exception {
    portal.close();
    if (!mounted.toString().isEmpty()) {
      run("umount", mounted.toString());
    }
  }

  private TestPortal.Answer tus(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(portal.server.address() + path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .headers("Tus-Resumable", "1.0.0", "Cookie", ada.cookie, "X-CSRF-Token", ada.csrf);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return portal.exchange(request.build());
  }

  private TestPortal.Answer create(String path, long length) {
    String name = Base64.getEncoder().encodeToString(path.getBytes(StandardCharsets.UTF_8));
    return tus(
        "POST",
        "/api/v1/uploads",
        new byte[0],
        "Upload-Length",
        Long.toString(length),
        "Upload-Metadata",
        "path " + name);
  }

  private TestPortal.Answer patch(String upload, long offset, int bytes) {
    return tus(
        "PATCH",
        upload,
        new byte[bytes],
        "Upload-Offset",
        Long.toString(offset),
        "Content-Type",
        "application/offset+octet-stream");
  }

  private String offset(String upload) {
    TestPortal.Answer head = tus("HEAD", upload, new byte[0]);
    return head.status() == 200 ? head.headers().get("upload-offset") : "status " + head.status();
  }

  private JsonNode operation(String json) throws Exception {
    JsonNode operation = ada.send("POST", "/file-operations", json).json();
    Await.until(
        "the operation ends",
        () ->
            !ada.get("/file-operations/" + operation.path("id").asLong())
                .json()
                .path("state")
                .asText()
                .equals("running"));
    return ada.get("/file-operations/" + operation.path("id").asLong()).json();
  }

  private static void run(String... command) throws Exception {
    assertEquals(
        0,
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor(),
        () -> List.of(command).toString());
  }

  private Path smallDisk() throws Exception {
    Path image = dir.resolve("disk.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(128L * MEGA);
    }
    run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
    Path folder = Files.createDirectory(dir.resolve("disk"));
    run("mount", "-o", "loop", image.toString(), folder.toString());
    mounted = folder;
    return folder;
  }

  /** Another program leaves so much above the reserve; returns when the portal knows. */
  private void leave(Path filler, long bytes) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
      byte[] piece = new byte[MEGA / 4];
      file.seek(file.length());
      while (mounted.toFile().getUsableSpace() > RESERVE + bytes + piece.length) {
        file.write(piece);
      }
      file.getFD().sync();
    }
    Await.until(
        "the disk's room is noticed",
        () -> ada.get("/storage").json().path("availableBytes").asLong() <= bytes + MEGA / 4);
  }

  @Test
  @Tag("root")
  void aFullDiskRefusesUploadsAndOperationsAndTheyGoOnLater() throws Exception {
    start(smallDisk().resolve("data"), "disk: { reserve-bytes: " + RESERVE + " }");
    assertEquals(201, ada.send("PUT", "/files/uploads/kept.txt", "kept").status());
    assertEquals(201, ada.send("PUT", "/files/uploads/ten.bin", "t".repeat(10 * MEGA)).status());
    String upload = create("large.bin", 20 * MEGA).headers().get("location");
    String other = create("other.bin", 20 * MEGA).headers().get("location");
    assertEquals(204, patch(upload, 0, MEGA).status());
    assertEquals(204, patch(other, 0, 2 * MEGA).status());

    Path filler = mounted.resolve("filler");
    leave(filler, 5 * MEGA);
    assertEquals(507, patch(upload, MEGA, 19 * MEGA).status());
    assertEquals(Integer.toString(MEGA), offset(upload));
    assertEquals(507, create("more.bin", 10 * MEGA).status());
    JsonNode copy =
        operation(
            "{\"kind\":\"copy\",\"items\":[{\"from\":\"uploads/ten.bin\",\"to\":\"eleven.bin\"}]}");
    assertEquals("failed", copy.path("state").asText(), copy.toString());
    assertEquals(404, ada.get("/files/eleven.bin").status(), "no half of it is left");
    assertEquals("kept", ada.get("/files/uploads/kept.txt").body());
    assertEquals(204, tus("DELETE", other, new byte[0]).status());
    try (var parts = Files.newDirectoryStream(portal.data.resolve("incoming"), "*.part")) {
      long bytes = 0;
      for (Path part : parts) {
        bytes += Files.size(part);
      }
      assertEquals(MEGA, bytes, "what was dismissed gave its room back");
    }

    Files.delete(filler);
    Await.until(
        "the disk's room is noticed",
        () -> ada.get("/storage").json().path("availableBytes").asLong() > 50L * MEGA);
    assertEquals(204, patch(upload, MEGA, 19 * MEGA).status());
    assertEquals(20 * MEGA, ada.get("/files/large.bin").body().length());
    assertEquals(10 * MEGA, ada.get("/files/uploads/ten.bin").body().length());
  }

  @Test
  void aFullQuotaRefusesUploadsAndTheyGoOnOnceThereIsRoomOrAreForgottenInTime() throws Exception {
    start(dir.resolve("data"), "files: { quota-bytes: 2000000, kept-days: 0 }");
    assertEquals(507, create("huge.bin", 4_000_000).status());
    String upload = create("b.bin", 1_600_000).headers().get("location");
    String idle = create("idle.bin", 10).headers().get("location");
    assertEquals(204, patch(idle, 0, 5).status());
    assertEquals(204, patch(upload, 0, 800_000).status());
    assertEquals(201, ada.send("PUT", "/files/a.txt", "a".repeat(1_000_000)).status());
    assertEquals(507, patch(upload, 800_000, 800_000).status(), "its place has no room now");
    assertEquals(404, ada.get("/files/b.bin").status());
    assertEquals(1_000_000, ada.get("/files/a.txt").body().length());
    assertEquals(204, ada.send("DELETE", "/files/a.txt", "").status());
    assertEquals("1600000", offset(upload), "the bytes were kept; now they are placed");
    assertEquals(1_600_000, ada.get("/files/b.bin").body().length());

    String id = idle.substring(idle.lastIndexOf('/') + 1);
    Path part = portal.data.resolve("incoming").resolve(id + ".part");
    Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(Duration.ofDays(8))));
    assertEquals("5", offset(idle));
    portal.close();
    portal = TestPortal.start(portal.data);
    Await.until("the idle upload is forgotten", () -> offset(idle).equals("status 404"));
    assertFalse(Files.exists(part));
  }
}
