package org.gridappliance.portal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationsTest {
  @Test
  void theNumbersThatSkipFlywayAreThoseOfAllFiles() throws Exception {
    Path first =
        Path.of(
            Objects.requireNonNull(
                    Database.class.getResource("/db/portal/V1__people_and_audit.sql"))
                .toURI());
    try (Stream<Path> files = Files.list(first.resolveSibling("."))) {
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
