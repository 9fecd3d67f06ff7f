package org.gridappliance.portal.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.gridappliance.portal.agent.AgentClient;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.portal.store.Database;
import org.gridappliance.webdav.Guard;
import org.gridappliance.webdav.HomeStorage;
import org.gridappliance.webdav.Storage;
import org.gridappliance.webdav.Writing;
import org.gridappliance.webdav.history.Retention;
import org.gridappliance.webdav.tree.TreePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The homes of all people, on a real database. */
class HomesTest {
  @TempDir Path dir;

  private static Homes open(DataFolder data, Database database, InstantSource clock) {
    Storage.Options options =
        new Storage.Options(true, Long.MAX_VALUE, new Retention(30, 3, 50), () -> Long.MAX_VALUE);
    return new Homes(
        data,
        new Storage(options, database.source(), clock),
        Long.MAX_VALUE,
        new Walls(
            new AgentClient(data.resolve("run/agent.sock")), Runnable::run, Long.MAX_VALUE, 0));
  }

  private static long kept(DataFolder data, String account) throws IOException {
    try (var things = Files.list(data.path().resolve("users").resolve(account).resolve("kept"))) {
      return things.count();
    }
  }

  @Test
  void trashOfHomesThatNobodyUsesGoesWhenItsTimeIsOver() throws Exception {
    Instant then = Instant.parse("2026-01-01T00:00:00Z");
    try (DataFolder data = DataFolder.open(dir);
        Database database = Database.open(data)) {
      Homes homes = open(data, database, () -> then);
      for (String account : List.of("ann", "bob")) {
        try (HomeStorage home = homes.open(account)) {
          TreePath path = TreePath.parse("/old.txt");
          try (Writing writing = home.put(path, 3, Guard.NONE)) {
            writing.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            var _ = writing.finish();
          }
          home.delete(path, Guard.NONE);
        }
      }
      Files.createDirectories(dir.resolve("users/removed")); // an account without a home
      open(data, database, () -> then.plus(Duration.ofDays(29))).sweep();
      assertEquals(List.of(1L, 1L), List.of(kept(data, "ann"), kept(data, "bob")));
      open(data, database, () -> then.plus(Duration.ofDays(31))).sweep();
      assertEquals(List.of(0L, 0L), List.of(kept(data, "ann"), kept(data, "bob")));
    }
  }
}
