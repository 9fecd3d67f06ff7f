package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a subjob or a job did not complete, in words a scientist can act on.
 *
 * @param kind which side it lies on
 * @param message a sentence: what failed, with which value
 * @param remedy what to do about it
 * @param exitCode 0..255
 * @param signal as {@code SIGKILL}
 * @param lines the last lines of stderr
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Failure(
    Kind kind,
    String message,
    @Nullable String remedy,
    @Nullable Integer exitCode,
    @Nullable String signal,
    List<String> lines) {

  /** The side a failure lies on; decides whether another try makes sense. */
  public enum Kind {
    /** Exit status or signal of the program itself. */
    PROGRAM(false),
    /** It used more time, memory, disk or output than allowed. */
    LIMIT(false),
    /** Its inputs could not be brought to the executor. */
    INPUT(true),
    /** The executor is at fault. */
    EXECUTOR(true),
    /** The executor went away. */
    LOST(true),
    /** The executor's owner wanted the machine; nobody's fault, and never counted. */
    OWNER(true),
    /** The subjobs' outputs could not be merged. */
    MERGE(false),
    /** The executor could not contain the program. */
    ENVELOPE(true);

    private final boolean retried;

    Kind(boolean retried) {
      this.retried = retried;
    }

    /** {@return whether another executor may do better} */
    public boolean retried() {
      return retried;
    }

    /** {@return the word in the contract} */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@return the kind of a word of the contract}
     *
     * @throws IllegalArgumentException for another word
     */
    @JsonCreator
    public static Kind of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }

  /** Absent lines are no lines. */
  @SuppressWarnings("NullAway") // Jackson hands null for an absent member
  public Failure {
    lines = lines == null ? List.of() : List.copyOf(lines);
  }

  /** A failure of which only words are known. */
  public static Failure of(Kind kind, String message, String remedy) {
    return new Failure(kind, message, remedy, null, null, List.of());
  }
}
