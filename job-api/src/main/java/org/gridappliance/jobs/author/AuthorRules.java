package org.gridappliance.jobs.author;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppProblem;

/**
 * What a descriptor that was written in the browser may not say, beyond what no descriptor may: an
 * author is not the machine's administrator, whose hand dropped the folders of other applications.
 */
final class AuthorRules {
  /** Where what is packed into a bundle may lie: never among data of the portal or of people. */
  private static final Pattern PROGRAM =
      Pattern.compile(
          "[A-Za-z0-9_][A-Za-z0-9_.+-]*|/(usr|bin|sbin|opt)(/[A-Za-z0-9_][A-Za-z0-9_.+-]*)+");

  private AuthorRules() {}

  /**
   * {@return what is against the rules}
   *
   * @param text where lines are looked for
   * @param now the version that holds, of which what an administrator wrote may stay
   */
  static List<AppProblem> check(App app, String text, Optional<App> now, boolean administrator) {
    List<AppProblem> problems = new ArrayList<>();
    boolean asBefore = now.isPresent() && now.get().network().equals(app.network());
    if (!administrator && !app.network().isEmpty() && !asBefore) {
      problems.add(
          new AppProblem(
              line(text, "network"),
              1,
              "network",
              "only an administrator lets an application reach hosts; leave it out, or ask one to"
                  + " write it"));
    }
    for (String program : app.programs()) {
      if (!PROGRAM.matcher(program).matches()) {
        problems.add(
            new AppProblem(
                line(text, "command"),
                1,
                "command",
                "\""
                    + program
                    + "\": want the name of a program, or its path beneath /usr, /bin, /sbin or"
                    + " /opt"));
      }
    }
    return problems;
  }

  private static int line(String text, String key) {
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(key)) {
        return i + 1;
      }
    }
    return 1;
  }
}
