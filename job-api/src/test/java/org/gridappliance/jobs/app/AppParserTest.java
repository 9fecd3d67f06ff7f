package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AppParserTest {
  @Test
  void aDescriptorBecomesAnApp() {
    App app = Apps.small();
    assertEquals("Counts words.", app.summary());
    assertEquals(List.of("rate"), app.sweepable());
    assertEquals(List.of("counts.tsv"), app.subjobFiles());
    assertEquals(10 << 20, app.resources().memoryBytes());
    assertEquals(120, app.resources().maximumSeconds());
    assertEquals(new Split("data", Split.By.LINES, "lines", 1), app.split().orElseThrow());
  }

  @Test
  void deterministicIsWhatIsKnownByItsBundle() throws AppInvalid {
    String known = "deterministic: true\npackages: [coreutils]\n";
    String example = "examples: [{ title: One, inputs: { times: 3 } }]\n";
    String small =
        """
        title: Known
        category: Test
        about: Counts.
        inputs: [{ name: times, type: integer, title: Times, default: 2 }]
        command: [seq, "{times}"]
        outputs: [{ name: said, type: text, title: Output, file: stdout }]
        resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 1 s, maximumTime: 2 min }
        """;
    assertTrue(Apps.parse(small + known + example).deterministic());
    assertFalse(Apps.parse(small + "deterministic: false\n").deterministic());
    refused("runs from what each executor has installed", small + known);
    refused(
        "runs from what each executor has installed", small + "deterministic: true\n" + example);
    refused(
        "what its hosts answer may change",
        small + known + example + "network: [{ host: a.example.org, port: 80 }]\n");
    refused("does what a person does there", small + known + example + "interactive: vnc\n");
  }

  private static void refused(String why, String yaml) {
    AppInvalid e = assertThrows(AppInvalid.class, () -> Apps.parse(yaml));
    assertTrue(String.valueOf(e.getMessage()).contains("deterministic: "), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          title: Small          | titel: Small            | 1:1: titel: is not known here; did you mean "title"?
          type: file            | type: fille             | 6:11: inputs[0].type: "fille": want one of
          default: 0.5          | default: -1             | 12:14: inputs[1].default: -1: want a number ≥ 0 ≤ 1000000
          default: 0.5          | default: much           | 12:14: inputs[1].default: "much": want a number
          default: 2            | default: 99             | 19:14: inputs[2].default: 99: want a whole number in 1..8
          minimum: 1            | minimum: 1.5            | 20:14: inputs[2].minimum: 1.5: want a whole number
          as: data.txt          | as: ../data.txt         | 8:9: inputs[0].as: "../data.txt": want letters
          as: data.txt          | as: counts.tsv          | "counts.tsv" is an input and an output
          sweepable: true       | sweepable: perhaps      | 15:16: inputs[1].sweepable: "perhaps": want true or false
          - name: times         | - name: rate            | there are two inputs "rate"; rename one
          maximum: 8            | choices: [8]            | 21:5: inputs[2].choices: does not fit an input of this type
          "--rate={rate}"       | "--rate={rat}"          | 28:5: command[1]: there is no input "rat"; did you mean "rate"?
          "--rate={rate}"       | "--rate={rate"          | 28:5: command[1]: "{" is not closed
          "--rate={rate}"       | "--rate=}"              | 28:5: command[1]: "}" without "{"
          "--rate={rate}"       | "{word}"                | 28:5: command[1]: {word}: word may be left out
          "--rate={rate}"       | "{rate.records}"        | {rate.records}: rate is not a file
          "--rate={rate}"       | "{1 + data}"            | data is not a number
          "--rate={rate}"       | "{system('x')}"         | did not expect "("
          input: data           | input: rate             | there is no file input "rate"
          as: data.txt          | sweepable: true         | input: "data" is cut into chunks; it is not sweepable too
          sort: [-n, word]      | sort: [-m, word]        | there is no column "m" to sort by
          column: n,            | column: word,           | the column "word" holds text
          sort: [-n, word]      | sum: [word]             | there is no column of numbers "word" to add up
          kind: bar             | kind: contour           | "z" is missing: what the colours say
          table: counts         | table: count            | there is no table "count"
          memory: 10 MiB        | memory: 10 MB           | "10 MB": want an amount with its unit
          expectedTime: 1 s     | expectedTime: 1 h       | want minimumTime ≤ expectedTime ≤ maximumTime
          format: tsv           | format: match           | "pattern" is missing
          sort: [-n, word]      | sequence: true          | 42:5: outputs[0].sequence: belongs to an image
          type: table           | type: image             | outputs[0].file: "counts.tsv": want the ending of a picture
          - count               | - { when: word, then: [x] } | the first entry is the program
          category: Test        | progress: { stream: log, pattern: '(?<percent>.)' } | progress.stream: "log": want stdout or stderr
          category: Test        | progress: { pattern: '(.)%' } | want a group named percent, as (?<percent>.*)%, or one named done, of a total
          category: Test        | progress: { pattern: '(?<done>.)' } | what "done" counts to is missing
          category: Test        | progress: { pattern: '(?<percent>.)(?<words>.)' } | "words": want groups named
          split: { input: data, by: lines, unit: lines } | progress: { pattern: '(?<done>.)', total: "{tims}" } | there is no input "tims"; did you mean "times"?
          category: Test        | interactive: x11        | 2:14: interactive: "x11": want vnc
          category: Test        | deterministic: often    | 2:16: deterministic: "often": want true or false
          category: Test        | title: Test             | 2:1: title: stands here twice; keep one
          about: Counts words. And more. | about: &a x    | 3:8: &a: write it out, without anchors
          about: Counts words. And more. | about: [       | is not YAML
          about: Counts words. And more. | command: x     | "about" is missing
          """)
  void aMistakeIsToldWithItsPlace(String good, String bad, String message) {
    String yaml = Apps.SMALL.replace(good, bad);
    assertTrue(!yaml.equals(Apps.SMALL), "nothing was replaced: " + good);
    AppInvalid e = assertThrows(AppInvalid.class, () -> Apps.parse(yaml));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }

  @Test
  void anInteractiveProgramRunsOnceAndWhole() {
    AppInvalid e =
        assertThrows(
            AppInvalid.class,
            () -> Apps.parse(Apps.SMALL.replace("command:", "interactive: vnc\ncommand:")));
    assertEquals(
        List.of(
            "26:14: interactive: an interactive program is not cut into chunks; remove \"split\"",
            "26:14: interactive: an interactive program runs once; remove \"sweepable\" from rate"),
        e.problems().stream().map(AppProblem::toString).toList());
  }

  @Test
  void allMistakesAreToldAtOnceInTheOrderOfTheFile() {
    String yaml =
        Apps.SMALL.replace("default: 2", "default: 99").replace("type: number", "type: nummer");
    AppInvalid e = assertThrows(AppInvalid.class, () -> Apps.parse(yaml));
    assertEquals(
        List.of(10, 19), e.problems().stream().map(AppProblem::line).toList(), e.getMessage());
  }

  @Test
  void aTextThatIsNoDescriptorIsRefusedNotCrashedOn() {
    for (String text :
        List.of("", "x", "- x", "a: b", "? [x] : y", "\t", "&a [*a]", "\0", "---\n---")) {
      assertThrows(AppInvalid.class, () -> Apps.parse(text), text);
    }
    String deep = "a: " + "[".repeat(10_000);
    assertThrows(AppInvalid.class, () -> Apps.parse(deep));
  }

  /** Whatever is cut out, doubled or overwritten: an App or problems, and nothing else. */
  @Test
  void randomlyDamagedDescriptorsNeverCrash() {
    long seed = 20261121;
    Random random = new Random(seed);
    int rounds = Boolean.getBoolean("soak") ? 200_000 : 3_000;
    String letters = "{}[]:-&*!|>'\"%@`#,?\n\t ax0.\u0000é";
    for (int round = 0; round < rounds; round++) {
      StringBuilder text = new StringBuilder(Apps.SMALL);
      for (int edits = random.nextInt(4); edits >= 0; edits--) {
        int at = random.nextInt(text.length());
        int to = Math.min(text.length(), at + random.nextInt(8));
        switch (random.nextInt(3)) {
          case 0 -> text.delete(at, to);
          case 1 -> text.insert(at, text.substring(at, to));
          default -> text.setCharAt(at, letters.charAt(random.nextInt(letters.length())));
        }
      }
      try {
        Apps.parse(text.toString());
      } catch (AppInvalid e) {
        assertTrue(!e.problems().isEmpty());
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + " round " + round + ":\n" + text, e);
      }
    }
  }
}
