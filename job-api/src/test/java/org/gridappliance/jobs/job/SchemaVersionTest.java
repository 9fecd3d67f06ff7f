package org.gridappliance.jobs.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchemaVersionTest {
  @Test
  void theNumbersThatSkipFlywayAreThoseOfAllFiles() throws Exception {
    Path folder =
        Path.of(Objects.requireNonNull(Database.class.getResource("/db/jobs/V1__jobs.sql")).toURI())
            .resolveSibling(".");
    try (Stream<Path> files = Files.list(folder)) {
      String all =
          files
              .map(file -> file.getFileName().toString())
              .map(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
              .sorted()
              .map(String::valueOf)
              .collect(Collectors.joining(" "));
      assertEquals(all, Database.MIGRATIONS);
    }
  }
}
