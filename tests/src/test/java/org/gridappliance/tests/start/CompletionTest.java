package org.gridappliance.tests.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the TAB key offers, in a real bash. */
class CompletionTest {
  private static final Pattern COMMANDS =
      Pattern.compile("^readonly (?:MACHINE|CLI)_COMMANDS=\"(.*)\"$", Pattern.MULTILINE);

  private static Path completion(Script script) throws Exception {
    Script.Ended printed = script.run("completion", "bash");
    assertEquals(0, printed.status(), printed.text());
    return Files.writeString(script.folder().resolve("completion.bash"), printed.text());
  }

  /** {@return what is offered for the last of the words} */
  private static List<String> offered(Path completion, String... words) throws Exception {
    ProcessBuilder bash =
        new ProcessBuilder(
            "bash",
            "-uc",
            ". \"$1\"; shift; COMP_WORDS=(./appliance \"$@\"); COMP_CWORD=$#; _appliance;"
                + " printf '%s\\n' \"${COMPREPLY[@]}\"",
            "bash",
            completion.toString());
    bash.command().addAll(List.of(words));
    Path config = completion.resolveSibling("home/.config");
    bash.environment().put("XDG_CONFIG_HOME", config.toString());
    bash.redirectErrorStream(true);
    Process process = bash.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), text);
    return text.lines().filter(word -> !word.isEmpty()).toList();
  }

  @Test
  void everyCommandOfTheScriptIsOfferedWithTheOptionsOfItsHelp() throws Exception {
    try (Script script = new Script()) {
      Path completion = completion(script);
      String source = Files.readString(Script.source().resolve("appliance"));
      List<String> commands =
          COMMANDS
              .matcher(source)
              .results()
              .flatMap(found -> Stream.of(found.group(1).split(" ", -1)))
              .toList();
      assertTrue(commands.containsAll(List.of("up", "jobs", "api", "completion")), source);
      assertEquals(Set.copyOf(commands), Set.copyOf(offered(completion, "")));
      for (String command : commands) {
        assertTrue(offered(completion, command, "--").contains("--help"), command);
      }
      assertEquals(List.of("--port"), offered(completion, "up", "--p"));
      assertEquals(List.of(), offered(completion, "up", "--port", ""));
      assertEquals(List.of("trace"), offered(completion, "overlay", "t"));
      assertTrue(offered(completion, "app", "").containsAll(List.of("check", "restore")));
      assertTrue(offered(completion, "node", "").containsAll(List.of("join", "enrol", "leave")));
      assertTrue(offered(completion, "jobs", "--").containsAll(List.of("--filter", "--hold")));
    }
  }

  @Test
  void operationsAndApplicationsAreThoseOfThePortalAndNoneWithoutLogin() throws Exception {
    try (Script script = new Script()) {
      Path completion = completion(script);
      assertEquals(List.of(), offered(completion, "api", "getJ"));
      assertEquals(List.of(), offered(completion, "submit", "hmm"));

      // as `login` keeps it (ApiCommandTest)
      Path kept = script.folder().resolve("home/.config/grid-appliance/completion.tsv");
      Files.createDirectories(kept.getParent());
      Files.writeString(
          kept,
          """
          api\tgetJob\tOne job\tjob=
          api\tlistViews\tViews\t
          api\tsubmitJob\tSubmit\tapp= inputs:=
          app\thmmsearch\tHMMER\t
          """);
      assertEquals(List.of("getJob"), offered(completion, "api", "getJ"));
      assertEquals(List.of("getJob"), offered(completion, "api", "--filter", "x", "getJ"));
      assertEquals(List.of("app="), offered(completion, "api", "submitJob", "a"));
      assertEquals(List.of("inputs:="), offered(completion, "api", "submitJob", "i"));
      assertEquals(List.of("hmmsearch"), offered(completion, "submit", "h"));
      assertEquals(List.of(), offered(completion, "submit", "hmmsearch", "profile", "="));
      assertFalse(offered(completion, "submit", "hmmsearch", "").contains("hmmsearch"));
    }
  }
}
