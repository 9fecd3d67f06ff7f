package org.gridappliance.agent.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.agent.envelope.Outcome;
import org.gridappliance.jobs.lease.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Why a program that failed may have failed, in words: where it crashed, what it may not do, which
 * file its own last words miss. Of a file that is not there the kernel tells nobody but the
 * program, so those words are taken from its standard error ({@code docs/decisions/0512}). Pure.
 */
final class Clues {
  private static final String NOT_THERE = "no such file";
  private static final int LONGEST = 300;

  /** The loader's words, glibc's and Python's. */
  private static final Pattern LIBRARY =
      Pattern.compile("([^\\s:'\"]+): cannot open shared object file");

  /**
   * A path in quotes, of which an apostrophe is none, may hold anything else; a bare one ends where
   * a sentence or list would.
   */
  private static final Pattern QUOTED =
      Pattern.compile("(?<!\\p{L})['\"`‘“]([^'\"`‘’“”]+)['\"`’”]");

  private static final Pattern BEFORE =
      Pattern.compile("([^\\s:'\"`‘’\\[\\]]+): no such file", Pattern.CASE_INSENSITIVE);
  private static final Pattern ABSOLUTE =
      Pattern.compile("(?<![^\\s:=(])/[^\\s'\"`:;,()<>\\[\\]]+");

  private Clues() {}

  /** A file that a program says is not there. */
  sealed interface Missing {
    /** As the program wrote it. */
    String name();

    /** By an absolute path outside of its own folders. */
    record Outside(String name) implements Missing {}

    /** In its working folder, or by a name that is looked for there. */
    record Own(String name) implements Missing {}

    /** A library that it is loaded with. */
    record Library(String name) implements Missing {}
  }

  /**
   * {@return the failure with what is known of its cause; null when the program succeeded or
   * nothing is known}
   *
   * @param last the last lines of its standard error
   */
  static @Nullable Failure failure(Outcome outcome, List<String> last) {
    Integer code = outcome.exitCode();
    if (outcome.failure() != null || (outcome.signal() == null && (code == null || code == 0))) {
      return null;
    }
    List<String> words = new ArrayList<>();
    words.add(
        outcome.signal() == null
            ? "the program ended with exit status " + code
            : "the program was ended by " + outcome.signal());
    String remedy = null;
    Missing missing = missing(last).orElse(null);
    if (missing != null) {
      String where = missing instanceof Missing.Own ? "not there" : "not in the sandbox";
      words.add("by its last words it misses " + missing.name() + ": " + where);
      remedy = remedy(missing);
    }
    if (outcome.refusal() != null) {
      words.add("it " + outcome.refusal());
      remedy = "look whether that is why it failed: such a call is refused to every program here";
    }
    if (outcome.crash() != null) {
      words.add(outcome.crash());
      remedy =
          "it is a fault in that file, or in what it was given: the same inputs will most likely do"
              + " it again; its makers will ask for the file and the offset";
    }
    return remedy == null
        ? null
        : Failure.of(Failure.Kind.PROGRAM, String.join("; ", words), remedy);
  }

  private static String remedy(Missing missing) {
    return switch (missing) {
      case Missing.Outside outside ->
          "a program sees its application and, in /work, its inputs, nothing else of the machine:"
              + " give the file as an input and name it relative to /work";
      case Missing.Own own -> "give the file with the job as an input, or correct its name";
      case Missing.Library library ->
          "name the package that holds it in the application's app.yaml, under packages";
    };
  }

  /** {@return what the last line of that kind says is not there} */
  static Optional<Missing> missing(List<String> last) {
    for (String line : last.reversed()) {
      if (!line.toLowerCase(Locale.ROOT).contains(NOT_THERE)) {
        continue;
      }
      Matcher library = LIBRARY.matcher(line);
      if (library.find()) {
        return bounded(library.group(1)).map(Missing.Library::new);
      }
      Optional<String> name = name(line).flatMap(Clues::bounded);
      if (name.isPresent()) {
        return name.map(n -> isOwn(n) ? new Missing.Own(n) : new Missing.Outside(n));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> bounded(String name) {
    return Optional.of(name).filter(n -> n.length() <= LONGEST && !n.isBlank());
  }

  private static boolean isOwn(String name) {
    return !name.startsWith("/") || name.startsWith("/work/") || name.startsWith("/tmp/");
  }

  /** Quoted; else what stands before the words; else the first absolute path of the line. */
  private static Optional<String> name(String line) {
    Optional<String> quoted =
        QUOTED
            .matcher(line)
            .results()
            .map(found -> found.group(1))
            .filter(text -> !text.toLowerCase(Locale.ROOT).contains(NOT_THERE))
            .reduce((first, then) -> then);
    if (quoted.isPresent()) {
      return quoted;
    }
    for (Pattern bare : List.of(BEFORE, ABSOLUTE)) {
      Matcher found = bare.matcher(line);
      if (found.find()) {
        return Optional.of(found.group(found.groupCount()));
      }
    }
    return Optional.empty();
  }
}
