package org.gridappliance.agent.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.gridappliance.agent.envelope.Outcome;
import org.gridappliance.agent.executor.Clues.Missing;
import org.gridappliance.jobs.lease.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a failed program's last words miss; the lines are what Debian 12's programs print. */
class CluesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      value = {
        "cat: /home/x/data: No such file or directory|/home/x/data",
        "sort: cannot read: /home/x/data: No such file or directory|/home/x/data",
        "ls: cannot access '/data/my runs': No such file or directory|/data/my runs",
        "FileNotFoundError: [Errno 2] No such file or directory: '/home/x/a.csv'|/home/x/a.csv",
        "sh: 1: cannot open /etc/shadow: No such file|/etc/shadow",
        "Can't open perl script \"/opt/x.pl\": No such file or directory|/opt/x.pl",
        "tool: there is no such file as /srv/in (fatal)|/srv/in",
      })
  void anAbsolutePathThatIsNotThereIsOutside(String line, String path) {
    assertEquals(Optional.of(new Missing.Outside(path)), Clues.missing(List.of(line)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      value = {
        "cat: data.txt: No such file or directory|data.txt",
        "python3: can't open file '/work/x.py': [Errno 2] No such file or directory|/work/x.py",
        "rm: cannot remove '/tmp/gone': No such file or directory|/tmp/gone",
      })
  void anyOtherNameIsItsOwn(String line, String name) {
    assertEquals(Optional.of(new Missing.Own(name)), Clues.missing(List.of(line)));
  }

  @Test
  void aLibraryIsTold() {
    String line =
        "tool: error while loading shared libraries: libfoo.so.1: cannot open shared object file:"
            + " No such file or directory";
    assertEquals(Optional.of(new Missing.Library("libfoo.so.1")), Clues.missing(List.of(line)));
  }

  @Test
  void theLastOfSeveralCountsAndOtherWordsAreNone() {
    List<String> lines =
        List.of("cat: /a: No such file or directory", "cat: /b: No such file or directory", "bye");
    assertEquals(Optional.of(new Missing.Outside("/b")), Clues.missing(lines));
    assertEquals(Optional.empty(), Clues.missing(List.of("/home/x: Permission denied", "")));
    assertEquals(Optional.empty(), Clues.missing(List.of("No such file or directory")));
  }

  @Test
  void aSuccessAndAFailureThatSaysNothingHaveNoClue() {
    List<String> words = List.of("cat: /home/x: No such file or directory");
    assertNull(Clues.failure(ended(0, null, null), words));
    assertNull(Clues.failure(ended(1, null, null), List.of("bad luck")));
  }

  @Test
  void allThatIsKnownIsTold() {
    Failure failure =
        Clues.failure(
            ended(3, "tried to trace (ptrace): not in the sandbox", "x crashed in /lib/y+0x10"),
            List.of("cat: /home/x: No such file or directory"));
    assertEquals(
        "the program ended with exit status 3; by its last words it misses /home/x: not in the"
            + " sandbox; it tried to trace (ptrace): not in the sandbox; x crashed in /lib/y+0x10",
        failure.message());
    assertEquals(Failure.Kind.PROGRAM, failure.kind());
  }

  /** Whatever a program prints: no exception, no name that it did not print, none too long. */
  @Test
  void anyWordsAreRead() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] parts = {
      "/", "'", "\"", "`", ": ", "No such file", " or directory", "a", "é", "[", " "
    };
    for (int round = 0; round < 20_000; round++) {
      StringBuilder line = new StringBuilder();
      for (int i = random.nextInt(30); i >= 0; i--) {
        line.append(parts[random.nextInt(parts.length)]);
      }
      String text = line.toString();
      Clues.missing(List.of(text))
          .ifPresent(
              found ->
                  assertTrue(
                      text.contains(found.name()) && !found.name().isBlank(),
                      () -> "seed " + seed + ": " + text));
    }
    String slow = "/".repeat(4000) + "'".repeat(95) + " no such file";
    assertTrue(Clues.missing(List.of(slow)).map(m -> m.name().length()).orElse(0) <= 300);
  }

  private static Outcome ended(int code, String refusal, String crash) {
    return new Outcome(code, null, null, Duration.ZERO, null, null, refusal, crash);
  }
}
