package org.gridappliance.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Finder (macOS' webdavfs), Windows' WebDAV redirector and Office send when a file is saved,
 * request by request, after their makers' documents ([MS-WDVSE], [MS-WDV], webdavfs' source).
 */
class RecordedTest {
  private static final String NL = "\r\n";

  @TempDir Path dir;
  private DavServer server;

  @BeforeEach
  void start() throws Exception {
    server = new DavServer(dir, 1_000_000);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> expect(
      int status, String method, String path, String body, String... headers) throws Exception {
    HttpResponse<String> answer = server.send(method, path, body, headers);
    assertEquals(status, answer.statusCode(), method + " " + path + " " + answer.body());
    return answer;
  }

  private String lock(int status, String path, String owner, String... headers) throws Exception {
    String body =
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?>"
            + NL
            + "<D:lockinfo xmlns:D=\"DAV:\"><D:lockscope><D:exclusive/></D:lockscope>"
            + "<D:locktype><D:write/></D:locktype><D:owner><D:href>"
            + owner
            + "</D:href></D:owner></D:lockinfo>";
    return expect(status, "LOCK", path, body, headers)
        .headers()
        .firstValue("Lock-Token")
        .orElseThrow();
  }

  @Test
  void finderSavesAFile() throws Exception {
    String find =
        """
        <?xml version="1.0" encoding="utf-8"?>
        <D:propfind xmlns:D="DAV:">
        <D:prop>
        <D:getlastmodified/>
        <D:getcontentlength/>
        <D:creationdate/>
        <D:resourcetype/>
        </D:prop>
        </D:propfind>
        """;
    HttpResponse<String> options = expect(200, "OPTIONS", "/", "");
    assertTrue(options.headers().firstValue("DAV").orElseThrow().contains("2"));
    expect(207, "PROPFIND", "/", find, "Depth", "0");
    String quota =
        "<D:propfind xmlns:D=\"DAV:\"><D:prop><D:quota-available-bytes/><D:quota-used-bytes/>"
            + "<D:quota/><D:quotaused/></D:prop></D:propfind>";
    assertTrue(
        expect(207, "PROPFIND", "/", quota, "Depth", "0").body().contains("quota-available-bytes"));
    for (String name : new String[] {"/plot.txt", "/._plot.txt"}) {
      expect(404, "PROPFIND", name, find, "Depth", "0");
      expect(201, "PUT", name, "");
      String token =
          lock(200, name, "http://www.apple.com/webdav_fs/", "Depth", "0", "Timeout", "Second-600");
      expect(204, "PUT", name, "content of " + name, "If", "(" + token + ")");
      expect(200, "LOCK", name, "", "If", "(" + token + ")", "Timeout", "Second-600");
      expect(207, "PROPFIND", name, find, "Depth", "0");
      expect(204, "UNLOCK", name, "", "Lock-Token", token);
    }
    expect(204, "DELETE", "/._plot.txt", "");
    assertEquals("content of /plot.txt", expect(200, "GET", "/plot.txt", "").body());
  }

  @Test
  void windowsExplorerCopiesAFileAndMakesAFolder() throws Exception {
    expect(200, "OPTIONS", "/", "", "Translate", "f");
    expect(207, "PROPFIND", "/", "", "Depth", "0", "Translate", "f");
    expect(207, "PROPFIND", "/", "", "Depth", "1", "Translate", "f");
    expect(404, "PROPFIND", "/data.csv", "", "Depth", "0");
    expect(201, "PUT", "/data.csv", "");
    String token = lock(200, "/data.csv", "LAB\\ann", "Timeout", "Second-3600");
    String ifHeader = "(" + token + ")";
    String dates =
        "<?xml version=\"1.0\" encoding=\"utf-8\" ?><D:propertyupdate xmlns:D=\"DAV:\""
            + " xmlns:Z=\"urn:schemas-microsoft-com:\"><D:set><D:prop>"
            + "<Z:Win32CreationTime>Fri, 20 Nov 2026 10:00:00 GMT</Z:Win32CreationTime>"
            + "<Z:Win32LastModifiedTime>Fri, 20 Nov 2026 10:00:01 GMT</Z:Win32LastModifiedTime>"
            + "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>"
            + "</D:prop></D:set></D:propertyupdate>";
    expect(207, "PROPPATCH", "/data.csv", dates, "If", ifHeader);
    expect(200, "HEAD", "/data.csv", "", "Translate", "f");
    expect(204, "PUT", "/data.csv", "1,2,3", "If", ifHeader);
    expect(207, "PROPPATCH", "/data.csv", dates, "If", ifHeader);
    expect(204, "UNLOCK", "/data.csv", "", "Lock-Token", token);
    String all = expect(207, "PROPFIND", "/data.csv", "", "Depth", "0").body();
    assertTrue(all.contains("Win32FileAttributes"), all);
    expect(201, "MKCOL", "/New%20folder", "");
    expect(
        201, "MOVE", "/New%20folder", "", "Destination", server.url("/results"), "Overwrite", "F");
    expect(412, "MOVE", "/data.csv", "", "Destination", server.url("/results"), "Overwrite", "F");
  }

  @Test
  void officeSavesOverADocumentByRenaming() throws Exception {
    expect(201, "PUT", "/report.docx", "old");
    expect(201, "PUT", "/~$report.docx", "ann");
    String own = lock(200, "/~$report.docx", "ann");
    expect(201, "PUT", "/A1B2.tmp", "");
    String token = lock(200, "/A1B2.tmp", "ann", "Timeout", "Second-3600");
    expect(204, "PUT", "/A1B2.tmp", "new", "If", "(" + token + ")");
    expect(204, "UNLOCK", "/A1B2.tmp", "", "Lock-Token", token);
    String url = server.url("/report.docx");
    expect(201, "MOVE", "/report.docx", "", "Destination", server.url("/C3.tmp"), "Overwrite", "F");
    expect(201, "MOVE", "/A1B2.tmp", "", "Destination", url, "Overwrite", "F");
    expect(204, "DELETE", "/C3.tmp", "");
    expect(204, "DELETE", "/~$report.docx", "", "If", "(" + own + ")");
    assertEquals("new", expect(200, "GET", "/report.docx", "").body());

    expect(201, "PUT", "/D4.tmp", "newer");
    String over = lock(200, "/report.docx", "ann");
    expect(423, "MOVE", "/D4.tmp", "", "Destination", url);
    expect(204, "MOVE", "/D4.tmp", "", "Destination", url, "If", "<" + url + "> (" + over + ")");
    assertEquals("newer", expect(200, "GET", "/report.docx", "").body());
    expect(423, "PUT", "/report.docx", "late");
  }
}
