package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules that approve without a person, several persons who must, and who is told. */
class CertificateRulesTest extends EstFixture {
  private TestPortal.Answer rule(String name, boolean token, int most, int daily, Duration life) {
    return admin.send(
        "POST",
        "/certificates/rules",
        ("{\"name\":\"%s\",\"token\":%s,\"network\":\"10.128.4.0/24\",\"days\":7,\"most\":%d,\"daily\":%d,"
                + "\"until\":\"%s\"}")
            .formatted(name, token, most, daily, Instant.now().plus(life)));
  }

  private void ask(String name, String address) throws Exception {
    key(name);
    request(name, name, "IP:" + address);
  }

  private void refused(String why, String name, String address, String token) throws Exception {
    answered("403", why, name, address, token);
  }

  /** A machine asks again by itself. */
  private void later(String why, String name, String address, String token) throws Exception {
    answered("429", why, name, address, token);
  }

  private void answered(String status, String why, String name, String address, String token)
      throws Exception {
    ask(name, address);
    List<String> answer = enrol(name, "simpleenroll", token);
    assertEquals(status, answer.getFirst(), answer.toString());
    assertTrue(answer.getLast().contains(why), answer.toString());
  }

  @Test
  void aJoinTokenApprovesWhomItsRuleAllowsAndRefusesTheRestWithTheReason() throws Exception {
    made();
    TestPortal.Answer made = rule("Lab 4", true, 2, 2, Duration.ofHours(1));
    assertEquals(201, made.status(), made.body());
    String token = made.json().path("joinToken").asText();
    assertTrue(made.json().path("link").asText().endsWith("&token=" + token));
    ask("a", "10.128.4.1");
    List<String> issued = enrol("a", "simpleenroll", token);
    assertEquals("200", issued.getFirst(), issued.toString());
    unwrap(issued.getLast(), "a.pem");
    unwrap(good("curl", "-sS", est() + "cacerts").strip(), "ca.pem");
    good("openssl", "verify", "-CAfile", "ca.pem", "a.pem");
    good("openssl", "x509", "-in", "a.pem", "-noout", "-checkend", "518400"); // six days
    assertEquals(1, run("openssl", "x509", "-in", "a.pem", "-checkend", "691200").status());
    assertEquals(issued, enrol("a", "simpleenroll", token), "asked again, it is the same one");

    refused("is for 10.128.4.0/24", "b", "10.128.5.1", token);
    refused("none of this pool's", "b", "10.128.4.2", token + "x");
    ask("b", "10.128.4.2");
    assertEquals("200", enrol("b", "simpleenroll", token).getFirst());
    refused("used up, 2 of 2", "c", "10.128.4.3", token);
    assertEquals(0, waiting().size(), "who was refused does not wait");

    JsonNode shown = admin.get("/certificates/rules").json().path("rules").path(0);
    assertEquals("2 2", shown.path("used").asText() + " " + shown.path("today").asText());
    assertFalse(shown.has("joinToken"), "told once");
    JsonNode list = admin.get("/certificates").json().path("certificates");
    assertEquals("rule Lab 4", list.path(0).path("issuedBy").asText());
    for (String q : List.of("10.128.4.2", "LAB", list.path(0).path("serial").asText())) {
      JsonNode found = admin.get("/certificates?q=" + q.replace(" ", "%20")).json();
      assertEquals(q.equals("LAB") ? 2 : 1, found.path("count").asInt(), q);
    }
    assertEquals(0, admin.get("/certificates?q=%25").json().path("count").asInt());
    JsonNode one = admin.get("/certificates?limit=1").json();
    assertEquals("1 of 2", one.path("certificates").size() + " of " + one.path("count"));
    String audit = admin.get("/audit").body();
    assertTrue(audit.contains("rule 1 'Lab 4' of ada: join token within 10.128.4.0/24, 2 of 2"));
    assertTrue(audit.contains("certificate.refused"));
    assertFalse(audit.contains(token), "no secret in the log");
  }

  @Test
  void anExpiredAWithdrawnAndATooBusyTokenAreRefused() throws Exception {
    made();
    String brief = rule("brief", true, 5, 1, Duration.ofHours(1)).json().path("joinToken").asText();
    ask("a", "10.128.4.1");
    assertEquals("200", enrol("a", "simpleenroll", brief).getFirst());
    later("the most it may in 24 hours, 1", "b", "10.128.4.2", brief);
    assertEquals(422, rule("over", true, 5, 1, Duration.ofSeconds(-1)).status());
    assertEquals(422, rule("more", true, 5, 6, Duration.ofHours(1)).status());
    assertEquals(409, rule("brief", true, 5, 1, Duration.ofHours(1)).status());

    Instant end = Instant.now().plusSeconds(1);
    String ends = rule("ends", true, 5, 5, Duration.ofSeconds(1)).json().path("joinToken").asText();
    Await.until("it is over", () -> Instant.now().isAfter(end.plusSeconds(1)));
    refused("expired at", "b", "10.128.4.2", ends);
    long id = admin.get("/certificates/rules").json().path("rules").path(1).path("id").asLong();
    assertEquals(204, admin.send("DELETE", "/certificates/rules/" + id, "").status());
    refused("withdrawn by ada", "b", "10.128.4.2", brief);
    for (int i = 0; i < 10; i++) {
      enrol("b", "simpleenroll", "guess" + i);
    }
    assertEquals("429", enrol("b", "simpleenroll", "guess").getFirst(), "guessing is bounded");
  }

  @Test
  void aTokenNeverTakesAnAddressFromALivingKeyAndIsKeptWhileTheAuthorityIsLocked()
      throws Exception {
    made();
    String token = rule("Lab", true, 5, 5, Duration.ofHours(1)).json().path("joinToken").asText();
    ask("a", "10.128.4.1");
    assertEquals("200", enrol("a", "simpleenroll", token).getFirst());
    ask("thief", "10.128.4.1");
    assertEquals("202", enrol("thief", "simpleenroll", token).getFirst());
    assertEquals("10.128.4.1", waiting().path(0).path("name").asText());

    admin.send("POST", "/ca/lock", "");
    ask("b", "10.128.4.2");
    assertEquals("202", enrol("b", "simpleenroll", token).getFirst());
    admin.send("POST", "/ca/unlock", "{\"passphrase\":\"long enough 1\"}");
    assertEquals("200", enrol("b", "simpleenroll", token).getFirst());
  }

  @Test
  void aRuleWithoutATokenNeedsTheOverlayToVouch() throws Exception {
    made();
    assertEquals(201, rule("range", false, 5, 5, Duration.ofHours(1)).status());
    ask("a", "10.128.4.1");
    assertEquals("202", enrol("a", "simpleenroll").getFirst());
  }

  @Test
  void twoPersonsMustApproveWhereTheSettingsSaySo() throws Exception {
    portal.close();
    portal = TestPortal.start(folder.resolve("two"), "ca.approvals: 2");
    admin = portal.administrator();
    made();
    ask("a", "10.128.4.1");
    enrol("a", "simpleenroll");
    JsonNode asked = waiting().path(0);
    TestPortal.Answer first = approve(asked, "{\"note\":\"known\"}");
    assertEquals(202, first.status(), first.body());
    assertEquals(409, approve(asked, "{}").status(), "one person is one");
    assertEquals("202", enrol("a", "simpleenroll").getFirst());
    assertEquals("ada", waiting().path(0).path("approvals").path(0).path("by").asText());
    String token = rule("Lab", true, 5, 5, Duration.ofHours(1)).json().path("joinToken").asText();
    later("has 1 of 2 approvals", "b", "10.128.4.2", token);

    TestPortal.Browser ben = portal.scientist(admin, "ben");
    admin.send("PATCH", "/users/ben", "{\"roles\":[\"ca-admin\"]}");
    TestPortal.Browser ada = admin;
    admin = ben;
    assertEquals(200, approve(asked, "{}").status());
    assertEquals("200", enrol("a", "simpleenroll").getFirst());
    assertEquals(200, ben.send("POST", "/certificates/rules/1/approve", "").status());
    assertEquals(409, ada.send("POST", "/certificates/rules/1/approve", "").status());
    assertEquals("200", enrol("b", "simpleenroll", token).getFirst());
  }

  @Test
  void whoDecidesIsToldOfARequestAtOnceAndNobodyElse() throws Exception {
    made();
    TestPortal.Browser sam = portal.scientist(admin, "sam");
    try (InputStream ours = admin.stream("/events");
        InputStream theirs = sam.stream("/events")) {
      assertEquals("{\"waiting\":0,\"asks\":null}", told(ours));
      ask("a", "10.128.4.1");
      enrol("a", "simpleenroll");
      assertEquals("{\"waiting\":1,\"asks\":\"10.128.4.1\"}", told(ours));
      assertEquals(200, approve(waiting().path(0), "{}").status());
      assertEquals("{\"waiting\":0,\"asks\":null}", told(ours));
      admin.send("PUT", "/settings", "{}");
      assertFalse(
          new String(theirs.readNBytes(theirs.available()), StandardCharsets.UTF_8)
              .contains("certificates"));
    }
  }

  private static String told(InputStream stream) throws Exception {
    StringBuilder line = new StringBuilder();
    boolean ours = false;
    while (true) {
      int c = stream.read();
      assertTrue(c >= 0, "the stream ended");
      if (c != '\n') {
        line.append((char) c);
        continue;
      }
      if (ours) {
        return line.substring("data: ".length());
      }
      ours = line.toString().equals("event: certificates");
      line.setLength(0);
    }
  }
}
