package org.gridappliance.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gridappliance.webdav.tree.TreePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bob shares with ann, over WebDAV. */
class SharedTest {
  private static final String LOCK =
      "<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope>"
          + "<D:locktype><D:write/></D:locktype></D:lockinfo>";
  private static final String DIR = "/Shared%20with%20me";

  @TempDir Path dir;
  private DavServer server;
  private Path bobs;

  @BeforeEach
  void start() throws Exception {
    server = new DavServer(dir, 1_000_000);
    bobs = Files.createDirectories(dir.resolve("bob/home"));
    Files.createDirectories(bobs.resolve("data/deep"));
    Files.writeString(bobs.resolve("data/f.txt"), "of bob");
    Files.writeString(bobs.resolve("one.csv"), "1,2");
    Files.writeString(bobs.resolve("secret"), "secret");
    Home bob =
        new Home(
            "bob",
            bobs,
            Files.createDirectories(dir.resolve("bob/spool")),
            Files.createDirectories(dir.resolve("bob/kept")),
            Long.MAX_VALUE,
            "bob");
    server.shares =
        List.of(
            new Shared("data (bob)", bob.view(TreePath.parse("/data"), true, "ann")),
            new Shared("read", bob.view(TreePath.parse("/data"), false, "ann")),
            new Shared("one.csv", bob.view(TreePath.parse("/one.csv"), false, "ann")));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int status(String method, String path, String body, String... headers) throws Exception {
    return server.send(method, path, body, headers).statusCode();
  }

  @Test
  void itIsListedAtTheTopAndInItsFolder() throws Exception {
    String top = server.send("PROPFIND", "/", "", "Depth", "1").body();
    assertTrue(top.contains("<D:href>/dav/Shared%20with%20me/</D:href>"), top);
    String all = server.send("PROPFIND", DIR, "", "Depth", "1").body();
    assertTrue(all.contains("<D:href>/dav/Shared%20with%20me/data%20(bob)/</D:href>"), all);
    assertTrue(all.contains("<D:href>/dav/Shared%20with%20me/one.csv</D:href>"), all);
    assertTrue(all.contains("<D:displayname>one.csv</D:displayname>"), all);
    String inner = server.send("PROPFIND", DIR + "/data%20(bob)/", "", "Depth", "1").body();
    assertTrue(inner.contains("<D:href>/dav/Shared%20with%20me/data%20(bob)/f.txt</D:href>"));
    assertEquals("1,2", server.send("GET", DIR + "/one.csv", "").body());
    server.shares = List.of();
    assertFalse(
        server.send("PROPFIND", "/", "", "Depth", "1").body().contains("Shared%20with%20me"));
    assertEquals(404, status("PROPFIND", DIR, "", "Depth", "0"));
    assertEquals(404, status("GET", DIR + "/one.csv", ""));
  }

  @Test
  void aWritableViewIsWrittenAndAReadableOneRefuses() throws Exception {
    String data = DIR + "/data%20(bob)";
    assertEquals(201, status("PUT", data + "/new.txt", "by ann"));
    assertEquals("by ann", Files.readString(bobs.resolve("data/new.txt")));
    assertEquals(204, status("PUT", data + "/f.txt", "changed"));
    assertEquals(201, status("MKCOL", data + "/sub", ""));
    assertEquals(
        201, status("MOVE", data + "/new.txt", "", "Destination", server.url(data + "/sub/n")));
    for (String[] change :
        new String[][] {
          {"PUT", "/f.txt", "x"},
          {"MKCOL", "/k", ""},
          {"DELETE", "/f.txt", ""},
          {"LOCK", "/f.txt", LOCK},
          {"PROPPATCH", "/f.txt", "<propertyupdate xmlns='DAV:'><remove/></propertyupdate>"},
        }) {
      assertEquals(403, status(change[0], DIR + "/read" + change[1], change[2]), change[0]);
    }
    assertEquals(
        403, status("MOVE", DIR + "/read/f.txt", "", "Destination", server.url("/stolen.txt")));
    assertEquals("changed", Files.readString(bobs.resolve("data/f.txt")));
  }

  @Test
  void whatIsSharedStaysWhereItIsAndNothingElseIsReached() throws Exception {
    assertEquals(403, status("DELETE", DIR, ""));
    assertEquals(403, status("PUT", DIR, "x"));
    assertEquals(403, status("DELETE", DIR + "/data%20(bob)", ""));
    assertEquals(403, status("DELETE", DIR + "/one.csv", ""));
    assertEquals(
        403, status("MOVE", DIR + "/data%20(bob)", "", "Destination", server.url("/mine")));
    assertEquals(400, status("GET", DIR + "/data%20(bob)/../secret", ""));
    assertEquals(400, status("GET", DIR + "/data%20(bob)/%2e%2e/secret", ""));
    assertEquals(404, status("GET", DIR + "/secret", ""));
    Files.createSymbolicLink(bobs.resolve("data/link"), bobs.resolve("secret"));
    assertEquals(403, status("GET", DIR + "/data%20(bob)/link", ""));
    assertEquals(404, status("PUT", DIR + "/other", "x"));
  }

  @Test
  void copiesAndMovesGoBetweenHomes() throws Exception {
    status("PUT", "/mine.txt", "of ann");
    String data = DIR + "/data%20(bob)";
    String colour = "<colour xmlns=\"urn:x\">red</colour>";
    String patch =
        "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop>"
            + colour
            + "</D:prop></D:set>"
            + "</D:propertyupdate>";
    assertEquals(207, status("PROPPATCH", data + "/f.txt", patch));
    assertEquals(207, status("PROPPATCH", "/mine.txt", patch));
    assertEquals(201, status("COPY", data, "", "Destination", server.url("/copied")));
    assertEquals("of bob", server.send("GET", "/copied/f.txt", "").body());
    assertTrue(server.send("PROPFIND", "/copied/f.txt", "", "Depth", "0").body().contains(colour));
    assertEquals(
        201, status("MOVE", "/mine.txt", "", "Destination", server.url(data + "/mine.txt")));
    assertEquals("of ann", Files.readString(bobs.resolve("data/mine.txt")));
    assertTrue(
        server.send("PROPFIND", data + "/mine.txt", "", "Depth", "0").body().contains(colour));
    assertEquals(404, status("GET", "/mine.txt", ""));
    assertEquals(
        403, status("COPY", "/copied", "", "Destination", server.url(DIR + "/read/copied")));
    assertEquals(403, status("COPY", "/copied", "", "Destination", server.url(DIR)));
  }

  @Test
  void aLockOfOneHoldsForTheOtherAndTellsHimOnlyWhatHeSees() throws Exception {
    String token =
        server
            .send("LOCK", DIR + "/data%20(bob)/f.txt", LOCK)
            .headers()
            .firstValue("Lock-Token")
            .orElseThrow();
    assertFalse(token.isEmpty());
    var refused = server.send("PUT", DIR + "/data%20(bob)/f.txt", "x");
    assertEquals(423, refused.statusCode());
    assertTrue(
        refused.body().contains("<D:href>/dav/Shared%20with%20me/data%20(bob)/f.txt</D:href>"),
        refused.body());
    String all = server.send("PROPFIND", DIR + "/read/f.txt", "", "Depth", "0").body();
    assertTrue(all.contains("<D:lockroot><D:href>/dav/Shared%20with%20me/read/f.txt<"), all);
  }
}
