package org.gridappliance.portal.owner;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.sql.DataSource;

/** A consistent copy of H2's file while the database is in use ({@code BACKUP TO}, a zip). */
final class Snapshot {
  private Snapshot() {}

  /** {@return the copy, a file in {@code scratch} that only its owner can read} */
  static Path take(DataSource db, Path scratch) throws SQLException, IOException {
    Path zip = Files.createTempFile(scratch, "snapshot-", ".zip"); // mode 0600
    Path copy = Files.createTempFile(scratch, "snapshot-", ".mv.db");
    boolean whole = false;
    try {
      try (Connection connection = db.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("backup to '" + zip.toString().replace("'", "''") + "'");
      }
      try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
        unpack(in, copy);
      }
      whole = true;
      return copy;
    } finally {
      Files.deleteIfExists(zip);
      if (!whole) {
        Files.deleteIfExists(copy);
      }
    }
  }

  private static void unpack(ZipInputStream in, Path copy) throws IOException {
    ZipEntry entry = in.getNextEntry();
    while (entry != null) {
      if (entry.getName().endsWith(".mv.db")) {
        write(in, copy);
        return;
      }
      entry = in.getNextEntry();
    }
    throw new IOException("H2 wrote no database into its backup");
  }

  private static void write(InputStream in, Path copy) throws IOException {
    try (var out = Files.newOutputStream(copy)) {
      in.transferTo(out);
    }
  }
}
