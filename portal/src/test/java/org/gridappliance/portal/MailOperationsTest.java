package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person's address over the API, with a mail server (GreenMail) on loopback. */
class MailOperationsTest {
  private static final Pattern CODE = Pattern.compile("The code is ([0-9]{8})\\.");

  @TempDir Path folder;

  @Test
  void anAddressIsConfirmedByTheCodeThatWasMailedThere() throws Exception {
    GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    try (TestPortal portal =
        TestPortal.start(
            folder.resolve("data"),
            "mail:",
            "  host: 127.0.0.1",
            "  port: " + server.getSmtp().getPort(),
            "  security: none",
            "  from: grid@example.org")) {
      TestPortal.Browser ada = portal.administrator();
      TestPortal.Browser bob = portal.scientist(ada, "bob");
      assertTrue(bob.get("/mail").json().path("available").asBoolean());
      assertTrue(bob.get("/mail").json().path("address").isNull());

      TestPortal.Answer wrong = put(bob, "bob@example.org\\r\\nBcc: eve@example.org", "all");
      assertEquals(400, wrong.status(), wrong.body());
      assertEquals("address", wrong.json().at("/errors/0/field").asText());
      assertEquals(0, server.getReceivedMessages().length);

      TestPortal.Answer entered = put(bob, "bob@example.org", "all");
      assertEquals(200, entered.status(), entered.body());
      assertFalse(entered.json().path("confirmed").asBoolean());
      Matcher code = CODE.matcher(String.valueOf(server.getReceivedMessages()[0].getContent()));
      assertTrue(code.find());
      assertEquals(429, bob.send("POST", "/mail/code", "").status());
      assertEquals(429, put(bob, "stranger@example.org", "all").status());
      assertEquals(409, confirm(ada, code.group(1)).status(), "nobody else's address");
      assertEquals(400, confirm(bob, "00000000".equals(code.group(1)) ? "1" : "00000000").status());
      TestPortal.Answer confirmed = confirm(bob, " " + code.group(1) + " ");
      assertEquals(200, confirmed.status(), confirmed.body());
      assertTrue(confirmed.json().path("confirmed").asBoolean());
      assertEquals(409, confirm(bob, code.group(1)).status(), "a code is good once");

      TestPortal.Answer chosen = put(bob, "bob@example.org", "failed");
      assertTrue(chosen.json().path("confirmed").asBoolean(), "the address is the same");
      assertEquals("failed", chosen.json().path("choice").asText());
      assertEquals(204, bob.send("DELETE", "/mail", "").status());
      assertTrue(bob.get("/mail").json().path("address").isNull());
      assertEquals(429, put(bob, "bob@example.org", "all").status(), "codes are counted on");
    } finally {
      server.stop();
    }
  }

  @Test
  void fiveWrongTriesEndACode() throws Exception {
    GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    server.start();
    try (TestPortal portal =
        TestPortal.start(
            folder.resolve("data"),
            "mail.host: 127.0.0.1",
            "mail.port: " + server.getSmtp().getPort(),
            "mail.security: none",
            "mail.from: grid@example.org")) {
      TestPortal.Browser ada = portal.administrator();
      put(ada, "ada@example.org", "all");
      Matcher code = CODE.matcher(String.valueOf(server.getReceivedMessages()[0].getContent()));
      assertTrue(code.find());
      for (int i = 0; i < 5; i++) {
        assertEquals(400, confirm(ada, "wrong").status());
      }
      assertEquals(409, confirm(ada, code.group(1)).status());
      assertFalse(ada.get("/mail").json().path("confirmed").asBoolean());
    } finally {
      server.stop();
    }
  }

  @Test
  void withoutAMailServerThePageIsToldSoAndNothingIsTaken() throws Exception {
    try (TestPortal portal = TestPortal.start(folder.resolve("data"))) {
      TestPortal.Browser ada = portal.administrator();
      assertFalse(ada.get("/mail").json().path("available").asBoolean());
      TestPortal.Answer refused = put(ada, "ada@example.org", "all");
      assertEquals(409, refused.status());
      assertTrue(refused.body().contains("mail.host"), refused.body());
    }
  }

  private static TestPortal.Answer put(TestPortal.Browser who, String address, String choice) {
    return who.send(
        "PUT", "/mail", "{\"address\":\"%s\",\"choice\":\"%s\"}".formatted(address, choice));
  }

  private static TestPortal.Answer confirm(TestPortal.Browser who, String code) {
    return who.send("POST", "/mail/confirm", "{\"code\":\"%s\"}".formatted(code));
  }
}
