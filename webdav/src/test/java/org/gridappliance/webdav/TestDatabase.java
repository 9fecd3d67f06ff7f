package org.gridappliance.webdav;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import org.gridappliance.webdav.commit.Commits;

/** A real H2 database in a folder, or in memory. */
public final class TestDatabase {
  private TestDatabase() {}

  /** A pool as the portal's; commits reach the disk. */
  public static HikariDataSource onDisk(Path folder) {
    return pool("jdbc:h2:file:" + folder.resolve("t") + ";WRITE_DELAY=0");
  }

  /** A pool over a database that ends with it. */
  public static HikariDataSource inMemory() {
    return pool("jdbc:h2:mem:" + java.util.UUID.randomUUID());
  }

  private static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(4);
    return new HikariDataSource(config);
  }

  /** The schema, in memory. */
  public static Commits schema(HikariDataSource source) {
    return new Commits(WebDavDatabase.open(source));
  }
}
