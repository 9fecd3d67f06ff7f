package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A portal whose authority is asked by OpenSSL's requests, sent by curl. */
abstract class EstFixture {
  static final String AUTHORITY =
      "{\"name\":\"Lab\",\"algorithm\":\"p256\",\"years\":5,\"passphrase\":\"long enough 1\"}";

  @TempDir Path folder;
  TestPortal portal;
  TestPortal.Browser admin;

  @BeforeEach
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"));
    admin = portal.administrator();
  }

  @AfterEach
  void end() {
    portal.close();
  }

  record Ended(int status, String text) {}

  Ended run(String... words) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), text);
  }

  String good(String... words) throws IOException, InterruptedException {
    Ended ended = run(words);
    assertEquals(0, ended.status(), () -> String.join(" ", words) + ": " + ended.text());
    return ended.text();
  }

  void key(String name) throws Exception {
    good("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", name + ".key");
  }

  /** Lays a request down as NAME.csr in DER and NAME.b64 in base64. */
  void request(String name, String key, String san) throws Exception {
    good(
        "openssl",
        "req",
        "-new",
        "-key",
        key + ".key",
        "-subj",
        "/CN=node",
        "-addext",
        "subjectAltName=" + san,
        "-outform",
        "DER",
        "-out",
        name + ".csr");
    Files.writeString(
        folder.resolve(name + ".b64"),
        Base64.getMimeEncoder().encodeToString(Files.readAllBytes(folder.resolve(name + ".csr"))));
  }

  List<String> enrol(String name, String operation) throws Exception {
    return enrol(name, operation, "");
  }

  /**
   * Sends a request by curl, with a join token unless that is empty.
   *
   * @return status, Retry-After and the body, a line each
   */
  List<String> enrol(String name, String operation, String token) throws Exception {
    Files.writeString(
        folder.resolve("curl"), token.isEmpty() ? "" : "user = \"token:" + token + "\"\n");
    String said =
        good(
            "curl",
            "-sS",
            "--config",
            "curl",
            "--data-binary",
            "@" + name + ".b64",
            "-H",
            "Content-Type: application/pkcs10",
            "-w",
            "\n%{http_code} %header{retry-after}\n",
            est() + operation);
    List<String> lines = new ArrayList<>(said.lines().toList());
    String last = lines.removeLast();
    return List.of(
        last.substring(0, 3), last.substring(3).strip(), String.join("\n", lines).strip());
  }

  String est() {
    return portal.server.address() + "/.well-known/est/";
  }

  JsonNode waiting() {
    return admin.get("/certificates/requests").json().path("waiting");
  }

  void unwrap(String base64, String file) throws Exception {
    Files.write(folder.resolve("p7"), Base64.getDecoder().decode(base64));
    good("openssl", "pkcs7", "-inform", "DER", "-in", "p7", "-print_certs", "-out", file);
  }

  TestPortal.Answer made() {
    TestPortal.Answer made = admin.send("POST", "/ca", AUTHORITY);
    assertEquals(201, made.status(), made.body());
    return made;
  }

  TestPortal.Answer approve(JsonNode request, String body) {
    return admin.send(
        "POST", "/certificates/requests/" + request.path("id").asLong() + "/approve", body);
  }
}
