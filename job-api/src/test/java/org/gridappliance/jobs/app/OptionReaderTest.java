package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.gridappliance.jobs.app.OptionReader.NoList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionReaderTest {
  private static OptionSource source(String choices) throws AppInvalid {
    String yaml =
        Apps.SMALL.replace(
            "command:\n",
            "  - { name: pick, type: choice, title: Pick, choices: { input: data, "
                + choices
                + " } }\ncommand:\n");
    return Apps.parse(yaml).input("pick").orElseThrow().optionSource().orElseThrow();
  }

  private static OptionList read(String choices, String text) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return OptionReader.read(new ByteArrayInputStream(bytes), source(choices).layout());
  }

  /** In the texts {@code ~} is a tab and {@code ;} a line's end. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          by: fasta                                          | >chr1 first;ACGT;>chr2;AC;>chr1 again  | chr1(first) chr2()
          by: fasta                                          | junk;>  x  y z ;>;                     | x(y z)
          by: lines                                          | b~-;;a~note;b;                         | b() a(note)
          by: lines, comment: "#"                            | # no;yes                               | yes()
          by: column, column: id                             | n~id;1~x;2~y;3                         | x() y()
          by: column, column: 2, header: true                | n~id;1~x;2~y                           | x() y()
          by: column, column: 2, note: 1                     | 1~x;2~y                                | x(1) y(2)
          by: column, column: id, note: n, format: csv       | n,id;"one, two",x                      | x(one, two)
          by: column, column: 3, format: whitespace          | 1  2  three four                       | three()
          by: lines                                          | -rf;ok                                 | ok()
          """)
  void namesAreReadAsTheDescriptorSays(String choices, String text, String wanted)
      throws Exception {
    OptionList list = read(choices, text.replace('~', '\t').replace(';', '\n'));
    assertEquals(
        wanted,
        list.notes().entrySet().stream()
            .map(option -> option.getKey() + "(" + option.getValue() + ")")
            .collect(Collectors.joining(" ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          by: fasta              | no record | has no FASTA record
          by: column, column: id | a~b;1~2   | has no column "id"; its header names a, b
          by: column, column: id | ``        | is empty: want a header
          """)
  void whatGivesNoListIsToldWhy(String choices, String text, String message) {
    NoList e =
        assertThrows(NoList.class, () -> read(choices, text.replace('~', '\t').replace(';', '\n')));
    assertTrue(e.reason().startsWith(message), e.reason());
  }

  @Test
  void aMillionNamesAreRefusedWithCountAndLimit() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1_000_000; i++) {
      text.append(i).append('\n');
    }
    NoList e = assertThrows(NoList.class, () -> read("by: lines", text.toString()));
    assertEquals(
        "gives 1,000,000 names: at most 100,000 can be listed; give a shorter one", e.reason());
  }

  @Test
  void whatNoProgramShouldGetIsLeftOutAndCounted() throws Exception {
    String text = "a\0b\n<b>bold</b>\n-rf\n" + "x".repeat(201) + "\n\u001b[31mred\n\n";
    OptionList list = read("by: lines", text);
    assertEquals(Map.of("<b>bold</b>", ""), list.notes());
    assertEquals(4, list.leftOut());
    OptionList binary =
        OptionReader.read(
            new ByteArrayInputStream(new byte[] {(byte) 0xff, (byte) 0xfe, '\n', 'y', '\n'}),
            source("by: lines").layout());
    assertEquals(Map.of("y", ""), binary.notes());
    assertThrows(
        NoList.class,
        () ->
            OptionReader.read(
                new ByteArrayInputStream(new byte[] {0x1f, (byte) 0x8b, 8}),
                source("by: lines").layout()));
  }

  /** A chromosome on one line, and names as they stand behind a byte order mark. */
  @Test
  void longLinesAndMarksDoNotMatter() throws Exception {
    OptionList list = read("by: fasta", "\ufeff>one\n" + "A".repeat(5_000_000) + "\n>two\r\nC");
    assertEquals(2, list.count());
    assertTrue(list.has("one") && list.has("two"), list.notes().toString());
    assertEquals("two", list.search(" TWO ", 5).getFirst().getKey());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          { input: word, by: lines }                       | inputs[4].choices.input: there is no file input "word"
          { input: data, by: words }                       | "words": want one of fasta, lines, column
          { input: data, by: column }                      | "column" is missing
          { input: data, column: x }                       | goes with "by: column"
          { input: data, by: column, column: x, format: match } | "match" has no rows
          { by: lines }                                    | want either "input"
          { command: [list, "{word}"] }                    | word may be left out
          { command: [list, "{data}"] }                    | want "packages" and an example
          { command: [list, "{data.bytes}"] }              | facts of files are not known here
          { input: data, seconds: 3 }                      | is of a command
          """)
  void aMistakeIsToldWithItsPlace(String choices, String message) {
    String line = "  - { name: pick, type: choice, title: Pick,          choices: ";
    String yaml = Apps.SMALL.replace("command:\n", line + choices + " }\ncommand:\n");
    AppInvalid e = assertThrows(AppInvalid.class, () -> Apps.parse(yaml));
    assertTrue(
        e.problems().stream().anyMatch(p -> p.line() == 26 && p.toString().contains(message)),
        e.problems().toString());
  }

  @Test
  void choicesFromElsewhereHaveNoDefault() {
    String bad =
        "  - { name: pick, type: choice, title: Pick, choices: { input: data }, default: x }\n";
    assertThrows(
        AppInvalid.class, () -> Apps.parse(Apps.SMALL.replace("command:\n", bad + "command:\n")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          { input: data }         |
          { input: rows.own }     |
          { input: own }          | there is no file input "own"
          { input: rows.word }    | there is no file input "rows.word"
          { input: rows.after }   | rows.after stands below
          { input: others.own }   | there is no file input "others.own"
          { command: [list, "{rows.word}"] } | want "packages" and an example
          { command: [list, "{rows.after}"] } | rows.after stands below
          { command: [list, "{others.own}"] } | put this under "each: others"
          { command: [list, { each: rows, then: [x] }] } | the rows of "rows" are written here already
          """)
  void inARowTheyComeFromTheFormOrTheSameRow(String choices, @Nullable String message)
      throws Exception {
    String own = "{ name: own, type: file, title: Own }";
    String rows =
        "  - { name: others, type: repeat, title: Others, inputs: ["
            + own.replace("title", "as: other, title")
            + "] }\n"
            + "  - { name: rows, type: repeat, title: Rows, inputs: [{ name: word, type: text, title:"
            + " Word }, "
            + own
            + ", { name: pick, type: choice, title: Pick, choices: "
            + choices
            + " }, { name: after, type: file, title: After }] }\n";
    String yaml = Apps.SMALL.replace("command:\n", rows + "command:\n");
    if (message == null) {
      App _ = Apps.parse(yaml);
      return;
    }
    AppInvalid e = assertThrows(AppInvalid.class, () -> Apps.parse(yaml));
    assertTrue(
        e.problems().stream().anyMatch(p -> p.toString().contains(message)),
        e.problems().toString());
  }

  /** Whatever the bytes are, the list is within its bounds. */
  static void holds(OptionSource.Layout layout, byte[] bytes) throws IOException {
    try {
      OptionList list = OptionReader.read(new ByteArrayInputStream(bytes), layout);
      if (list.count() > OptionList.MOST
          || !list.notes().keySet().stream().allMatch(OptionList::isValue)) {
        throw new AssertionError("out of bounds: " + list);
      }
    } catch (NoList e) {
      if (e.reason().isEmpty()) {
        throw new AssertionError("refused without a reason", e);
      }
    }
  }
}
