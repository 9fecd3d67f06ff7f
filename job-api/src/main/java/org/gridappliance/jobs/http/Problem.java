package org.gridappliance.jobs.http;

import java.util.List;

/**
 * An answer that is not a success, as {@code application/problem+json} (RFC 9457). Thrown by
 * operations; turned into the answer in one place. Carries no stack trace: it is an answer, not a
 * fault of the program.
 */
public final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The status of what was removed and may come back. */
  public static final int GONE = 410;

  /** One bad field: its name as in the request, and a sentence with value, range and remedy. */
  public record FieldError(String field, String message) {}

  private final int status;
  private final String title;
  private final transient List<FieldError> errors;

  public Problem(int status, String title, String detail, List<FieldError> errors) {
    super(detail, null, false, false);
    this.status = status;
    this.title = title;
    this.errors = List.copyOf(errors);
  }

  public Problem(int status, String title, String detail) {
    this(status, title, detail, List.of());
  }

  /** 400: the request is not valid; {@code detail} says which value and what was wanted. */
  public static Problem invalid(String detail, List<FieldError> errors) {
    return new Problem(400, "Not valid", detail, errors);
  }

  /** 403: the caller is known and may not. */
  public static Problem forbidden(String detail) {
    return new Problem(403, "Not allowed", detail);
  }

  /** 404, also for what exists but belongs to somebody else. */
  public static Problem notFound(String what) {
    return new Problem(404, "Not found", what + " is not here");
  }

  /** 409: the request does not fit the present state. */
  public static Problem conflict(String detail) {
    return new Problem(409, "Conflict", detail);
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  public List<FieldError> errors() {
    return errors;
  }
}
