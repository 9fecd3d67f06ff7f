package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hierynomus.msdtyp.AccessMask;
import com.hierynomus.mserref.NtStatus;
import com.hierynomus.mssmb2.SMB2CreateDisposition;
import com.hierynomus.mssmb2.SMB2ShareAccess;
import com.hierynomus.mssmb2.SMBApiException;
import com.hierynomus.smbj.SMBClient;
import com.hierynomus.smbj.SmbConfig;
import com.hierynomus.smbj.auth.AuthenticationContext;
import com.hierynomus.smbj.share.DiskShare;
import com.hierynomus.smbj.share.File;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One home through both doors of an appliance that root started: Samba and WebDAV. */
@Tag("root")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before every test
class SambaAndWebDavTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "correct horse battery";
  private static final String SAMBA_PASSWORD = "another horse";
  private static final Set<AccessMask> READ = EnumSet.of(AccessMask.FILE_READ_DATA);
  private static final Set<AccessMask> WRITE = EnumSet.of(AccessMask.FILE_WRITE_DATA);
  private static final Set<SMB2ShareAccess> SHARE_ALL = SMB2ShareAccess.ALL;
  private static final Set<SMB2ShareAccess> DENY_WRITE =
      EnumSet.of(SMB2ShareAccess.FILE_SHARE_READ);
  private static final SMB2CreateDisposition FILE = SMB2CreateDisposition.FILE_OPEN;
  private static final String LOCK =
      "<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope>"
          + "<D:locktype><D:write/></D:locktype></D:lockinfo>";

  private final HttpClient http = HttpClient.newHttpClient();
  private Script script;
  private String address = "";
  private String token = "";
  private SMBClient smb = new SMBClient();
  private DiskShare home;

  @BeforeAll
  void start() throws Exception {
    script = new Script().with("APPLIANCE_ADMIN", "ada:" + PASSWORD);
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    script.up().ready().interrupt(); // makes the data folder with its owner
    Files.writeString(script.data().resolve("appliance.yaml"), "samba.port: " + port + "\n");
    address = script.up().ready().address();
    String body = "{\"name\":\"t\",\"scopes\":[\"files\",\"admin\"],\"days\":1}";
    token =
        JSON.readTree(send("POST", "/api/v1/tokens", basic("ada:" + PASSWORD), body).body())
            .path("token")
            .asText();
    Script.await("smbd runs", () -> state().path("running").asBoolean());
    assertEquals(204, api("PUT", "{\"password\":\"" + SAMBA_PASSWORD + "\"}"));
    smb = new SMBClient(SmbConfig.builder().withSigningRequired(true).build());
    home =
        (DiskShare)
            smb.connect("127.0.0.1", port)
                .authenticate(new AuthenticationContext("ada", SAMBA_PASSWORD.toCharArray(), ""))
                .connectShare("home");
    Script.await("locks cross", () -> locksCross());
  }

  private boolean locksCross() throws Exception {
    assertEquals(2, dav("PUT", "/ready.txt", "x").statusCode() / 100);
    try (File held = home.openFile("ready.txt", READ, null, DENY_WRITE, FILE, null)) {
      return held != null && dav("PUT", "/ready.txt", "y").statusCode() == 423;
    }
  }

  @AfterAll
  void stop() throws Exception {
    smb.close();
    script.close();
    Path own =
        Path.of(
            "/var/lib/grid-appliance-agent",
            script.data().toString().substring(1).replace('/', '-'));
    new ProcessBuilder("rm", "-rf", own.toString()).start().waitFor();
  }

  @Test
  void fileWrittenOverSmbIsSeenOverWebDavAtOnceWithANewEtag() throws Exception {
    assertEquals(201, dav("PUT", "/seen.txt", "first").statusCode());
    String etag = dav("GET", "/seen.txt", "").headers().firstValue("ETag").orElseThrow();
    write("seen.txt", "second");
    HttpResponse<String> after = dav("GET", "/seen.txt", "");
    assertEquals("second", after.body());
    assertNotEquals(etag, after.headers().firstValue("ETag").orElseThrow());
    assertEquals(412, dav("PUT", "/seen.txt", "late", "If-Match", etag).statusCode());
  }

  @Test
  void exclusiveWebDavLockBlocksSmbWritesUntilUnlockedAlsoAfterAPut() throws Exception {
    assertEquals(201, dav("PUT", "/locked.txt", "mine").statusCode());
    String lock = lock("/locked.txt", 200);
    assertEquals("STATUS_SHARING_VIOLATION", smbOpen("locked.txt", WRITE));
    assertEquals("ok", smbOpen("locked.txt", READ));
    assertEquals("STATUS_SHARING_VIOLATION", smbOpen("locked.txt", EnumSet.of(AccessMask.DELETE)));
    assertEquals(
        204, dav("PUT", "/locked.txt", "still mine", "If", "(<" + lock + ">)").statusCode());
    assertEquals("STATUS_SHARING_VIOLATION", smbOpen("locked.txt", WRITE));
    assertEquals(
        204, dav("UNLOCK", "/locked.txt", "", "Lock-Token", "<" + lock + ">").statusCode());
    assertEquals("ok", smbOpen("locked.txt", WRITE));
  }

  @Test
  void lockedEmptyAddressIsHeldTooAndALockThatRunsOutLetsGo() throws Exception {
    String unused = lock("/new.txt", 201, "Timeout", "Second-2");
    assertTrue(unused.startsWith("urn:uuid:"));
    assertEquals("STATUS_SHARING_VIOLATION", smbOpen("new.txt", WRITE));
    Script.await("the lock runs out", () -> smbOpen("new.txt", WRITE).equals("ok"));
  }

  @Test
  void smbOpenThatDeniesWritingGives423() throws Exception {
    assertEquals(201, dav("PUT", "/denied.txt", "one").statusCode());
    try (File held = home.openFile("denied.txt", READ, null, DENY_WRITE, FILE, null)) {
      assertEquals(3, held.read(new byte[3], 0));
      assertEquals(423, dav("PUT", "/denied.txt", "two").statusCode());
      assertEquals(423, dav("DELETE", "/denied.txt", "").statusCode());
      assertEquals("one", dav("GET", "/denied.txt", "").body());
    }
    assertEquals(204, dav("PUT", "/denied.txt", "two").statusCode());
  }

  @Test
  void fileThatAnSmbClientWritesCannotBeLocked() throws Exception {
    assertEquals(201, dav("PUT", "/busy.txt", "one").statusCode());
    try (File held = home.openFile("busy.txt", WRITE, null, SHARE_ALL, FILE, null)) {
      held.write("two".getBytes(StandardCharsets.UTF_8), 0);
      assertEquals(423, dav("LOCK", "/busy.txt", LOCK).statusCode());
    }
    assertTrue(lock("/busy.txt", 200).startsWith("urn:uuid:"));
  }

  @Test
  void whatSmbOverwritesAndDeletesComesBackFromVersionsAndTrash() throws Exception {
    write("thesis.txt", "yesterday's");
    write("figure.txt", "a figure");
    assertEquals(0, listed("trash").size()); // looks at the home, as the daily work does
    write("thesis.txt", "today's mistake");
    home.rm("figure.txt");
    Script.await("a version", () -> listed("versions?path=thesis.txt").size() == 1);
    Script.await("the trash", () -> listed("trash").size() == 1);
    String version = listed("versions?path=thesis.txt").get(0).path("id").asText();
    assertEquals(200, restored("versions", version).statusCode());
    assertEquals("yesterday's", dav("GET", "/thesis.txt", "").body());
    assertEquals(200, restored("trash", listed("trash").get(0).path("id").asText()).statusCode());
    assertEquals("a figure", dav("GET", "/figure.txt", "").body());
  }

  private JsonNode listed(String what) throws Exception {
    JsonNode answer = JSON.readTree(send("GET", "/api/v1/" + what, "Bearer " + token, "").body());
    return answer.path(what.startsWith("trash") ? "entries" : "versions");
  }

  private HttpResponse<String> restored(String what, String id) throws Exception {
    return send("POST", "/api/v1/" + what + "/" + id + "/restore", "Bearer " + token, "");
  }

  private String lock(String path, int status, String... headers) throws Exception {
    HttpResponse<String> answer = dav("LOCK", path, LOCK, headers);
    assertEquals(status, answer.statusCode(), answer.body());
    return answer.headers().firstValue("Lock-Token").orElseThrow().replaceAll("[<>]", "");
  }

  private String smbOpen(String name, Set<AccessMask> access) {
    try (File file = home.openFile(name, access, null, SHARE_ALL, FILE, null)) {
      return file == null ? "none" : "ok";
    } catch (SMBApiException e) {
      return e.getStatus() == NtStatus.STATUS_SHARING_VIOLATION
          ? "STATUS_SHARING_VIOLATION"
          : e.getStatus().toString();
    }
  }

  private void write(String name, String text) {
    try (File file =
        home.openFile(
            name, WRITE, null, SHARE_ALL, SMB2CreateDisposition.FILE_OVERWRITE_IF, null)) {
      file.write(text.getBytes(StandardCharsets.UTF_8), 0);
    }
  }

  private JsonNode state() throws Exception {
    return JSON.readTree(send("GET", "/api/v1/storage/samba", "Bearer " + token, "").body());
  }

  private int api(String method, String body) throws Exception {
    return send(method, "/api/v1/storage/samba/password", "Bearer " + token, body).statusCode();
  }

  private HttpResponse<String> dav(String method, String path, String body, String... headers)
      throws Exception {
    return send(method, "/dav" + path, basic("ada:" + token), body, headers);
  }

  private HttpResponse<String> send(
      String method, String path, String who, String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .header("Authorization", who)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (path.startsWith("/api") && !body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }
}
