package org.gridappliance.jobs.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Stream;
import org.gridappliance.jobs.app.Split;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SplitterTest {
  private static final Split FASTA = new Split("s", Split.By.FASTA, "sequences", 10);
  private static final Split LINES = new Split("s", Split.By.LINES, "lines", 10);
  @TempDir Path folder;

  private SplitFile split(String text, Split split, int chunks) throws CannotSplit, IOException {
    return Splitter.split(file(text), split, OptionalInt.of(chunks), 2);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("source"), text, StandardCharsets.UTF_8);
  }

  @Test
  void recordsAreNeverCutApart() throws Exception {
    String text = ">a one\nMK\nV\n>b\nM>K\n>c\n\nMM";
    SplitFile file = split(text, FASTA, 3);
    assertEquals(3, file.records());
    assertEquals(
        List.of(">a one\nMK\nV\n", ">b\nM>K\n", ">c\n\nMM"),
        file.chunks().stream().map(c -> cutOut(text, c)).toList());
    assertEquals(
        List.of("sequences 1", "sequences 2", "sequences 3"),
        file.chunks().stream().map(Chunk::label).toList());
    assertEquals("sequences 1–3", split(text, FASTA, 1).chunks().getFirst().label());
  }

  private static String cutOut(String text, Chunk chunk) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int from = (int) chunk.offset();
    return new String(
        Arrays.copyOfRange(bytes, from, from + (int) chunk.bytes()), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"5, 4, 1", "100, 4, 10", "1000, 4, 16", "1000, 0, 1", "1000, 1, 4"})
  void theNumberOfChunksIsChosenFromRecordsAndSlots(int records, int slots, int chunks)
      throws Exception {
    Path source = file(">x\nMKV\n".repeat(records));
    assertEquals(chunks, Splitter.split(source, FASTA, OptionalInt.empty(), slots).chunks().size());
  }

  @Test
  void noChunkIsEmptyEvenWhenOneRecordIsHuge() throws Exception {
    String huge = ">huge\n" + "M".repeat(500_000) + "\n";
    String text = ">a\nM\n" + huge + ">b\nM\n>c\nM\n";
    SplitFile file = split(text, FASTA, 4);
    assertEquals(List.of(5L, 500_007L, 5L, 5L), file.chunks().stream().map(Chunk::bytes).toList());
    assertEquals(4, split(text, FASTA, 1000).chunks().size());
  }

  static List<Arguments> notFasta() {
    return List.of(
        arguments("", "holds no sequences; choose a file with at least one"),
        arguments("\n\r\n", "holds no sequences; choose a file with at least one"),
        arguments("MKV\n", "is not FASTA: line 1 begins with \"M\", want \">\" and a name"),
        arguments(
            "\n\n ;x\n", "is not FASTA: line 3 begins with the byte 0x20, want \">\" and a name"),
        arguments("\0", "is not FASTA: line 1 begins with the byte 0x00, want \">\" and a name"),
        arguments(">a\nM\0K", "is not text: line 2 holds the byte 0x00"),
        arguments(">a\n\7", "is not text: line 2 holds the byte 0x07"),
        arguments("\u001f\u008b", "is compressed with gzip; decompress it first"));
  }

  @ParameterizedTest
  @MethodSource("notFasta")
  void aFileThatIsNotFastaIsRefusedWithItsLine(String text, String message) {
    CannotSplit e = assertThrows(CannotSplit.class, () -> split(text, FASTA, 2));
    assertEquals(message, e.getMessage());
  }

  /** Against a model that holds the whole file: same records, same hashes, no byte lost. */
  @Test
  void chunksAreTheFileAndRespectRecords() throws Exception {
    long seed = 31;
    Random random = new Random(seed);
    int rounds = Boolean.getBoolean("soak") ? 20_000 : 400;
    for (int round = 0; round < rounds; round++) {
      boolean fasta = random.nextBoolean();
      List<byte[]> records = fasta ? fasta(random) : lines(random);
      ByteArrayOutputStream whole = new ByteArrayOutputStream();
      records.forEach(whole::writeBytes);
      Path source = Files.write(folder.resolve("random"), whole.toByteArray());
      int wanted = 1 + random.nextInt(random.nextInt(20) == 0 ? 100_000 : 60);
      String where = "seed " + seed + " round " + round + " chunks " + wanted;
      SplitFile file = Splitter.split(source, fasta ? FASTA : LINES, OptionalInt.of(wanted), 3);
      assertEquals(records.size(), file.records(), where);
      assertEquals(Math.min(wanted, records.size()), file.chunks().size(), where);
      List<Long> starts = starts(records);
      long at = 0;
      for (Chunk chunk : file.chunks()) {
        assertEquals(at, chunk.offset(), where);
        assertTrue(chunk.bytes() > 0 && starts.contains(at), where + " at " + at);
        byte[] bytes =
            Arrays.copyOfRange(whole.toByteArray(), (int) at, (int) (at + chunk.bytes()));
        assertEquals(sha256(bytes), chunk.sha256(), where);
        at += chunk.bytes();
      }
      assertEquals(whole.size(), at, where);
    }
  }

  private static List<Long> starts(List<byte[]> records) {
    List<Long> starts = new ArrayList<>();
    long at = 0;
    for (byte[] record : records) {
      starts.add(at);
      at += record.length;
    }
    return starts;
  }

  private static List<byte[]> fasta(Random random) {
    int count = 1 + random.nextInt(80);
    List<byte[]> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String end = random.nextBoolean() ? "\n" : "\r\n";
      StringBuilder record = new StringBuilder(i == 0 ? end.repeat(random.nextInt(3)) : "");
      record.append(">r").append(i).append(random.nextBoolean() ? " > é" : "").append(end);
      for (int line = random.nextInt(4); line > 0; line--) {
        int length = random.nextInt(100) == 0 ? 300_000 : random.nextInt(70);
        record.append("M>KV".repeat(length), 0, length).append(end);
      }
      records.add(record.toString().getBytes(StandardCharsets.UTF_8));
    }
    return records;
  }

  private static List<byte[]> lines(Random random) {
    return Stream.generate(() -> "x".repeat(random.nextInt(40)) + "\n")
        .limit(1 + random.nextInt(100))
        .map(line -> line.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
