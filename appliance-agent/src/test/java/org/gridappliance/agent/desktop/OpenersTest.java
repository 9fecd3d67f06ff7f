package org.gridappliance.agent.desktop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;
import org.gridappliance.agent.verb.Verb;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenersTest {
  @ParameterizedTest
  @CsvSource({
    "a/plot.agr, /usr/bin/xmgrace, plot.agr · Grace",
    "1CRN.PDB, /usr/bin/rasmol, 1CRN.PDB · RasMol",
    "paper.pdf, /usr/bin/mupdf, paper.pdf · MuPDF",
    "notes.txt, /usr/bin/xterm, notes.txt · vim",
    "Makefile, /usr/bin/xterm, Makefile · vim"
  })
  void theFirstInstalledProgramForItsKindOpensIt(String file, String program, String title) {
    Openers.Opened opened =
        Openers.of("ada", file, Set.of("xmgrace", "rasmol", "mupdf", "xpdf", "vim")::contains);
    assertEquals(program, opened.command().getFirst());
    assertEquals("/home/ada/" + file, opened.command().getLast());
    assertEquals(title, opened.title());
  }

  @Test
  void anEditorWithAWindowIsBetterThanOneInATerminal() {
    Openers.Opened opened = Openers.of("ada", "notes.txt", Set.of("vim", "mousepad")::contains);
    assertEquals("/usr/bin/mousepad", opened.command().getFirst());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/passwd", "../bob/diary", "a/../../b", "a//b", "a/", "a\nb"})
  void whatIsNoPathInTheHomeIsRefused(String file) {
    assertThrows(Verb.Refused.class, () -> Openers.of("ada", file, name -> true));
  }
}
