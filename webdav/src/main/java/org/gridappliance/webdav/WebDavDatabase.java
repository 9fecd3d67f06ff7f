package org.gridappliance.webdav;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;

/** The schema {@code webdav} of the appliance's database, brought up to date. */
final class WebDavDatabase {
  private WebDavDatabase() {}

  /**
   * {@return the database, ready}
   *
   * @param source its commits must reach the disk (H2: {@code WRITE_DELAY=0})
   * @throws IllegalStateException when it cannot be opened or was made by a newer program
   */
  static Jdbi open(DataSource source) {
    try {
      Flyway.configure(WebDavDatabase.class.getClassLoader())
          .dataSource(source)
          .schemas("WEBDAV")
          .locations("classpath:db/webdav")
          .load()
          .migrate();
    } catch (RuntimeException e) { // Flyway's and the driver's, whatever they are
      throw new IllegalStateException("the schema webdav cannot be opened: " + e.getMessage(), e);
    }
    return Jdbi.create(source);
  }
}
