package org.gridappliance.portal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the owner of the data folder may ask of a running portal. */
class OwnerDoorTest {
  @TempDir Path folder;

  private static String ask(Path data, String word) throws Exception {
    try (SocketChannel channel =
        SocketChannel.open(UnixDomainSocketAddress.of(data.resolve("run/owner.sock")))) {
      channel.write(StandardCharsets.UTF_8.encode(word + "\n"));
      return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
    }
  }

  @Test
  void aFreshLinkMakesOneMoreAdministratorOnce() throws Exception {
    try (TestPortal portal = TestPortal.start(folder.resolve("data"))) {
      portal.administrator();
      String link = ask(portal.data, "admin-link");
      assertTrue(link.startsWith("ok " + portal.server.address() + "/setup#"), link);
      String secret = link.substring(link.indexOf('#') + 1);
      String body = "{\"secret\":\"%s\",\"name\":\"%s\",\"password\":\"12345678\"}";
      TestPortal.Browser eve = portal.browser();
      assertEquals(201, eve.send("POST", "/setup", body.formatted(secret, "eve")).status());
      assertEquals(200, eve.get("/users").status());
      assertEquals(
          403, portal.browser().send("POST", "/setup", body.formatted(secret, "zoe")).status());
      assertFalse(ask(portal.data, "anything").startsWith("ok"));
    }
  }

  @Test
  void aSnapshotOfARunningPortalStartsAsAnother() throws Exception {
    Path other = folder.resolve("other");
    try (TestPortal portal = TestPortal.start(folder.resolve("data"))) {
      TestPortal.Browser ada = portal.administrator();
      portal.scientist(ada, "bob");
      Path copy = Path.of(ask(portal.data, "snapshot").substring(3));
      Files.createDirectories(other.resolve("db"));
      Files.move(copy, other.resolve("db/appliance.mv.db"), StandardCopyOption.ATOMIC_MOVE);
    }
    try (TestPortal restored = TestPortal.start(other)) {
      assertEquals(200, restored.browser().login("bob", TestPortal.PASSWORD).status());
    }
  }
}
