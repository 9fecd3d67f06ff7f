package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Setup, login, logout and what guards them. */
class SessionTest {
  @TempDir Path folder;
  private TestPortal portal;

  @BeforeEach
  void start() throws Exception {
    portal = TestPortal.start(folder.resolve("data"), "login.attempts: 10");
  }

  @AfterEach
  void stop() {
    portal.close();
  }

  @Test
  void setupLinkMakesOneAdministratorAndIsThenSpent() throws Exception {
    Path link = portal.data.resolve("run/setup-link");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(link)));
    String secret = Files.readString(link).strip().replaceFirst(".*#", "");
    assertTrue(portal.browser().get("/session").json().at("/portal/setupNeeded").asBoolean());

    TestPortal.Browser ada = portal.administrator();
    assertEquals("ada", ada.get("/session").json().at("/user/name").asText());
    assertFalse(Files.exists(link));

    TestPortal.Answer again =
        portal
            .browser()
            .send(
                "POST",
                "/setup",
                "{\"secret\":\"%s\",\"name\":\"eve\",\"password\":\"evil evil\"}"
                    .formatted(secret));
    assertEquals(403, again.status());
    assertEquals("application/problem+json", again.headers().get("content-type"));
  }

  @Test
  void setupLinkSurvivesRestart() throws Exception {
    Path link = portal.data.resolve("run/setup-link");
    String before = Files.readString(link).strip().replaceFirst(".*#", "");
    portal.close();
    portal = TestPortal.start(portal.data);
    assertEquals(before, Files.readString(link).strip().replaceFirst(".*#", ""));
    portal.administrator();
  }

  @Test
  void sessionCookieIsHttpOnlyAndStrict() throws Exception {
    portal.administrator();
    TestPortal.Answer login = portal.browser().login("ada", TestPortal.PASSWORD);
    String cookie = login.headers().get("set-cookie");
    assertTrue(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), cookie);
  }

  @Test
  void changeWithoutCsrfHeaderReturns403() throws Exception {
    TestPortal.Browser ada = portal.administrator();
    String csrf = ada.csrf;
    ada.csrf = "";
    String body = "{\"name\":\"bob\",\"password\":\"12345678\"}";
    assertEquals(403, ada.send("POST", "/users", body).status());
    ada.csrf = "A".repeat(43);
    assertEquals(403, ada.send("POST", "/users", body).status());
    ada.csrf = csrf;
    assertEquals(201, ada.send("POST", "/users", body).status());
  }

  @Test
  void logoutEndsTheSessionForGood() throws Exception {
    TestPortal.Browser ada = portal.administrator();
    String cookie = ada.cookie;
    assertEquals(204, ada.send("DELETE", "/session", "").status());
    ada.cookie = cookie;
    assertEquals(401, ada.get("/users").status());
  }

  @Test
  void passwordChangeEndsOtherSessions() throws Exception {
    TestPortal.Browser ada = portal.administrator();
    TestPortal.Browser other = portal.browser();
    other.login("ada", TestPortal.PASSWORD);
    String wrong = "{\"present\":\"not this one\",\"password\":\"new password\"}";
    assertEquals(403, ada.send("PUT", "/users/ada/password", wrong).status());
    String right =
        "{\"present\":\"%s\",\"password\":\"new password\"}".formatted(TestPortal.PASSWORD);
    assertEquals(204, ada.send("PUT", "/users/ada/password", right).status());
    assertEquals(200, ada.get("/users").status());
    assertEquals(401, other.get("/users").status());
    assertEquals(401, portal.browser().login("ada", TestPortal.PASSWORD).status());
    assertEquals(200, portal.browser().login("ada", "new password").status());
  }

  @Test
  void tenWrongPasswordsAreThrottled() throws Exception {
    portal.administrator();
    for (int i = 0; i < 10; i++) {
      assertEquals(401, portal.browser().login("ada", "wrong " + i).status());
    }
    TestPortal.Answer throttled = portal.browser().login("ada", TestPortal.PASSWORD);
    assertEquals(429, throttled.status());
    assertTrue(Integer.parseInt(throttled.headers().get("retry-after")) > 0);
  }

  @Test
  void unknownNameAndWrongPasswordGetTheSameAnswer() throws Exception {
    portal.administrator();
    TestPortal.Answer wrong = portal.browser().login("ada", "wrong");
    TestPortal.Answer unknown = portal.browser().login("nobody", "wrong");
    assertEquals(wrong.status(), unknown.status());
    assertEquals(wrong.body(), unknown.body());
  }

  @Test
  void loginOverAnOldSessionChangesTheCookieAndEndsTheOld() throws Exception {
    TestPortal.Browser ada = portal.administrator();
    String before = ada.cookie;
    ada.login("ada", TestPortal.PASSWORD);
    assertNotEquals(before, ada.cookie);
    TestPortal.Browser thief = portal.browser();
    thief.cookie = before;
    assertEquals(401, thief.get("/users").status());
  }
}
