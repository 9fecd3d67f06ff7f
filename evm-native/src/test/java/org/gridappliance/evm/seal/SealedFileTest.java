package org.gridappliance.evm.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files without a name, and folders made of streams. */
class SealedFileTest {
  private static final Random RANDOM = new Random(7);

  @TempDir Path temp;

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  @Test
  void whateverWasAppendedIsReadBackInAnyPieces() throws Exception {
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    try (SealedFile file = new SealedFile(temp, "x")) {
      for (int length : List.of(0, 1, 4095, 1, 4096, 5000, 3, 100_000, 8191)) {
        byte[] piece = bytes(length + 2);
        file.append(piece, 1, length);
        model.write(piece, 1, length);
        byte[] all = model.toByteArray();
        assertEquals(all.length, file.size());
        assertArrayEquals(all, file.stream().readAllBytes());
        int from = all.length / 3;
        int until = Math.min(all.length, from + 9000);
        assertArrayEquals(Arrays.copyOfRange(all, from, until), file.read(from, until - from));
        assertArrayEquals(
            Arrays.copyOfRange(all, from, until), file.stream(from, until - from).readAllBytes());
      }
      assertEquals(0, file.read(model.size(), 10).length);
    }
  }

  @Test
  void itHasNoNameOnTheDisk() throws Exception {
    try (SealedFile file = new SealedFile(temp, "x")) {
      file.append(bytes(10_000), 0, 10_000);
      try (Stream<Path> left = Files.list(temp)) {
        assertEquals(0, left.count());
      }
    }
  }

  @Test
  void aClosedOneIsGone() throws Exception {
    SealedFile file = new SealedFile(temp, "x");
    file.append(bytes(10), 0, 10);
    file.close();
    assertThrows(IOException.class, () -> file.read(0, 1));
    assertThrows(IOException.class, () -> file.append(bytes(1), 0, 1));
  }

  @Test
  void aFolderOfStreamsOpensLikeAnyOther() throws Exception {
    SealKey key = SealKey.random();
    Path folder = temp.resolve("sealed");
    byte[] large = bytes(50_001);
    byte[] small = "größe\n".getBytes(StandardCharsets.UTF_8);
    SealedInputs inputs = new SealedInputs(folder, key);
    inputs.add("a/b/large", new ByteArrayInputStream(large));
    inputs.add("a/größe", new ByteArrayInputStream(small));
    inputs.add("empty", new ByteArrayInputStream(new byte[0]));
    inputs.finish();
    SealedFolder sealed = SealedFolder.open(folder, key, SealedFolder.FIRST_GENERATION);
    assertEquals(Map.of("a/b/large", 50_001L, "a/größe", 7L + 1, "empty", 0L), sealed.files());
    assertEquals(Set.of(), sealed.others());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    sealed.copy("a/b/large", out);
    assertArrayEquals(large, out.toByteArray());
    key.forget();
    assertThrows(SealException.class, () -> SealedFolder.open(folder, key, 1));
  }
}
