package org.gridappliance.jobs.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.gridappliance.jobs.job.Database;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who used what, from a real database. */
class UsageStoreTest {
  private static final long OCTOBER = Instant.parse("2026-10-31T12:00:00Z").toEpochMilli();
  private static final long NOVEMBER = Instant.parse("2026-11-01T12:00:00Z").toEpochMilli();

  @TempDir Path data;

  @Test
  void coreHoursAndJobsAreCountedInTheirMonth() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + data.resolve("db") + ";WRITE_DELAY=0");
    config.setUsername("sa");
    try (HikariDataSource source = new HikariDataSource(config);
        Database database = Database.open(source)) {
      UseStore uses = new UseStore(database);
      uses.add(OCTOBER, 60, new Load(7200, 0, 0, 0, Map.of("ann", 7200.0)));
      uses.add(NOVEMBER, 60, new Load(3600, 0, 0, 0, Map.of("ann", 1800.0, "bob", 1800.0)));
      database.update(
          handle ->
              handle.execute(
                  "INSERT INTO job (id, owner, name, app, app_title, app_digest, request, facts,"
                      + " combinations, chunks, state, priority, completed, failed, submitted_at)"
                      + " VALUES (1, 'bob', 'j', 'a', 'A', 'd', '{}', '{}', 9, 0, 'Failed', 0, 7,"
                      + " 2, ?)",
                  NOVEMBER));
      assertEquals(
          "[Usage[month=2026-11, person=ann, jobs=0, completed=0, failed=0, coreHours=0.5],"
              + " Usage[month=2026-11, person=bob, jobs=1, completed=7, failed=2, coreHours=0.5],"
              + " Usage[month=2026-10, person=ann, jobs=0, completed=0, failed=0, coreHours=2.0]]",
          new UsageStore(database).months(NOVEMBER, 3).toString());
    }
  }
}
