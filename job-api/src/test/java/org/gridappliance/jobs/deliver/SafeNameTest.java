package org.gridappliance.jobs.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeNameTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          first search          | first search
          ../../etc/passwd      | _.._etc_passwd
          ..                    | _
          a\\b:c*d?             | a_b_c_d_
          ' . trailing dots...' | trailing dots
          -rf                   | -rf
          ''                    | _
          🧬 gène               | 🧬 gène
          """)
  void namesAreMadeSafe(String given, String safe) {
    assertEquals(safe, SafeName.of(given, 255));
  }

  @Test
  void controlsAndMarksThatTurnTextAreReplaced() {
    assertEquals("a_b_c_d", SafeName.of("a\0b\nc\u202Ed", 255));
    assertEquals("x__y", SafeName.of("x\u2028\uFEFFy", 255));
  }

  @Test
  void decomposedTextIsStoredComposed() {
    assertEquals("\u00e9t\u00e9", SafeName.of("e\u0301te\u0301", 255));
  }

  @Test
  void anyTextBecomesANameThatEveryFileSystemTakes() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      int most = 1 + random.nextInt(255);
      String text =
          random
              .ints(random.nextInt(300), 0, random.nextBoolean() ? 0x80 : 0x10FFFF)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      String name = SafeName.of(text, most);
      String where = "seed " + seed + " round " + round;
      assertFalse(name.isEmpty() || name.equals(".") || name.equals(".."), where);
      assertTrue(name.getBytes(StandardCharsets.UTF_8).length <= Math.max(1, most), where);
      assertTrue(name.chars().noneMatch(c -> c < 32 || c == 127 || c == '/' || c == '\\'), where);
      assertTrue(Normalizer.isNormalized(name, Normalizer.Form.NFC), where);
      assertEquals(name, SafeName.of(name, most), where);
    }
  }
}
