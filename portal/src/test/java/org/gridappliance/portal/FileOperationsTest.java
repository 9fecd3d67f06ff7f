package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Operations on many files: move, copy, delete, archives in and out, and the search by name. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FileOperationsTest {
  @TempDir static Path folder;
  private TestPortal portal;
  private TestPortal.Browser ada;
  private TestPortal.Browser bob;
  private Path home;

  @BeforeAll
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"));
    ada = portal.administrator();
    bob = portal.scientist(ada, "bob");
    ada.send("PUT", "/files/uploads/set/a.txt", "alpha");
    ada.send("PUT", "/files/uploads/set/deep/%C3%BC.txt", "omega");
    home = portal.data.resolve("users/ada/home");
  }

  @AfterAll
  void stop() {
    portal.close();
  }

  /** Starts an operation and waits for its end. */
  private JsonNode run(String json) {
    TestPortal.Answer begun = ada.send("POST", "/file-operations", json);
    assertEquals(201, begun.status(), begun.body());
    JsonNode operation = begun.json();
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (operation.path("state").asText().equals("running")) {
      assertTrue(System.nanoTime() < deadline, "no end: " + operation);
      operation = ada.get("/file-operations/" + operation.path("id").asLong()).json();
    }
    return operation;
  }

  private JsonNode done(String json) {
    JsonNode operation = run(json);
    assertEquals("done", operation.path("state").asText(), operation.toString());
    return operation;
  }

  @Test
  void foldersAreMadeAndFilesMovedAndCopiedWithTheirProgress() {
    done("{\"kind\":\"folder\",\"target\":\"work\"}");
    JsonNode copied =
        done("{\"kind\":\"copy\",\"items\":[{\"from\":\"uploads/set\",\"to\":\"work/set\"}]}");
    assertEquals(10, copied.path("doneBytes").asLong());
    assertEquals(copied.path("totalEntries"), copied.path("doneEntries"));
    assertEquals("omega", ada.get("/files/work/set/deep/%C3%BC.txt").body());
    JsonNode moved =
        done("{\"kind\":\"move\",\"items\":[{\"from\":\"work/set/a.txt\",\"to\":\"work/b.txt\"}]}");
    assertEquals("work/b.txt", moved.at("/items/0/to").asText());
    assertEquals(404, ada.get("/files/work/set/a.txt").status());
    JsonNode twice =
        done("{\"kind\":\"copy\",\"items\":[{\"from\":\"work/b.txt\",\"to\":\"work/b.txt\"}]}");
    assertEquals("work/b-2.txt", twice.at("/items/0/to").asText());
    JsonNode refused =
        run(
            "{\"kind\":\"move\",\"conflict\":\"refuse\",\"items\":[{\"from\":\"work/b.txt\","
                + "\"to\":\"work/b-2.txt\"}]}");
    assertEquals("failed", refused.path("state").asText());
    assertTrue(refused.path("problem").asText().contains("exists already"));
    JsonNode into =
        run("{\"kind\":\"copy\",\"items\":[{\"from\":\"work\",\"to\":\"work/again\"}]}");
    assertEquals("failed", into.path("state").asText());
    done("{\"kind\":\"delete\",\"items\":[{\"from\":\"work\"}]}");
    assertEquals(404, ada.get("/files/work").status());
  }

  @Test
  void anothersOperationReturns404() {
    long id = done("{\"kind\":\"folder\",\"target\":\"mine\"}").path("id").asLong();
    assertEquals(404, bob.get("/file-operations/" + id).status());
    assertEquals(404, bob.send("DELETE", "/file-operations/" + id, "").status());
    assertFalse(bob.get("/file-operations").body().contains("mine"));
  }

  @Test
  void hostilePathsAreRefused() {
    for (String path : new String[] {"../x", "a/../../x", "/etc/passwd/..", "a\\\\..\\\\b"}) {
      String body = "{\"kind\":\"delete\",\"items\":[{\"from\":\"%s\"}]}".formatted(path);
      assertEquals(400, ada.send("POST", "/file-operations", body).status(), path);
    }
  }

  @Test
  void aFolderIsDownloadedAsAZipWithNamesInUtf8() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(portal.server.address() + "/api/v1/archive?path=uploads/set"))
            .header("Cookie", ada.cookie)
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      assertEquals(200, answer.statusCode());
      assertTrue(answer.headers().firstValue("content-disposition").orElse("").contains("set.zip"));
      Set<String> names = new TreeSet<>();
      try (ZipInputStream zip = new ZipInputStream(answer.body())) {
        for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
          names.add(e.getName());
        }
      }
      assertEquals(Set.of("set/", "set/a.txt", "set/deep/", "set/deep/ü.txt"), names);
    }
    assertEquals(404, bob.get("/archive?path=uploads/set").status());
  }

  @Test
  void whatWasPackedComesOutAgain() {
    for (String ending : new String[] {"zip", "tar", "tar.gz"}) {
      String archive = "set-" + ending + "." + ending;
      done(
          "{\"kind\":\"archive\",\"target\":\"%s\",\"items\":[{\"from\":\"uploads/set\"}]}"
              .formatted(archive));
      JsonNode out =
          done(
              "{\"kind\":\"extract\",\"target\":\"out-%s\",\"items\":[{\"from\":\"%s\"}]}"
                  .formatted(ending, archive));
      String at = out.at("/items/0/to").asText();
      assertEquals("omega", ada.get("/files/" + at + "/set/deep/%C3%BC.txt").body(), ending);
    }
  }

  private interface Filler {
    void fill(OutputStream out) throws Exception;
  }

  private void put(String name, Filler filler) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    filler.fill(bytes);
    Files.write(home.resolve(name), bytes.toByteArray());
  }

  private JsonNode extract(String name) {
    return run(
        "{\"kind\":\"extract\",\"target\":\"x-%s\",\"items\":[{\"from\":\"%s\"}]}"
            .formatted(name.replace('.', '-'), name));
  }

  @Test
  void namesThatLeadOutOfTheArchiveStopIt() throws Exception {
    for (String name : new String[] {"../slip.txt", "/slip.txt", "a/../../slip.txt", "a\\..\\b"}) {
      put(
          "slip.zip",
          out -> {
            try (ZipOutputStream zip = new ZipOutputStream(out)) {
              zip.putNextEntry(new ZipEntry(name));
              zip.write("slip".getBytes(StandardCharsets.UTF_8));
            }
          });
      JsonNode operation = extract("slip.zip");
      assertEquals("failed", operation.path("state").asText(), operation.toString());
      assertTrue(operation.path("problem").asText().contains("leads out"), operation.toString());
    }
    assertFalse(Files.exists(home.resolve("slip.txt")));
    assertFalse(Files.exists(home.resolveSibling("slip.txt")));
    assertFalse(Files.exists(home.resolve("x-slip-zip")), "half of it is gone");
  }

  @Test
  void linksAndDevicesAreLeftOutAndSaid() throws Exception {
    put(
        "special.tar",
        out -> {
          try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            TarArchiveEntry link = new TarArchiveEntry("link", TarConstants.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
            tar.putArchiveEntry(new TarArchiveEntry("pipe", TarConstants.LF_FIFO));
            tar.closeArchiveEntry();
            TarArchiveEntry file = new TarArchiveEntry("file.txt");
            file.setSize(2);
            tar.putArchiveEntry(file);
            tar.write(new byte[] {'o', 'k'});
            tar.closeArchiveEntry();
          }
        });
    JsonNode operation = extract("special.tar");
    assertEquals("done", operation.path("state").asText(), operation.toString());
    assertTrue(operation.path("note").asText().startsWith("2 links"), operation.toString());
    assertEquals("ok", ada.get("/files/x-special-tar/file.txt").body());
    assertFalse(Files.exists(home.resolve("x-special-tar/link")));
  }

  @Test
  void aBombIsStopped() throws Exception {
    put(
        "bomb.zip",
        out -> {
          try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(9);
            zip.putNextEntry(new ZipEntry("zeros"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 200; i++) {
              zip.write(zeros);
            }
          }
        });
    JsonNode operation = extract("bomb.zip");
    assertEquals("failed", operation.path("state").asText());
    assertTrue(operation.path("problem").asText().contains("times its size"));
    put("broken.zip", out -> out.write("PK\3\4 this is no zip".getBytes(StandardCharsets.UTF_8)));
    assertEquals("failed", extract("broken.zip").path("state").asText());
  }

  @Test
  void aSearchFindsNamesBelowAFolderAndNothingOfOthers() {
    String found = ada.get("/search?name=A.TX&path=uploads").body();
    assertTrue(found.contains("\"path\":\"uploads/set/a.txt\""), found);
    assertTrue(found.strip().endsWith("}") && found.contains("\"done\":true"), found);
    assertFalse(ada.get("/search?name=A.TX&path=uploads/set/deep").body().contains("a.txt"));
    assertFalse(bob.get("/search?name=a.txt").body().contains("uploads/set"));
    assertEquals(400, ada.get("/search?name=a").status());
  }
}
