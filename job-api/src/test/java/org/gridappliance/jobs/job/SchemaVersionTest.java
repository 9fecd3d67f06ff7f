package org.gridappliance.jobs.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchemaVersionTest {
  @Test
  void theVersionThatSkipsFlywayIsTheNewestFile() throws Exception {
    Path folder =
        Path.of(Objects.requireNonNull(Database.class.getResource("/db/jobs/V1__jobs.sql")).toURI())
            .resolveSibling(".");
    assertEquals(Database.SCHEMA_VERSION, Integer.toString(newest(folder)));
  }

  private static int newest(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
          .max()
          .orElseThrow();
    }
  }
}
