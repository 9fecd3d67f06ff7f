package org.gridappliance.ca.signer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.ca.CaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainLogTest {
  @TempDir private Path folder;

  private Path written(int lines) throws Exception {
    Path file = folder.resolve("log");
    try (ChainLog log = ChainLog.open(file)) {
      for (int i = 0; i < lines; i++) {
        log.append(new ObjectMapper().createObjectNode().put("kind", "test").put("i", i));
      }
    }
    return file;
  }

  @Test
  void linesComeBackInOrder() throws Exception {
    try (ChainLog log = ChainLog.open(written(3))) {
      assertEquals(3, log.entries().size());
      assertEquals(2, log.after(2, 10).getFirst().json().path("i").asInt());
    }
  }

  @Test
  void everyChangedByteIsFound() throws Exception {
    Path file = written(3);
    byte[] good = Files.readAllBytes(file);
    for (int i = 0; i < good.length - 1; i++) { // the last is the end of the last line
      byte[] bad = good.clone();
      bad[i] ^= 1;
      Files.write(file, bad);
      assertThrows(CaException.class, () -> ChainLog.open(file).close(), "byte " + i);
    }
  }

  @Test
  void aRemovedLineAndTwoInAnotherOrderAreFound() throws Exception {
    Path file = written(4);
    List<String> lines = Files.readAllLines(file);
    List<String> less = new ArrayList<>(lines);
    less.remove(1);
    Files.write(file, less);
    CaException found = assertThrows(CaException.class, () -> ChainLog.open(file).close());
    assertEquals(CaException.Kind.BROKEN, found.kind());
    assertTrue(String.valueOf(found.getMessage()).startsWith("line 2 of "), found.getMessage());
    Files.write(file, lines.reversed());
    assertThrows(CaException.class, () -> ChainLog.open(file).close());
  }

  @Test
  void anUnfinishedLastLineIsCutOffAndTheLogGoesOn() throws Exception {
    Path file = written(2);
    Files.write(file, "abc".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
    try (ChainLog log = ChainLog.open(file)) {
      assertEquals(2, log.entries().size());
      log.append(new ObjectMapper().createObjectNode().put("kind", "next"));
    }
    try (ChainLog log = ChainLog.open(file)) {
      assertEquals(3, log.entries().size());
    }
  }
}
