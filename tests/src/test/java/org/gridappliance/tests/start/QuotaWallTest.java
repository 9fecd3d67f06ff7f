package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.RandomAccessFile;
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
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.gridappliance.tests.fixture.PortalClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An appliance that root started, on a btrfs that counts (a loop file): a shell, a desktop,
 * smbclient, WebDAV, the pages and a job's results all meet the same wall at the quota.
 */
@Tag("root")
@SuppressWarnings("NullAway.Init") // set before every test
class QuotaWallTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PASSWORD = "correct horse battery";
  private static final String SAMBA_PASSWORD = "another horse";
  private static final long MIB = 1 << 20;

  private final HttpClient http = HttpClient.newHttpClient();
  private Path image;
  private Script script;
  private Script.Up up;
  private int port;
  private String address = "";
  private String token = "";

  @BeforeEach
  void start() throws Exception {
    script = new Script().with("APPLIANCE_ADMIN", "ada:" + PASSWORD);
    image = Files.createTempFile("quota-", ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1500 * MIB);
    }
    run("mkfs.btrfs", "-q", image.toString());
    run("mount", "-o", "loop", image.toString(), script.folder().toString());
    run("btrfs", "quota", "enable", script.folder().toString());
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
  }

  @AfterEach
  void stop() throws Exception {
    script.close();
    run("umount", script.folder().toString());
    Files.delete(image);
    Files.delete(script.folder());
  }

  @Test
  void everyWriterMeetsTheWallAndItFollowsAChangedQuotaAndARestoredBackup() throws Exception {
    script.up().ready().interrupt(); // makes the data folder with its owner
    up(64);
    assertEquals(
        204,
        send(
                "PUT",
                "/api/v1/storage/samba/password",
                "Bearer " + token,
                BodyPublishers.ofString("{\"password\":\"" + SAMBA_PASSWORD + "\"}"))
            .statusCode());

    programOnADesktopMeetsIt();
    smbclientMeetsIt();
    assertTrue(shell("cat /dev/zero >filler").contains("Disk quota exceeded"));
    long filled = Files.size(home().resolve("filler"));
    assertTrue(filled > 60 * MIB && filled < 70 * MIB, "filled " + filled);
    davAndPagesMeetIt();
    resultsMeetIt();
    assertEquals(204, dav("DELETE", "/filler", 0).statusCode());
    assertEquals(201, dav("PUT", "/afterwards", MIB).statusCode());

    up.interrupt();
    String file = script.folder().resolve("saved.tar.gz").toString();
    String data = script.data().toString();
    Script.Ended backup = script.run("backup", file, "--data", data);
    assertEquals(0, backup.status(), backup.text());
    Script.Ended restore = script.run("restore", file, "--force", "--data", data);
    assertEquals(0, restore.status(), restore.text());
    up(96);
    assertEquals(MIB, Files.size(home().resolve("afterwards")));
    assertTrue(shell("cat /dev/zero >filler").contains("Disk quota exceeded"));
    long more = Files.size(home().resolve("filler"));
    assertTrue(more > 90 * MIB && more < 101 * MIB, "filled " + more);
  }

  /** Starts it with a quota of so many MiB for everybody; the wall stands when this returns. */
  private void up(int quota) throws Exception {
    Files.writeString(
        script.data().resolve("appliance.yaml"),
        "samba.port: " + port + "\nfiles.quota-bytes: " + quota * MIB + "\n");
    up = script.up().ready();
    address = up.address();
    String body = "{\"name\":\"t\",\"scopes\":[\"files\",\"admin\",\"jobs\"],\"days\":1}";
    HttpResponse<String> made =
        send("POST", "/api/v1/tokens", basic("ada:" + PASSWORD), BodyPublishers.ofString(body));
    token = JSON.readTree(made.body()).path("token").asText();
    assertEquals(201, dav("PUT", "/first-" + quota, 1).statusCode());
    Script.await("smbd runs", () -> api("/storage/samba").path("running").asBoolean());
    Script.await(
        "the wall stands: " + api("/storage/wall"),
        () -> api("/storage/wall").path("held").asInt() == 1);
    assertEquals(quota * MIB, api("/storage/wall").path("quotaBytes").asLong());
    assertEquals(256L, Files.getAttribute(script.data().resolve("users/ada"), "unix:ino"));
  }

  /** Writes through the id-mapped mount of the home, as another user. */
  private void programOnADesktopMeetsIt() throws Exception {
    PortalClient ada = PortalClient.login(URI.create(address), "ada", PASSWORD);
    String program = "cd; touch under-way; cat /dev/zero >drawn || rm under-way; sleep 60";
    HttpResponse<String> desktop =
        ada.send(
            "POST",
            "/api/v1/desktops",
            Map.of("kind", "application", "command", List.of("sh", "-c", program)));
    assertEquals(201, desktop.statusCode(), desktop.body());
    Path drawn = home().resolve("drawn");
    Script.await(
        "the program was stopped by the disk",
        () -> Files.exists(drawn) && Files.notExists(home().resolve("under-way")));
    long bytes = Files.size(drawn);
    assertTrue(bytes > 60 * MIB && bytes < 70 * MIB, "drew " + bytes);
    String id = JSON.readTree(desktop.body()).path("id").asText();
    assertEquals(204, ada.send("DELETE", "/api/v1/desktops/" + id, null).statusCode());
    assertEquals(204, dav("DELETE", "/drawn", 0).statusCode());
  }

  private void smbclientMeetsIt() throws Exception {
    Path large = script.folder().resolve("large");
    run("truncate", "-s", "100M", large.toString());
    String said = smbclient("put " + large + " large");
    assertTrue(said.contains("NT_STATUS_DISK_FULL"), said);
    smbclient("del large");
    assertTrue(Files.notExists(home().resolve("large")));
  }

  private String smbclient(String command) throws Exception {
    return output(
        "smbclient",
        "//127.0.0.1/home",
        "-p",
        Integer.toString(port),
        "-U",
        "ada%" + SAMBA_PASSWORD,
        "-c",
        command);
  }

  private void davAndPagesMeetIt() throws Exception {
    assertEquals(507, dav("PUT", "/more", 2 * MIB).statusCode());
    HttpResponse<String> pages =
        send("PUT", "/api/v1/files/more", "Bearer " + token, body(2 * MIB));
    assertEquals(507, pages.statusCode());
    assertTrue(pages.body().contains("delete something first"), pages.body());
    assertTrue(Files.notExists(home().resolve("more")));
  }

  private void resultsMeetIt() throws Exception {
    PortalClient ada = PortalClient.login(URI.create(address), "ada", PASSWORD);
    long job = ada.submit("command", Map.of("command", "head -c 8000000 /dev/zero"), Map.of());
    ada.awaitCompleted(job, Duration.ofMinutes(1));
    Script.await(
        "the results are refused",
        () ->
            ada.get("/api/v1/jobs/" + job + "/results")
                .at("/home/state")
                .asText()
                .equals("refused"));
    String why = ada.get("/api/v1/jobs/" + job + "/results").at("/home/message").asText();
    assertTrue(why.contains("delete files you no longer need"), why);
  }

  /** What a shell in the home says, as the user that owns it. */
  private String shell(String command) throws Exception {
    return output(
        "setpriv",
        "--reuid=grid-appliance",
        "--regid=grid-appliance",
        "--clear-groups",
        "sh",
        "-c",
        "cd '" + home() + "' && " + command);
  }

  private Path home() {
    return script.data().resolve("users/ada/home");
  }

  private JsonNode api(String path) throws Exception {
    return JSON.readTree(
        send("GET", "/api/v1" + path, "Bearer " + token, BodyPublishers.noBody()).body());
  }

  private HttpResponse<String> dav(String method, String path, long bytes) throws Exception {
    return send(method, "/dav" + path, basic("ada:" + token), body(bytes));
  }

  private static HttpRequest.BodyPublisher body(long bytes) {
    return bytes == 0
        ? BodyPublishers.noBody()
        : BodyPublishers.ofByteArray(new byte[Math.toIntExact(bytes)]);
  }

  private HttpResponse<String> send(
      String method, String path, String who, HttpRequest.BodyPublisher body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path))
            .header("Authorization", who)
            .method(method, body);
    if (path.startsWith("/api") && !path.contains("/files/") && body.contentLength() > 0) {
      request.header("Content-Type", "application/json");
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static String output(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), List.of(command) + ": " + said);
  }
}
