package org.gridappliance.jobs.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages and searches of texts, against what a program sees that has all of it in memory. */
class TextFilesTest {
  @TempDir Path folder;
  private final TextFiles texts = new TextFiles();
  private int files;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("text-" + files++), bytes);
  }

  private Path file(String text) throws IOException {
    return file(text.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> lines(Path file, long from, int limit, long column) throws IOException {
    return texts.page(file, file.toString(), from, limit, column).lines().stream()
        .map(line -> line.text() + (line.more() ? "…" : ""))
        .toList();
  }

  private record All(long count, List<TextSearch.Place> places, int parts) {}

  private All search(Path file, String words, boolean anyCase) throws IOException {
    long count = 0;
    int parts = 0;
    List<TextSearch.Place> places = new ArrayList<>();
    Optional<TextSearch.Cursor> next = Optional.of(TextSearch.Cursor.START);
    while (next.isPresent()) {
      // as a client sends it
      TextSearch.Cursor from = TextSearch.Cursor.parse(next.get().toString()).orElseThrow();
      TextSearch.Found found =
          texts.search(file, file.toString(), new TextSearch.Wanted(words, anyCase), from, 1000);
      count += found.count();
      places.addAll(found.places());
      next = found.next();
      parts++;
      assertTrue(found.read() <= found.bytes());
    }
    return new All(count, places, parts);
  }

  @Test
  void linesEndWithAndWithoutReturnAndTheLastNeedNone() throws Exception {
    Path file = file("one\r\ntwo\n\nfour");
    assertEquals(List.of("one", "two", "", "four"), lines(file, 0, 10, 0));
    assertEquals(List.of("two", ""), lines(file, 1, 2, 0));
    assertEquals(List.of(), lines(file, 4, 10, 0));
    assertEquals(4, texts.page(file, "other", 0, 1, 0).count());
    assertEquals(1, texts.page(file("one\n"), "one", 0, 9, 0).count());
    assertEquals(0, texts.page(file(""), "none", 0, 9, 0).count());
  }

  @Test
  void aLongLineIsShownInParts() throws Exception {
    Path file = file("a".repeat(100_000) + "END\nnext\n");
    assertEquals("a".repeat(2000) + "…", lines(file, 0, 1, 0).getFirst());
    assertEquals(List.of("a".repeat(50) + "END", ""), lines(file, 0, 9, 99_950));
    assertEquals(List.of("", ""), lines(file, 0, 9, 1L << 40));
  }

  @Test
  void controlCharactersAreShownAsPictures() throws Exception {
    assertEquals(List.of("a\t␛[1mb␀␡"), lines(file("a\t\033[1mb\0\u007f\n"), 0, 1, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "windows-1252", "UTF-16LE", "UTF-16BE"})
  void lettersAreReadInTheirEncoding(String name) throws Exception {
    String mark = name.startsWith("UTF-16") ? "\uFEFF" : "";
    Path file = file((mark + "Größe 5 Å\nzweite\n").getBytes(Charset.forName(name)));
    assertEquals(List.of("Größe 5 Å", "zweite"), lines(file, 0, 9, 0));
    assertEquals(
        List.of(new TextSearch.Place(0, 2)),
        search(file, "ÖSSE".replace("SS", "ß"), true).places());
    assertEquals(0, search(file, "GRÖ", false).count());
  }

  @Test
  void aMarkOfUtf8IsNoLetter() throws Exception {
    assertEquals(List.of("x"), lines(file("\uFEFFx\n"), 0, 1, 0));
  }

  @Test
  void aCursorOrWordsThatNobodyGaveAreRefused() {
    assertEquals(Optional.empty(), TextSearch.Cursor.parse("1.2.3"));
    assertEquals(Optional.empty(), TextSearch.Cursor.parse("1.2.3.-4"));
    assertThrows(IllegalArgumentException.class, () -> new TextSearch.Wanted("", true));
    assertThrows(
        IllegalArgumentException.class, () -> new TextSearch.Wanted("x".repeat(201), true));
  }

  @Test
  void aCursorBehindTheEndFindsNothing() throws Exception {
    Path file = file("abc\n");
    TextSearch.Found found =
        texts.search(
            file,
            "x",
            new TextSearch.Wanted("b", true),
            new TextSearch.Cursor(7, 1L << 40, 3, 3),
            10);
    assertEquals(0, found.count());
    assertEquals(Optional.empty(), found.next());
  }

  /** More than a part in one line: what lies across two parts is found once. */
  @Test
  void aSearchGoesOnWithinALineThatIsLongerThanAPart() throws Exception {
    Path file = folder.resolve("long");
    int repeats = 4_000_000; // of 10 letters: 40 MB without a line's end
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < repeats; i++) {
        out.write("needle hay");
      }
    }
    All all = search(file, "NEEDLE HAY", true);
    assertEquals(repeats, all.count());
    assertEquals(2, all.parts());
    assertEquals(new TextSearch.Place(0, 10), all.places().get(1));
    All across = search(file, "hayneedle", true);
    assertEquals(repeats - 1, across.count());
    assertEquals(1, texts.page(file, "long", 0, 10, 0).count());
  }

  /** Lines far apart are found by the index: read as a slow program would read them. */
  @Test
  void anyLineOfALongTextIsTheOneOfThatNumber() throws Exception {
    Path file = folder.resolve("many");
    int count = 300_000;
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write("line " + i + (i % 50_000 == 7 ? "x".repeat(300_000) : "") + "\n");
      }
    }
    assertEquals(count, texts.page(file, "many", 0, 1, 0).count());
    for (int line : List.of(0, 6, 8, 999, 1000, 1001, 50_008, 150_000, count - 1)) {
      assertEquals(List.of("line " + line), lines(file, line, 1, 0), "line " + line);
    }
    assertEquals(
        new TextSearch.Place(123_456, 5), search(file, "123456", false).places().getFirst());
  }

  /** Random texts of awkward letters, encodings and lengths against a model in memory. */
  @Test
  void pagesAndMatchesAreThoseOfTheWholeText() throws Exception {
    long seed = 20261123;
    Random random = new Random(seed);
    int rounds = Boolean.getBoolean("soak") ? 3_000 : 60;
    String letters = "abAB ab\tüÜ€\uD83E\uDD84ßab";
    for (int round = 0; round < rounds; round++) {
      String what = "seed " + seed + " round " + round;
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n >= 0; n--) {
        int length = random.nextInt(8) == 0 ? 60_000 + random.nextInt(80_000) : random.nextInt(9);
        for (int i = 0; i < length; i++) {
          int at = random.nextInt(letters.length());
          int start = Character.isLowSurrogate(letters.charAt(at)) ? at - 1 : at;
          text.appendCodePoint(letters.codePointAt(start));
        }
        text.append(random.nextInt(4) == 0 ? "\r\n" : "\n");
      }
      boolean wide = random.nextInt(3) == 0;
      Charset charset = wide ? StandardCharsets.UTF_16LE : StandardCharsets.UTF_8;
      Path file = file(((wide ? "\uFEFF" : "") + text).getBytes(charset));
      List<String> model = text.toString().lines().toList();
      for (int i = 0; i < model.size(); i++) {
        int column = model.get(i).length() > 3000 ? 100 : 0;
        String line = model.get(i).substring(column);
        int end = Math.min(2000, line.length());
        boolean split = end < line.length() && Character.isHighSurrogate(line.charAt(end - 1));
        String wanted = line.substring(0, split ? end - 1 : end) + (end < line.length() ? "…" : "");
        boolean half = column > 0 && Character.isLowSurrogate(line.charAt(0));
        if (!half) {
          assertEquals(List.of(wanted), lines(file, i, 1, column), what + " line " + i);
        }
      }
      for (String words : List.of("a", "ab", "aba", "ü", "b\t", "\uD83E\uDD84a")) {
        for (boolean anyCase : new boolean[] {true, false}) {
          List<TextSearch.Place> places = places(model, words, anyCase);
          All all = search(file, words, anyCase);
          assertEquals(places.size(), all.count(), what + " " + words);
          assertEquals(
              places.subList(0, Math.min(1000, places.size())), all.places(), what + " " + words);
        }
      }
    }
  }

  private static List<TextSearch.Place> places(List<String> lines, String words, boolean anyCase) {
    List<TextSearch.Place> places = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = anyCase ? lines.get(i).toLowerCase(Locale.ROOT) : lines.get(i);
      String wanted = anyCase ? words.toLowerCase(Locale.ROOT) : words;
      for (int at = line.indexOf(wanted);
          at >= 0;
          at = line.indexOf(wanted, at + wanted.length())) {
        places.add(new TextSearch.Place(i, at));
      }
    }
    return places;
  }
}
