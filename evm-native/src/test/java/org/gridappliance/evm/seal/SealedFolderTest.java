package org.gridappliance.evm.seal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sealing and opening in Java; SealedRunTest has the C side read and write the same files. */
class SealedFolderTest {
  private static final String SECRET = "MVLSPADKTNVKAAWGKVGAHAGEYGAEALERMFLSFPTTKTYF";

  @TempDir Path temp;
  private final SealKey key = SealKey.random();
  private Path source;
  private Path sealed;

  @BeforeEach
  void makeSource() throws IOException {
    source = Files.createDirectory(temp.resolve("source"));
    sealed = temp.resolve("sealed");
    Files.writeString(source.resolve("secret-name"), SECRET.repeat(1000));
    Path folder = Files.createDirectories(source.resolve("a folder/größe"));
    byte[] holed = new byte[50_001];
    holed[20_000] = 1;
    Files.write(folder.resolve("holed"), holed);
    Files.write(folder.resolve("zeros"), new byte[9000]);
    Files.createFile(folder.resolve("empty"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("a folder/größe/holed"));
    Files.setPosixFilePermissions(
        source.resolve("secret-name"), PosixFilePermissions.fromString("rwxr-----"));
    Files.setLastModifiedTime(
        source.resolve("secret-name"), FileTime.from(Instant.parse("2001-02-03T04:05:06.789Z")));
    SealedFolder.seal(source, sealed, key);
  }

  private SealedFolder open() throws IOException {
    return SealedFolder.open(sealed, key, SealedFolder.FIRST_GENERATION);
  }

  @Test
  void everythingComesBack() throws Exception {
    Path target = temp.resolve("target");
    open().extract(target);
    try (Stream<Path> all = Files.walk(source)) {
      for (Path path : all.filter(p -> !p.equals(source)).toList()) {
        Path copy = target.resolve(source.relativize(path).toString());
        if (Files.isSymbolicLink(path)) {
          assertEquals(Files.readSymbolicLink(path), Files.readSymbolicLink(copy));
        } else if (Files.isRegularFile(path)) {
          assertArrayEquals(Files.readAllBytes(path), Files.readAllBytes(copy), path.toString());
        }
        assertEquals(
            Files.getAttribute(path, "unix:mode", java.nio.file.LinkOption.NOFOLLOW_LINKS),
            Files.getAttribute(copy, "unix:mode", java.nio.file.LinkOption.NOFOLLOW_LINKS));
      }
    }
    assertEquals(
        Files.getLastModifiedTime(source.resolve("secret-name")),
        Files.getLastModifiedTime(target.resolve("secret-name")));
    assertEquals(
        Map.of(
            "secret-name",
            (long) SECRET.length() * 1000,
            "a folder/größe/holed",
            50_001L,
            "a folder/größe/zeros",
            9000L,
            "a folder/größe/empty",
            0L),
        open().files());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    open().copy("a folder/größe/holed", out);
    assertArrayEquals(
        Files.readAllBytes(source.resolve("a folder/größe/holed")), out.toByteArray());
  }

  @Test
  void neitherContentNorNamesNorSizesLieOpen() throws Exception {
    for (Path file : files()) {
      String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
      assertFalse(bytes.contains(SECRET.substring(0, 20)), file.toString());
      assertFalse(bytes.contains("secret-name"), file.toString());
      assertFalse(file.getFileName().toString().contains("secret"), file.toString());
      assertTrue(
          file.endsWith("index") || Files.size(file) % SealCipher.STRIDE == 0, file.toString());
    }
  }

  @Test
  void anotherKeyOpensNothing() {
    assertThrows(SealException.class, () -> SealedFolder.open(sealed, SealKey.random(), 1).files());
  }

  @Test
  void anotherGenerationIsRefused() {
    SealException refused =
        assertThrows(SealException.class, () -> SealedFolder.open(sealed, key, 2).files());
    assertTrue(String.valueOf(refused.getMessage()).contains("generation 1: want 2"));
  }

  @Test
  void aFullFolderIsNotSealedInto() {
    assertThrows(IOException.class, () -> SealedFolder.seal(source, sealed, key));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(sealed)) {
      return all.sorted().toList();
    }
  }

  private void refused(String why) {
    SealException thrown =
        assertThrows(
            SealException.class, () -> open().extract(temp.resolve("x" + System.nanoTime())), why);
    assertFalse(String.valueOf(thrown.getMessage()).isEmpty());
  }

  @Test
  void everyChangedByteIsSeen() throws Exception {
    Random random = new Random(1);
    for (Path file : files()) {
      byte[] good = Files.readAllBytes(file);
      // what lies in a hole is never read: only the last block's bytes matter in every file
      int from = file.endsWith("index") ? 0 : good.length - SealCipher.STRIDE;
      for (int round = 0; round < 40; round++) {
        byte[] bad = good.clone();
        int at = round == 0 ? from : from + random.nextInt(good.length - from);
        bad[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bad);
        refused(file.getFileName() + " with one bit changed");
      }
      Files.write(file, Arrays.copyOf(good, good.length - 1));
      refused(file.getFileName() + " cut by a byte");
      Files.delete(file);
      refused(file.getFileName() + " missing");
      Files.write(file, good);
    }
    open().extract(temp.resolve("good"));
  }

  @Test
  void swappedBlocksAreSeen() throws Exception {
    Path file = files().stream().filter(f -> size(f) > 8 * SealCipher.STRIDE).findFirst().get();
    byte[] bytes = Files.readAllBytes(file);
    byte[] swapped = bytes.clone();
    System.arraycopy(bytes, 0, swapped, SealCipher.STRIDE, SealCipher.STRIDE);
    System.arraycopy(bytes, SealCipher.STRIDE, swapped, 0, SealCipher.STRIDE);
    Files.write(file, swapped);
    SealException seen =
        assertThrows(SealException.class, () -> open().extract(temp.resolve("target")));
    assertEquals("scratch was altered: secret-name block 0", seen.getMessage());
  }

  private static long size(Path file) {
    return file.endsWith("index") ? 0 : file.toFile().length();
  }

  @Test
  void aKeyShowsItselfOnlyWhenAsked() {
    assertEquals("SealKey", key.toString());
    assertEquals(key, SealKey.ofHex(key.hex()));
    assertThrows(IllegalArgumentException.class, () -> SealKey.ofHex("12"));
  }

  /**
   * What a broken or hostile index may hold once it is opened: refused, never another exception.
   */
  @Test
  void changedIndexesAreReadOrRefused() throws Exception {
    byte[] body =
        SealedFolder.openIndex(Files.readAllBytes(sealed.resolve("index")), key, 1).clone();
    assertArrayEquals(body, SealedIndex.parse(body).encode());
    int rounds = Boolean.getBoolean("soak") ? 1_000_000 : 20_000;
    Random random = new Random(2);
    for (int round = 0; round < rounds; round++) {
      byte[] bad = body.clone();
      for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
        bad[random.nextInt(bad.length)] = (byte) (random.nextBoolean() ? random.nextInt() : 0xff);
      }
      parseOrRefuse(random.nextInt(4) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad);
    }
  }

  @FuzzTest(maxDuration = "30s")
  void anyBytesAreReadOrRefused(byte[] bytes) {
    parseOrRefuse(bytes);
    try {
      SealedFolder.openIndex(bytes, SealKey.ofHex("00".repeat(32)), 1);
    } catch (SealException e) {
      assertFalse(String.valueOf(e.getMessage()).isEmpty());
    }
  }

  private static void parseOrRefuse(byte[] bytes) {
    try {
      assertFalse(SealedIndex.parse(bytes).inodes().isEmpty());
    } catch (SealException e) {
      assertFalse(String.valueOf(e.getMessage()).isEmpty());
    }
  }
}
