package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The page reads the same cases: frontend/src/lib/units.test.ts. */
class UnitsTest {
  private static JsonNode cases() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(UnitsTest.class.getResourceAsStream("/units-cases.json"))) {
      return new ObjectMapper().readTree(in);
    }
  }

  @Test
  void textsMeanWhatExactFractionsSay() throws Exception {
    for (JsonNode one : cases().path("good")) {
      double read = Units.read(one.get(0).asText(), one.get(1).asText()).doubleValue();
      assertEquals(one.get(2).asDouble(), read, one + " was read as " + read);
    }
  }

  @Test
  void whatDoesNotFitIsRefused() throws Exception {
    for (JsonNode one : cases().path("bad")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> Units.read(one.get(0).asText(), one.get(1).asText()),
          one::toString);
    }
  }

  @Test
  void thereAndBackIsTheSame() {
    Random random = new Random(9);
    List<List<String>> kinds =
        List.of(
            List.of("m", "nm", "Å", "in", "km"),
            List.of("K", "°C", "degF"),
            List.of("J", "eV", "kcal", "Wh"),
            List.of("Pa", "bar", "mmHg", "atm"),
            List.of("kJ/mol", "kcal/mol", "eV/mol"));
    for (int i = 0; i < 2000; i++) {
      List<String> kind = kinds.get(random.nextInt(kinds.size()));
      String from = kind.get(random.nextInt(kind.size()));
      String to = kind.get(random.nextInt(kind.size()));
      BigDecimal value = BigDecimal.valueOf(random.nextInt(2_000_000) - 1_000_000, 3);
      BigDecimal there = Units.read(value + " " + from, to);
      double back = Units.read(there + " " + to, from).doubleValue();
      double tolerance = 1e-9 * Math.max(500, Math.abs(value.doubleValue()));
      assertEquals(value.doubleValue(), back, tolerance, value + " " + from + " in " + to);
    }
  }

  @Test
  void theMessageNamesUnitAndField() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Units.read("5 kg", "nm"));
    assertEquals("kg cannot be converted to nm", e.getMessage());
  }
}
