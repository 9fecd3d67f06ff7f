package org.gridappliance.jobs.pool;

import java.util.List;
import java.util.Locale;
import org.gridappliance.jobs.app.Resources;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * Tells whose fault a failed subjob is, in words (Entropia §4.3.3: client black hole, malformed
 * subjob, resource contention). Pure.
 *
 * <table>
 * <caption>Failures</caption>
 * <tr><td>exit status, signal</td><td>the program's: failed for good, unless it ended faster than
 * it ever should and another node has not tried it</td></tr>
 * <tr><td>a limit</td><td>the program's: failed for good, with the limit and what was used</td></tr>
 * <tr><td>staging, envelope, executor</td><td>the node's: again, {@value #TRIES} tries</td></tr>
 * <tr><td>the node's owner wanted it</td><td>again, as often as it takes</td></tr>
 * <tr><td>node gone</td><td>again, {@value #LOSSES} times</td></tr>
 * </table>
 */
final class Classifier {
  /** Tries in all for a failure that is the executor's. */
  static final int TRIES = 3;

  /** Losses after which a subjob is taken to be what takes the nodes away. */
  static final int LOSSES = 10;

  /** A failure within so many seconds is fast even for an application that names no minimum. */
  static final double FAST_SECONDS = 1.0;

  private Classifier() {}

  /** {@return whether it ended sooner than a subjob of that application should} */
  static boolean isFast(double wallSeconds, Resources resources) {
    return wallSeconds < Math.max(resources.minimumSeconds(), FAST_SECONDS);
  }

  /** {@return what went wrong, or null when it completed} */
  static @Nullable Failure failure(SubjobResult result, @Nullable String missingOutput) {
    if (result.failure() != null) {
      return complete(result.failure(), result);
    }
    List<String> lines = lastLines(result.stderr());
    if (result.signal() != null) {
      return new Failure(
          Kind.PROGRAM,
          "the program was ended by " + result.signal() + signalWords(result.signal()),
          "look at the last lines of its output; the same inputs will most likely do it again",
          null,
          result.signal(),
          lines);
    }
    Integer code = result.exitCode();
    if (code == null) {
      return Failure.of(
          Kind.EXECUTOR,
          "the executor reported neither an exit status nor a signal",
          "it is tried again; update that node if this comes back");
    }
    if (code != 0) {
      return new Failure(
          Kind.PROGRAM,
          "the program ended with exit status " + code + exitWords(code),
          exitRemedy(code),
          code,
          null,
          lines);
    }
    if (missingOutput != null) {
      return new Failure(
          Kind.PROGRAM,
          "the program ended with success but left no file " + missingOutput,
          "look at its output; the application may name its output file wrongly",
          0,
          null,
          lines);
    }
    return null;
  }

  /** {@return the verdict on a failure that is the {@code tries}th of its subjob's own} */
  static Verdict judge(Failure why, int tries, int losses, boolean fast, boolean untriedNode) {
    if (why.kind() == Kind.LOST) {
      if (losses < LOSSES) {
        return new Verdict.Again(why);
      }
      return new Verdict.Failed(
          Failure.of(
              Kind.LOST,
              "the node went away " + losses + " times while it ran this subjob",
              "the program may bring the machine down; look at the nodes' own logs"));
    }
    if (why.kind().retried() && tries < TRIES) {
      return new Verdict.Again(why);
    }
    if (why.kind() == Kind.PROGRAM && fast && untriedNode && tries < TRIES) {
      return new Verdict.Again(why);
    }
    return new Verdict.Failed(why);
  }

  private static Failure complete(Failure given, SubjobResult result) {
    return new Failure(
        given.kind(),
        given.message(),
        given.remedy(),
        given.exitCode() != null ? given.exitCode() : result.exitCode(),
        given.signal() != null ? given.signal() : result.signal(),
        given.lines().isEmpty() ? lastLines(result.stderr()) : bounded(given.lines()));
  }

  private static List<String> lastLines(@Nullable String text) {
    return text == null ? List.of() : bounded(text.lines().toList());
  }

  private static List<String> bounded(List<String> lines) {
    return lines.subList(Math.max(0, lines.size() - 20), lines.size()).stream()
        .map(line -> line.length() > 500 ? line.substring(0, 500) + "…" : line)
        .toList();
  }

  private static String exitWords(int code) {
    return switch (code) {
      case 126 -> " (the program file cannot be run)";
      case 127 -> " (the program was not found on that node)";
      default -> "";
    };
  }

  private static String exitRemedy(int code) {
    return switch (code) {
      case 126, 127 ->
          "install the application's packages on that node; ./appliance doctor names the command";
      default -> "check the inputs against the last lines of its output, then submit again";
    };
  }

  private static String signalWords(String signal) {
    return switch (signal.toUpperCase(Locale.ROOT)) {
      case "SIGSEGV", "SIGBUS" ->
          " (it touched memory that is not its own: a fault in the program)";
      case "SIGABRT" -> " (it gave up by itself)";
      case "SIGILL" -> " (this machine's processor lacks an instruction that it needs)";
      case "SIGFPE" -> " (an arithmetic error, as a division by zero)";
      case "SIGKILL" -> " (something on that node killed it, perhaps for memory)";
      default -> "";
    };
  }
}
