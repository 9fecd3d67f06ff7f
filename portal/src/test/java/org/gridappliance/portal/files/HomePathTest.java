package org.gridappliance.portal.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.gridappliance.jobs.http.Problem;
import org.junit.jupiter.api.Test;

/** Names read from an address. */
class HomePathTest {
  @Test
  void stepsAreDecodedOnce() {
    assertEquals(List.of("a b", "%2e"), HomePath.parse("/a%20b/%252e").names());
    assertEquals(List.of(), HomePath.parse("/").names());
    assertEquals(List.of("x"), HomePath.parse("/x/").names());
  }

  @FuzzTest(maxDuration = "5s")
  void whatIsReadHasOnlyRealNames(byte[] raw) {
    try {
      HomePath path = HomePath.parse(new String(raw, StandardCharsets.ISO_8859_1));
      for (String name : path.names()) {
        assertTrue(!name.isEmpty() && !name.equals(".") && !name.equals(".."), name);
        assertTrue(name.indexOf('/') < 0 && name.indexOf(0) < 0, name);
        assertTrue(name.getBytes(StandardCharsets.UTF_8).length <= 255, name);
      }
    } catch (Problem refused) {
      assertEquals(400, refused.status());
    }
  }
}
