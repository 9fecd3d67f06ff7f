package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

/** {@code ./appliance backup} and {@code restore}. */
class BackupTest {
  private static final String PASSWORD = "correct horse battery";

  @Test
  void whatWasSavedWhileRunningComesBackElsewhereAndOverALaterState() throws Exception {
    try (Script script = new Script().with("APPLIANCE_ADMIN", "ada:" + PASSWORD);
        Script elsewhere = new Script()) {
      Script.Up up = script.up().ready();
      Path file = script.folder().resolve("saved.tar.gz");
      String data = script.data().toString();
      Script.Ended backup = script.run("backup", file.toString(), "--data", data);
      assertEquals(0, backup.status(), backup.text());
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      assertEquals(200, Http.health(up.address()));

      Script.Ended restore =
          elsewhere.run("restore", file.toString(), "--data", elsewhere.data().toString());
      assertEquals(0, restore.status(), restore.text());
      Script.Up there = elsewhere.up().ready();
      assertTrue(there.link().isEmpty(), "the restored portal knows no administrator");
      assertTrue(Http.passwordWorks(there.address(), "ada", PASSWORD));

      assertNotEquals(0, script.run("restore", file.toString(), "--data", data).status());
      up.interrupt();
      Script.Ended refused = script.run("restore", file.toString(), "--data", data);
      assertNotEquals(0, refused.status());
      assertTrue(refused.text().contains("--force"), refused.text());
      Script.Ended forced = script.run("restore", file.toString(), "--force", "--data", data);
      assertEquals(0, forced.status(), forced.text());
      assertTrue(Http.passwordWorks(script.up().ready().address(), "ada", PASSWORD));
    }
  }

  @Test
  void aDamagedBackupIsRefusedAndNothingIsChanged() throws Exception {
    try (Script script = new Script().with("APPLIANCE_ADMIN", "ada:" + PASSWORD)) {
      script.up().ready().interrupt();
      Path file = script.folder().resolve("saved.tar.gz");
      String data = script.data().toString();
      assertEquals(0, script.run("backup", file.toString(), "--data", data).status());
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length / 2] ^= 0x20;
      Files.write(file, bytes);
      Script.Ended ended = script.run("restore", file.toString(), "--force", "--data", data);
      assertNotEquals(0, ended.status());
      assertTrue(ended.text().contains("nothing was changed"), ended.text());
      assertFalse(Files.exists(script.data().resolve("restore-new")));
      assertTrue(Http.passwordWorks(script.up().ready().address(), "ada", PASSWORD));
    }
  }
}
