package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accounts, roles, registration, tokens, groups, settings and the audit log. */
class PeopleTest {
  @TempDir Path folder;
  private TestPortal portal;
  private TestPortal.Browser ada;

  @BeforeEach
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"));
    ada = portal.administrator();
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  @Test
  void aScientistSeesOnlyHimself() {
    TestPortal.Browser bob = portal.scientist(ada, "bob");
    assertEquals(200, bob.get("/users/bob").status());
    assertEquals(404, bob.get("/users/ada").status());
    assertEquals(404, bob.get("/users/nobody").status());
    assertEquals(404, bob.send("PATCH", "/users/ada", "{\"fullName\":\"x\"}").status());
    assertEquals(
        404, bob.send("PUT", "/users/ada/password", "{\"password\":\"12345678\"}").status());
    assertEquals(403, bob.get("/users").status());
    assertEquals(403, bob.send("DELETE", "/users/ada", "").status());
    assertEquals(403, bob.get("/settings").status());
    assertEquals(403, bob.send("PATCH", "/users/bob", "{\"roles\":[\"administrator\"]}").status());
    assertEquals(200, bob.send("PATCH", "/users/bob", "{\"fullName\":\"Bob B\"}").status());
  }

  @Test
  void theLastAdministratorStays() {
    assertEquals(409, ada.send("DELETE", "/users/ada", "").status());
    assertEquals(409, ada.send("PATCH", "/users/ada", "{\"roles\":[\"scientist\"]}").status());
    assertEquals(409, ada.send("PATCH", "/users/ada", "{\"status\":\"disabled\"}").status());
    portal.scientist(ada, "bob");
    assertEquals(
        200,
        ada.send("PATCH", "/users/bob", "{\"roles\":[\"scientist\",\"administrator\"]}").status());
    assertEquals(200, ada.send("PATCH", "/users/ada", "{\"roles\":[\"scientist\"]}").status());
    assertEquals(403, ada.get("/users").status());
  }

  @Test
  void registrationWaitsForApproval() {
    String request = "{\"name\":\"carl\",\"password\":\"12345678\",\"reason\":\"proteins\"}";
    assertEquals(202, portal.browser().send("POST", "/registrations", request).status());
    assertEquals(409, portal.browser().send("POST", "/registrations", request).status());
    assertEquals(401, portal.browser().login("carl", "12345678").status());
    JsonNode waiting = ada.get("/users/carl").json();
    assertEquals("waiting", waiting.get("status").asText());
    assertEquals("proteins", waiting.get("reason").asText());
    assertEquals(200, ada.send("PATCH", "/users/carl", "{\"status\":\"active\"}").status());
    assertEquals(200, portal.browser().login("carl", "12345678").status());
  }

  @Test
  void registrationOpensAndCloses() {
    String settings = "{\"name\":\"node 7\",\"registration\":\"%s\",\"announcement\":null}";
    assertEquals(200, ada.send("PUT", "/settings", settings.formatted("open")).status());
    TestPortal.Browser dora = portal.browser();
    String request = "{\"name\":\"dora\",\"password\":\"12345678\"}";
    assertEquals(201, dora.send("POST", "/registrations", request).status());
    assertEquals("dora", dora.get("/session").json().at("/user/name").asText());
    assertEquals("node 7", dora.get("/session").json().at("/portal/name").asText());
    assertEquals(200, ada.send("PUT", "/settings", settings.formatted("closed")).status());
    assertEquals(403, portal.browser().send("POST", "/registrations", request).status());
    assertEquals(400, ada.send("PUT", "/settings", settings.formatted("maybe")).status());
  }

  @Test
  void aRemovedNameIsNeverGivenAway() {
    TestPortal.Browser bob = portal.scientist(ada, "bob");
    assertEquals(204, ada.send("DELETE", "/users/bob", "").status());
    assertEquals(401, bob.get("/users/bob").status());
    String again = "{\"name\":\"bob\",\"password\":\"12345678\"}";
    assertEquals(409, ada.send("POST", "/users", again).status());
  }

  @Test
  void aDisabledPersonIsOutAtOnce() {
    TestPortal.Browser bob = portal.scientist(ada, "bob");
    String token = token(bob, "[\"admin\"]");
    assertEquals(200, bearer(token).get("/users/bob").status());
    assertEquals(200, ada.send("PATCH", "/users/bob", "{\"status\":\"disabled\"}").status());
    assertEquals(401, bob.get("/users/bob").status());
    assertEquals(401, bearer(token).get("/users/bob").status());
    assertEquals(401, portal.browser().login("bob", TestPortal.PASSWORD).status());
  }

  @Test
  void aTokenDoesWhatItsScopesSayUntilItIsRevoked() {
    TestPortal.Browser program = bearer(token(ada, "[\"files:read\"]"));
    assertEquals(200, program.get("/session").status());
    assertEquals(200, program.get("/files/").status());
    assertEquals(403, program.send("PUT", "/files/a.txt", "x").status());
    assertEquals(403, program.get("/users").status());
    assertEquals(403, program.get("/tokens").status());
    JsonNode mine = ada.get("/tokens").json().at("/tokens/0");
    assertFalse(mine.get("lastUsedAt").isNull());
    assertFalse(mine.toString().contains("ga_"));
    assertEquals(204, ada.send("DELETE", "/tokens/" + mine.get("id").asLong(), "").status());
    assertEquals(401, program.get("/files/").status());
  }

  @Test
  void anotherPersonsTokenIdReturns404() {
    TestPortal.Browser bob = portal.scientist(ada, "bob");
    token(ada, "[\"jobs\"]");
    long id = ada.get("/tokens").json().at("/tokens/0/id").asLong();
    assertEquals(404, bob.send("DELETE", "/tokens/" + id, "").status());
    assertEquals(0, bob.get("/tokens").json().get("tokens").size());
  }

  @Test
  void aTokenCannotMakeAStrongerOne() {
    TestPortal.Browser program = bearer(token(ada, "[\"admin\"]"));
    String wish = "{\"name\":\"more\",\"scopes\":[\"admin\",\"pool\"]}";
    assertEquals(403, program.send("POST", "/tokens", wish).status());
  }

  @Test
  void aPostSentTwiceWithOneIdempotencyKeyHasOneEffectAndNoWeakerTokenLearnsItsAnswer() {
    TestPortal.Browser program = bearer(token(ada, "[\"files\",\"jobs\"]"));
    program.headers.put("Idempotency-Key", "once");
    ada.headers.put("Idempotency-Key", "once");
    String wish = "{\"name\":\"backup\",\"scopes\":[\"files\"]}";
    String first = ada.send("POST", "/tokens", wish).body();
    assertEquals(first, ada.send("POST", "/tokens", wish).body());
    assertEquals(403, program.send("POST", "/tokens", wish).status());
    assertEquals(422, ada.send("POST", "/tokens", wish.replace("backup", "more")).status());
    ada.headers.remove("Idempotency-Key");
    assertEquals(2, ada.get("/tokens").json().get("tokens").size());
  }

  @Test
  void basicWithThePasswordGetsTheFirstTokenAndNothingElse() {
    TestPortal.Browser program = portal.browser();
    program.headers.put("Authorization", basic("ada", TestPortal.PASSWORD));
    String wish = "{\"name\":\"cli\",\"scopes\":[\"jobs\"],\"days\":1}";
    TestPortal.Answer made = program.send("POST", "/tokens", wish);
    assertEquals(201, made.status(), made.body());
    assertTrue(made.json().get("token").asText().startsWith("ga_"));
    assertEquals(401, program.get("/users").status());
    program.headers.put("Authorization", basic("ada", "wrong"));
    for (int i = 0; i < 10; i++) {
      assertEquals(401, program.send("POST", "/tokens", wish).status());
    }
    assertEquals(429, program.send("POST", "/tokens", wish).status());
  }

  @Test
  void aMemberSeesHisGroupsAndOnlyAdministratorsChangeThem() {
    TestPortal.Browser bob = portal.scientist(ada, "bob");
    String lab = "{\"name\":\"lab\",\"members\":[\"bob\"]}";
    assertEquals(201, ada.send("POST", "/groups", lab).status());
    assertEquals(409, ada.send("POST", "/groups", lab).status());
    ada.send("POST", "/groups", "{\"name\":\"other\"}");
    assertEquals(1, bob.get("/groups").json().get("groups").size());
    assertEquals("lab", bob.get("/users/bob").json().at("/groups/0").asText());
    assertEquals(403, bob.send("PUT", "/groups/lab", "{\"members\":[]}").status());
    assertEquals(404, bob.send("PUT", "/groups/other", "{\"members\":[]}").status());
    assertEquals(400, ada.send("PUT", "/groups/lab", "{\"members\":[\"zoe\"]}").status());
    assertEquals(200, ada.send("PUT", "/groups/lab", "{\"members\":[\"ada\"]}").status());
    assertEquals(204, ada.send("DELETE", "/groups/other", "").status());
    assertEquals(404, ada.send("DELETE", "/groups/other", "").status());
  }

  @Test
  void onlyAnAdministratorSaysWhatMembersSeeOfOneAnothersJobs() {
    TestPortal.Browser bob = portal.scientist(ada, "bob");
    TestPortal.Browser eve = portal.scientist(ada, "eve");
    ada.send("POST", "/groups", "{\"name\":\"lab\",\"members\":[\"bob\"]}");
    assertEquals("none", bob.get("/groups").json().at("/groups/0/jobs").asText());
    assertEquals(403, bob.send("PATCH", "/groups/lab", "{\"jobs\":\"results\"}").status());
    assertEquals(404, eve.send("PATCH", "/groups/lab", "{\"jobs\":\"results\"}").status());
    assertEquals(400, ada.send("PATCH", "/groups/lab", "{\"jobs\":\"all\"}").status());
    assertEquals(200, ada.send("PATCH", "/groups/lab", "{\"jobs\":\"list\"}").status());
    String since = bob.get("/groups").json().at("/groups/0/jobsSince").asText();
    assertTrue(since.endsWith("Z"), since);
    TestPortal.Answer more = ada.send("PATCH", "/groups/lab", "{\"jobs\":\"results\"}");
    assertEquals(since, more.json().at("/jobsSince").asText(), "the list goes on");
    assertFalse(more.json().at("/resultsSince").asText().isEmpty());
    assertEquals("results", bob.get("/groups").json().at("/groups/0/jobs").asText());
    assertEquals(200, bob.get("/jobs?group=lab").status());
    assertEquals(404, eve.get("/jobs?group=lab").status());
    assertEquals(200, ada.send("PUT", "/groups/lab", "{\"members\":[\"eve\"]}").status());
    assertEquals(404, bob.get("/jobs?group=lab").status(), "who left");
    assertEquals(200, eve.get("/jobs?group=lab").status());
    assertEquals(200, ada.send("PATCH", "/groups/lab", "{\"jobs\":\"none\"}").status());
    assertEquals(403, eve.get("/jobs?group=lab").status());
    assertTrue(eve.get("/groups").json().at("/groups/0/jobsSince").isNull());
    String all = ada.get("/audit").body();
    assertTrue(all.contains("group.jobs-shown"), all);
  }

  @Test
  void theAuditLogTellsWhoDidWhatAndNoSecret() {
    portal.browser().login("ada", "wrong password");
    TestPortal.Browser bob = portal.scientist(ada, "bob");
    token(bob, "[\"jobs\"]");
    String all = ada.get("/audit").body();
    for (String action :
        new String[] {"administrator.created", "login.failed", "user.created", "token.created"}) {
      assertTrue(all.contains(action), action);
    }
    assertFalse(all.contains("ga_") || all.contains(TestPortal.PASSWORD), all);
    for (JsonNode entry : bob.get("/audit").json().get("entries")) {
      assertTrue(
          entry.get("actor").asText().equals("bob") || entry.get("subject").asText().equals("bob"));
    }
    JsonNode first = ada.get("/audit?limit=1").json();
    JsonNode second = ada.get("/audit?limit=1&before=" + first.get("next").asLong()).json();
    assertTrue(second.at("/entries/0/id").asLong() < first.at("/entries/0/id").asLong());
  }

  @Test
  void noSecretIsInTheDatabaseFile() throws Exception {
    String token = token(ada, "[\"jobs\"]");
    String cookie = ada.cookie.replace("session=", "");
    portal.close();
    byte[] bytes = Files.readAllBytes(portal.data.resolve("db/appliance.mv.db"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    assertTrue(text.contains("argon2id"));
    Stream.of(token, cookie, TestPortal.PASSWORD)
        .forEach(secret -> assertFalse(text.contains(secret)));
  }

  private String token(TestPortal.Browser browser, String scopes) {
    TestPortal.Answer made =
        browser.send("POST", "/tokens", "{\"name\":\"t\",\"scopes\":%s}".formatted(scopes));
    assertEquals(201, made.status(), made.body());
    return made.json().get("token").asText();
  }

  private TestPortal.Browser bearer(String token) {
    TestPortal.Browser program = portal.browser();
    program.headers.put("Authorization", "Bearer " + token);
    return program;
  }

  private static String basic(String name, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
  }
}
