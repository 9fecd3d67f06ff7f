package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The authority from a request by EST to a revocation, with curl, OpenSSL and strongSwan's pki. */
class CertificatesTest extends EstFixture {
  @Test
  void aRequestWaitsForAPersonIsApprovedRenewedAndRevoked() throws Exception {
    assertEquals("false", admin.get("/ca").json().path("made").asText());
    made();
    key("n");
    request("n", "n", "IP:10.128.0.7");
    List<String> first = enrol("n", "simpleenroll");
    assertEquals(List.of("202", "3"), first.subList(0, 2));
    JsonNode asked = waiting().path(0);
    assertEquals("10.128.0.7", asked.path("name").asText());
    assertEquals("ECDSA P-256", asked.path("strength").asText());
    good("openssl", "pkey", "-in", "n.key", "-pubout", "-outform", "DER", "-out", "n.pub");
    String digest = good("openssl", "dgst", "-sha256", "n.pub").strip();
    assertTrue(digest.endsWith(asked.path("fingerprint").asText()), digest);

    TestPortal.Answer approved = approve(asked, "{\"note\":\"Ada rang\"}");
    assertEquals(200, approved.status(), approved.body());
    List<String> issued = enrol("n", "simpleenroll");
    assertEquals("200", issued.getFirst());
    assertEquals(1, issued.getLast().lines().count(), "base64 on one line");
    unwrap(issued.getLast(), "n.pem");
    unwrap(good("curl", "-sS", est() + "cacerts").strip(), "ca.pem");
    good("openssl", "verify", "-CAfile", "ca.pem", "n.pem");
    good("openssl", "asn1parse", "-in", attributes());

    request("n2", "n", "IP:10.128.0.7");
    List<String> renewed = enrol("n2", "simplereenroll");
    assertEquals("200", renewed.getFirst(), renewed.toString());
    key("other");
    request("o", "other", "IP:10.128.0.7");
    List<String> stolen = enrol("o", "simplereenroll");
    assertEquals("403", stolen.getFirst(), stolen.toString());

    String serial = approved.json().path("serial").asText();
    assertEquals(
        200, admin.send("POST", "/certificates/" + serial + "/revoke", "{\"reason\":1}").status());
    good("curl", "-sS", "-o", "crl.der", portal.server.address() + "/crl.der");
    good("openssl", "crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem");
    Files.copy(portal.data.resolve("ca/list.pem"), folder.resolve("list.pem"));
    Ended verified =
        run(
            "openssl",
            "verify",
            "-crl_check",
            "-extended_crl",
            "-CAfile",
            "ca.pem",
            "-untrusted",
            "list.pem",
            "-CRLfile",
            "crl.pem",
            "n.pem");
    assertTrue(verified.text().contains("certificate revoked"), verified.text());
    List<String> again = enrol("n", "simpleenroll");
    assertEquals("403", again.getFirst());
  }

  private String attributes() throws Exception {
    String base64 = good("curl", "-sS", est() + "csrattrs").strip();
    Files.writeString(
        folder.resolve("attributes.pem"), "-----BEGIN X-----\n" + base64 + "\n-----END X-----\n");
    return "attributes.pem";
  }

  @Test
  void whoWaitsForThePoolToChangeIsToldOfADecisionAtOnce() throws Exception {
    made();
    key("n");
    request("n", "n", "IP:10.128.0.7");
    enrol("n", "simpleenroll");
    String url = portal.server.address() + "/pool-version?after=";
    String before = good("curl", "-sS", url).strip();
    assertEquals(before, good("curl", "-sS", url + "other").strip());
    Process waits = new ProcessBuilder("curl", "-sS", url + before).start();
    assertFalse(waits.waitFor(300, TimeUnit.MILLISECONDS), "nothing has changed yet");
    assertEquals(200, approve(waiting().path(0), "{}").status());
    String after = new String(waits.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertNotEquals(before, after.strip());
    assertEquals("200", enrol("n", "simpleenroll").getFirst(), "it has come when one is told");
  }

  @Test
  void strongswansPkiEnrolsWhileAPersonDecides() throws Exception {
    portal.close(); // it speaks HTTPS alone
    portal = TestPortal.start(folder.resolve("tls"), "listen: 0.0.0.0");
    admin = portal.administrator();
    Files.copy(portal.data.resolve("keys/ca.pem"), folder.resolve("tls.pem"));
    made();
    good(
        "pki",
        "--estca",
        "--url",
        portal.server.address().toString(),
        "--cacert",
        "tls.pem",
        "--caout",
        "got",
        "--outform",
        "pem");
    good("sh", "-c", "pki --gen --type ecdsa --size 256 --outform pem > s.key");
    good(
        "sh",
        "-c",
        "pki --req --in s.key --type ecdsa --dn CN=10.128.0.9 --san 10.128.0.9 --outform der"
            + " > s.csr");
    Process polling =
        new ProcessBuilder(
                "sh",
                "-c",
                "pki --est --url "
                    + portal.server.address()
                    + " --cacert tls.pem --cacert got.pem --in s.csr --interval 1 --maxpolltime 30 --outform pem > s.crt"
                    + " 2> s.err")
            .directory(folder.toFile())
            .start();
    Await.until("it asks", () -> waiting().size() == 1);
    assertEquals(200, approve(waiting().path(0), "{}").status());
    assertEquals(0, polling.waitFor(), Files.readString(folder.resolve("s.err")));
    good("openssl", "verify", "-CAfile", "got.pem", "s.crt");
  }

  @Test
  void opensslAsksByOcspWhetherACertificateLives() throws Exception {
    made();
    key("n");
    request("n", "n", "IP:10.128.0.7");
    enrol("n", "simpleenroll");
    String serial = approve(waiting().path(0), "{}").json().path("serial").asText();
    unwrap(enrol("n", "simpleenroll").getLast(), "n.pem");
    unwrap(good("curl", "-sS", est() + "cacerts").strip(), "ca.pem");
    assertTrue(ocsp("-cert", "n.pem").contains("n.pem: good"));
    admin.send("POST", "/ca/lock", "");
    admin.send("POST", "/certificates/" + serial + "/revoke", "{\"reason\":1}");
    assertTrue(ocsp("-cert", "n.pem").contains("n.pem: revoked"));
    good("openssl", "ocsp", "-issuer", "ca.pem", "-cert", "n.pem", "-no_nonce", "-reqout", "q");
    String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve("q")));
    String path = URLEncoder.encode(base64, StandardCharsets.US_ASCII);
    good("curl", "-sSf", "-o", "a", portal.server.address() + "/ocsp/" + path);
    assertTrue(
        good("openssl", "ocsp", "-respin", "a", "-CAfile", "ca.pem", "-resp_text")
            .contains("Cert Status: revoked"));
    Files.writeString(folder.resolve("long"), "A".repeat(5000));
    String status =
        good(
            "curl",
            "-sS",
            "-o",
            "a",
            "-w",
            "%{http_code}",
            "--data-binary",
            "@long",
            portal.server.address() + "/ocsp");
    assertEquals("413", status);
  }

  private String ocsp(String... about) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("openssl", "ocsp", "-issuer", "ca.pem", "-CAfile", "ca.pem"));
    words.addAll(List.of("-url", portal.server.address() + "/ocsp"));
    words.addAll(List.of(about));
    String text = good(words.toArray(String[]::new));
    assertTrue(text.contains("Response verify OK"), text);
    return text;
  }

  @Test
  void badRequestsAreRefusedWithTheReasonAndTheQueueIsBounded() throws Exception {
    key("n");
    request("n", "n", "IP:10.128.0.7");
    assertEquals("503", enrol("n", "simpleenroll").getFirst(), "no authority yet");
    made();
    Files.writeString(folder.resolve("junk.b64"), "bm8gcmVxdWVzdA==");
    assertEquals("400", enrol("junk", "simpleenroll").getFirst());
    Files.writeString(folder.resolve("long.b64"), "A".repeat(30_000));
    assertEquals("413", enrol("long", "simpleenroll").getFirst());
    for (String san : List.of("IP:192.0.2.1", "DNS:lab", "IP:10.128.0.7,IP:10.128.0.8")) {
      request("bad", "n", san);
      List<String> refused = enrol("bad", "simpleenroll");
      assertEquals("400", refused.getFirst(), san + refused);
    }
    for (int i = 1; i <= 10; i++) {
      request("q", "n", "IP:10.128.1." + i);
      assertEquals("202", enrol("q", "simpleenroll").getFirst());
    }
    request("q", "n", "IP:10.128.1.99");
    assertEquals("429", enrol("q", "simpleenroll").getFirst());
    assertEquals(10, waiting().size());
  }

  @Test
  void aDeniedOneIsToldSoAndALockedAuthorityIssuesNothing() throws Exception {
    made();
    key("n");
    request("n", "n", "IP:10.128.0.7");
    enrol("n", "simpleenroll");
    assertEquals(200, admin.send("POST", "/ca/lock", "").status());
    JsonNode asked = waiting().path(0);
    assertEquals(423, approve(asked, "{}").status());
    assertEquals("waiting", waiting().path(0).path("state").asText());
    assertEquals(
        204,
        admin
            .send(
                "POST",
                "/certificates/requests/" + asked.path("id").asLong() + "/deny",
                "{\"note\":\"nobody knows it\"}")
            .status());
    List<String> denied = enrol("n", "simpleenroll");
    assertEquals("403", denied.getFirst());
    assertTrue(denied.getLast().contains("nobody knows it"), denied.toString());
    assertEquals(423, admin.send("POST", "/ca/unlock", "{\"passphrase\":\"wrong\"}").status());
    TestPortal.Answer open = admin.send("POST", "/ca/unlock", "{\"passphrase\":\"long enough 1\"}");
    assertEquals("false", open.json().path("locked").asText());
  }

  @Test
  void scientistsSeeNothingOfIt() {
    TestPortal.Browser sam = portal.scientist(admin, "sam");
    for (String path : List.of("/ca", "/certificates", "/certificates/requests")) {
      assertEquals(403, sam.get(path).status(), path);
    }
    assertEquals(404, portal.browser().get("/certificates/authority").status());
  }

  @Test
  void anotherKeyForALivingAddressMustReplaceIt() throws Exception {
    made();
    key("n");
    request("n", "n", "IP:10.128.0.7");
    enrol("n", "simpleenroll");
    String old = approve(waiting().path(0), "{}").json().path("serial").asText();
    key("other");
    request("o", "other", "IP:10.128.0.7");
    enrol("o", "simpleenroll");
    JsonNode asked = waiting().path(0);
    assertEquals(old, asked.path("earlier").path(0).path("serial").asText());
    assertEquals(409, approve(asked, "{}").status());
    assertEquals(200, approve(asked, "{\"replace\":[\"" + old + "\"]}").status());
    JsonNode all = admin.get("/certificates").json().path("certificates");
    assertEquals(4, all.path(1).path("reason").asInt(), all.toString());
  }

  @Test
  void aShorterLogOfTheSignerStopsIssuing() throws Exception {
    made();
    key("n");
    request("n", "n", "IP:10.128.0.7");
    enrol("n", "simpleenroll");
    assertEquals(200, approve(waiting().path(0), "{}").status());
    portal.close();
    Path log = portal.data.resolve("ca/log");
    Files.writeString(log, Files.readAllLines(log).getFirst() + "\n"); // an older backup
    portal = TestPortal.start(folder.resolve("data"));
    admin = portal.browser();
    admin.login("ada", TestPortal.PASSWORD);
    TestPortal.Answer refused = admin.get("/ca");
    assertEquals(503, refused.status());
    assertTrue(refused.body().contains("restored from an older backup"), refused.body());
  }
}
