package org.gridappliance.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebDavTest {
  private static final String LOCK =
      "<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope>"
          + "<D:locktype><D:write/></D:locktype><D:owner>ann &amp; co</D:owner></D:lockinfo>";

  @TempDir Path dir;
  private DavServer server;

  @BeforeEach
  void start() throws Exception {
    Files.writeString(dir.resolve("secret"), "secret");
    server = new DavServer(dir, 1_000_000);
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private int status(String method, String path, String body, String... headers) throws Exception {
    return server.send(method, path, body, headers).statusCode();
  }

  @Test
  void everyFormOfTraversalIsRefused() throws Exception {
    for (String target :
        List.of(
            "/dav/%2e%2e/secret",
            "/dav/../secret",
            "/dav/x/../../secret",
            "/../secret",
            "/dav/%2e%2e%2fsecret",
            "/dav/..%5csecret",
            "/dav/%c0%ae%c0%ae/secret",
            "/dav/a%00",
            "/dav/.%2e/.%2E/etc/passwd",
            "/dav//..//secret",
            "/dav/..;/secret",
            "/davx/secret",
            "/dav/" + "a".repeat(256),
            "/dav" + "/abc".repeat(900))) {
      int status = server.raw("GET", target);
      assertTrue(status >= 400 && status < 500, target + " " + status);
    }
  }

  @Test
  void longAndEmojiNamesAreKept() throws Exception {
    String emoji = "/%F0%9F%9A%80%20&%23;%3C%3E";
    assertEquals(201, status("PUT", emoji, "x"));
    assertEquals("x", server.send("GET", emoji, "").body());
    assertEquals(201, status("PUT", "/" + "n".repeat(255), "x"));
    String listing = server.send("PROPFIND", "/", "", "Depth", "1").body();
    assertTrue(listing.contains("/dav/%F0%9F%9A%80%20%26%23;%3C%3E<"), listing);
  }

  @Test
  void putIntoAMissingFolderIs409AndOverAFolder405() throws Exception {
    assertEquals(409, status("PUT", "/no/x", "x"));
    assertEquals(201, status("MKCOL", "/d", ""));
    assertEquals(405, status("PUT", "/d", "x"));
    assertEquals(405, status("MKCOL", "/d", ""));
    assertEquals(409, status("MKCOL", "/no/x", ""));
    assertEquals(415, status("MKCOL", "/e", "x"));
    assertEquals(405, status("BREW", "/d", ""));
  }

  @Test
  void conditionalsFollowRfc9110() throws Exception {
    HttpResponse<String> put = server.send("PUT", "/f", "0123456789", "If-None-Match", "*");
    assertEquals(201, put.statusCode());
    String etag = put.headers().firstValue("ETag").orElseThrow();
    assertEquals(412, status("PUT", "/f", "x", "If-None-Match", "*"));
    assertEquals(304, status("GET", "/f", "", "If-None-Match", etag));
    assertEquals(200, status("GET", "/f", "", "If-None-Match", "\"other\""));
    assertEquals(412, status("PUT", "/f", "x", "If-Match", "\"other\""));
    assertEquals(204, status("PUT", "/f", "0123456789", "If-Match", "\"a\", " + etag));
    assertEquals(412, status("PUT", "/f", "x", "If-Match", etag));
    assertEquals(412, status("DELETE", "/f", "", "If-Match", etag));
    assertEquals(404, status("GET", "/none", ""));
  }

  @Test
  void rangesAreServed() throws Exception {
    status("PUT", "/f", "0123456789");
    assertEquals("234", server.send("GET", "/f", "", "Range", "bytes=2-4").body());
    assertEquals("89", server.send("GET", "/f", "", "Range", "bytes=-2").body());
    HttpResponse<String> tail = server.send("GET", "/f", "", "Range", "bytes=7-99");
    assertEquals(206, tail.statusCode());
    assertEquals("bytes 7-9/10", tail.headers().firstValue("Content-Range").orElseThrow());
    assertEquals(416, status("GET", "/f", "", "Range", "bytes=10-"));
    assertEquals(200, status("GET", "/f", "", "Range", "bytes=1-2,4-5"));
    assertEquals(200, status("GET", "/f", "", "Range", "bytes=1-2", "If-Range", "\"old\""));
  }

  @Test
  void aLockHoldsUntilItsTokenIsSent() throws Exception {
    status("PUT", "/f", "x");
    HttpResponse<String> lock = server.send("LOCK", "/f", LOCK, "Depth", "0");
    assertEquals(200, lock.statusCode());
    String token = lock.headers().firstValue("Lock-Token").orElseThrow();
    HttpResponse<String> refused = server.send("PUT", "/f", "y");
    assertEquals(423, refused.statusCode());
    assertTrue(refused.body().contains("<D:lock-token-submitted><D:href>/dav/f</D:href>"));
    assertEquals(423, status("DELETE", "/f", ""));
    assertEquals(423, status("LOCK", "/f", LOCK));
    assertEquals(204, status("PUT", "/f", "y", "If", "(" + token + ")"));
    assertEquals(412, status("PUT", "/f", "y", "If", "(<urn:uuid:other>)"));
    assertEquals(200, status("LOCK", "/f", "", "If", "(" + token + ")", "Timeout", "Second-60"));
    assertEquals(204, status("UNLOCK", "/f", "", "Lock-Token", token));
    assertEquals(204, status("PUT", "/f", "z"));
  }

  @Test
  void locksAndPropertiesOutliveARestartAndPropertiesFollowAMove() throws Exception {
    status("PUT", "/f", "x");
    String patch =
        "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop xml:lang='de'><q xmlns='urn:q'>"
            + "<i xmlns=''>&lt;1&gt;</i></q></D:prop></D:set></D:propertyupdate>";
    assertEquals(207, status("PROPPATCH", "/f", patch));
    assertEquals(201, status("MOVE", "/f", "", "Destination", server.url("/g")));
    assertEquals(200, status("LOCK", "/g", LOCK));
    server.close();
    server = new DavServer(dir, 1_000_000);
    assertEquals(423, status("PUT", "/g", "y"));
    String all = server.send("PROPFIND", "/g", "", "Depth", "0").body();
    assertTrue(
        all.contains("<q xmlns=\"urn:q\" xml:lang=\"de\"><i xmlns=\"\">&lt;1&gt;</i></q>"), all);
    assertTrue(all.contains("ann &amp; co"), all);
  }

  @Test
  void theQuotaIsKeptAndShown() throws Exception {
    assertEquals(201, status("PUT", "/f", "x".repeat(600_000)));
    assertEquals(507, status("PUT", "/g", "x".repeat(600_000)));
    assertEquals(507, status("COPY", "/f", "", "Destination", server.url("/g")));
    assertEquals(404, status("GET", "/g", ""));
    String ask =
        "<propfind xmlns='DAV:'><prop><quota-used-bytes/><quota-available-bytes/></prop></propfind>";
    String quota = server.send("PROPFIND", "/", ask, "Depth", "0").body();
    assertTrue(quota.contains("<D:quota-used-bytes>600000</D:quota-used-bytes>"), quota);
    assertTrue(quota.contains("<D:quota-available-bytes>400000</D:"), quota);
    assertEquals(204, status("PUT", "/f", "x".repeat(300_000)));
    assertEquals(201, status("PUT", "/g", "x".repeat(600_000)));
    try (var left = Files.list(server.spool)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void xmlBombsAndHugeBodiesAreRefused() throws Exception {
    String bomb =
        "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>"
            + "<propfind xmlns='DAV:'><allprop>&b;</allprop></propfind>";
    String file =
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"
            + "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><p>&a;</p></D:prop></D:set>"
            + "</D:propertyupdate>";
    assertEquals(400, status("PROPFIND", "/", bomb, "Depth", "0"));
    assertEquals(400, status("PROPPATCH", "/", file));
    assertEquals(400, status("PROPPATCH", "/", "<a>".repeat(100_000)));
    assertEquals(400, status("PROPPATCH", "/", "<a>".repeat(10_000) + "</a>".repeat(10_000)));
    assertEquals(413, status("PROPFIND", "/", " ".repeat(50_000_000), "Depth", "0"));
    assertEquals(403, status("PROPFIND", "/", "", "Depth", "infinity"));
    assertEquals(400, status("PUT", "/f", "x", "If", "(<a"));
    assertEquals(207, status("PROPFIND", "/", "", "Depth", "0"));
  }

  @Test
  void linksArePresentForNobody() throws Exception {
    Files.createSymbolicLink(server.home.resolve("link"), dir.resolve("secret"));
    assertEquals(403, status("GET", "/link", ""));
    assertEquals(403, status("PUT", "/link", "x"));
    assertFalse(server.send("PROPFIND", "/", "", "Depth", "1").body().contains("link<"));
    assertEquals("secret", Files.readString(dir.resolve("secret")));
  }

  @Test
  void tenThousandEntriesAreListedWhole() throws Exception {
    Path many = Files.createDirectory(server.home.resolve("many"));
    for (int i = 0; i < 10_000; i++) {
      Files.createFile(many.resolve("f" + i));
    }
    long began = System.nanoTime();
    String body = server.send("PROPFIND", "/many/", "", "Depth", "1").body();
    System.out.printf(
        java.util.Locale.ROOT,
        "PROPFIND of 10,000: %.2f s, %d bytes%n",
        (System.nanoTime() - began) / 1e9,
        body.length());
    Matcher m = Pattern.compile("<D:response>").matcher(body);
    assertEquals(10_001, m.results().count());
  }
}
