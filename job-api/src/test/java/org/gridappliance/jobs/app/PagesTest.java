package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forms that are asked page by page. */
class PagesTest {
  private static final String PAGES =
      """
      pages:
        - title: Files
          about: What is counted.
          inputs: [data]
        - { title: Numbers, inputs: [rate, times] }
        - { title: Words, inputs: [word] }
      command:
      """;

  private static final String YAML = Apps.SMALL.replace("command:\n", PAGES);

  @Test
  void pagesReachTheForm() throws Exception {
    assertEquals(
        "[{\"title\":\"Files\",\"about\":\"What is counted.\",\"fields\":[\"data\"]},"
            + "{\"title\":\"Numbers\",\"about\":\"\",\"fields\":[\"rate\",\"times\"]},"
            + "{\"title\":\"Words\",\"about\":\"\",\"fields\":[\"word\"]}]",
        AppSchema.ui(Apps.parse(YAML)).path("ui:pages").toString());
    assertEquals("[]", AppSchema.ui(Apps.small()).path("ui:pages").toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          inputs: [word]        | inputs: [wort]         | 31:30: pages[2].inputs[0]: there is no input "wort"; did you mean "word"? 22:5: inputs[3]: "word" is on no page; name it in one of "pages"
          inputs: [word]        | inputs: [word, rate]   | 31:36: pages[2].inputs[1]: "rate" is on the page "Numbers" already; remove one
          inputs: [rate, times] | inputs: [times]        | 9:5: inputs[1]: "rate" is on no page; name it in one of "pages"
          inputs: [data]        | inputs: [times, data]  | 30:38: pages[1].inputs[1]: "times" is on the page "Files" already; remove one 16:5: inputs[2]: "times" is on a page before those of inputs above it; move it up here, or to a later page
          inputs: [data]        | inputs: data           | 29:13: pages[0].inputs: want a list (lines that begin with "- "), found plain text
          inputs: [data]        | inputs: []             | 29:13: pages[0].inputs: has no entry; give at least one
          inputs: [data]        | fields: [data]         | 29:5: pages[0].fields: is not known here; known are title, about, inputs 27:5: pages[0]: "inputs" is missing
          title: Words          | title: Files           | 31:5: pages[2]: there are two pages "Files"; rename one
          """)
  void aMistakeIsToldWithItsPlace(String good, String bad, String messages) {
    String yaml = YAML.replace(good, bad);
    AppInvalid e = assertThrows(AppInvalid.class, () -> Apps.parse(yaml));
    List<String> told = e.problems().stream().map(AppProblem::toString).sorted().toList();
    List<String> wanted = List.of(messages.split(" (?=\\d+:\\d+: )"));
    assertEquals(wanted.stream().sorted().toList(), told);
  }

  @Test
  void aSinglePageIsNone() {
    AppInvalid e =
        assertThrows(
            AppInvalid.class,
            () ->
                Apps.parse(
                    Apps.SMALL.replace(
                        "command:\n",
                        "pages: [{ title: All, inputs: [data, rate, times, word] }]\ncommand:\n")));
    assertEquals(
        List.of("26:8: pages: is a single page; give another one, or leave the key out"),
        e.problems().stream().map(AppProblem::toString).toList());
  }

  @Test
  void aFormHasPagesOrTabs() {
    AppInvalid e =
        assertThrows(
            AppInvalid.class,
            () -> Apps.parse(YAML.replace("title: Times\n", "title: Times\n    tab: More\n")));
    assertEquals(
        List.of("19:5: inputs[2].tab: a form with pages has no tabs; remove it"),
        e.problems().stream().map(AppProblem::toString).toList());
  }
}
