package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person's webhooks over the API, whose answers are held against the contract. */
class WebhookOperationsTest {
  @TempDir Path folder;

  @Test
  void aWebhookIsMadeTestedSwitchedOffAndDeletedByItsOwnerAlone() throws Exception {
    try (TestPortal portal =
        TestPortal.start(folder.resolve("data"), "webhooks.networks: [127.0.0.1/32]")) {
      TestPortal.Browser ada = portal.administrator();
      TestPortal.Browser bob = portal.scientist(ada, "bob");
      String url = portal.server.address() + "/nobody?key=receivers-own"; // the portal itself: 405
      TestPortal.Answer made = bob.send("POST", "/webhooks", "{\"url\":\"" + url + "\"}");
      assertEquals(201, made.status(), made.body());
      String secret = made.json().path("secret").asText();
      assertTrue(secret.startsWith("whsec_"), secret);
      String path = "/webhooks/" + made.json().path("id").asLong();
      assertFalse(bob.get("/webhooks").body().contains(secret));
      assertEquals(5, bob.get("/webhooks").json().at("/webhooks/0/kinds").size());

      TestPortal.Answer test = bob.send("POST", path + "/test", "");
      assertEquals(200, test.status(), test.body());
      assertTrue(test.json().path("problem").asText().startsWith("answered 40"), test.body());
      assertEquals("test", bob.get(path + "/deliveries").json().at("/deliveries/0/type").asText());

      assertTrue(bob.get("/webhooks").json().at("/webhooks/0/oldSecretUntil").isNull());
      TestPortal.Answer changed = bob.send("POST", path + "/secret", "");
      assertEquals(200, changed.status(), changed.body());
      String next = changed.json().path("secret").asText();
      assertTrue(next.startsWith("whsec_") && !next.equals(secret), next);
      TestPortal.Answer listed = bob.get("/webhooks");
      assertEquals(
          changed.json().path("oldUntil").asText(),
          listed.json().at("/webhooks/0/oldSecretUntil").asText());
      assertFalse(listed.body().contains("whsec_"), listed.body());
      assertEquals(404, ada.send("POST", path + "/secret", "").status());

      assertEquals(404, ada.get(path + "/deliveries").status());
      assertEquals(404, ada.send("DELETE", path, "").status());
      assertEquals(0, ada.get("/webhooks").json().path("webhooks").size());

      TestPortal.Answer off = bob.send("PATCH", path, "{\"enabled\":false}");
      assertTrue(off.json().path("offAt").isTextual(), off.body());
      assertTrue(bob.send("PATCH", path, "{\"enabled\":true}").json().path("offAt").isNull());
      String audit = ada.get("/audit").body();
      assertTrue(audit.contains("webhook.created"), audit);
      assertTrue(audit.contains("webhook.secret-changed"), audit);
      assertFalse(audit.contains("receivers-own") || audit.contains("whsec_"), audit);
      assertEquals(204, bob.send("DELETE", path, "").status());

      TestPortal.Answer inside =
          bob.send("POST", "/webhooks", "{\"url\":\"https://169.254.169.254/latest\"}");
      assertEquals(400, inside.status());
      assertEquals("url", inside.json().at("/errors/0/field").asText());
      assertTrue(inside.body().contains("webhooks.networks"), inside.body());
      for (int i = 0; i < 10; i++) {
        assertEquals(201, bob.send("POST", "/webhooks", "{\"url\":\"" + url + "\"}").status());
      }
      assertEquals(409, bob.send("POST", "/webhooks", "{\"url\":\"" + url + "\"}").status());
    }
  }
}
