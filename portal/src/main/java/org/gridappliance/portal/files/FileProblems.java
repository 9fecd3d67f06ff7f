package org.gridappliance.portal.files;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.webdav.DavException;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.lock.TooManyLocksException;
import org.gridappliance.webdav.tree.TreeException;

/** What a home refuses, as the portal's one shape of errors. */
public final class FileProblems {
  private FileProblems() {}

  /** {@return the problem; empty when it is no refusal but trouble} */
  public static Optional<Problem> of(IOException e) {
    String detail = String.valueOf(e.getMessage());
    return switch (e) {
      case TreeException tree -> Optional.of(of(tree.reason(), detail));
      case LockedException locked ->
          Optional.of(
              new Problem(
                  423,
                  "Locked",
                  "somebody else, or another program of yours, has it open for writing; close it"
                      + " there or wait"));
      case TooManyLocksException many -> Optional.of(new Problem(507, "Too many locks", detail));
      case DavException dav -> Optional.of(of(dav.status(), detail));
      default -> Optional.empty();
    };
  }

  private static Problem of(TreeException.Reason reason, String detail) {
    return switch (reason) {
      case NOT_FOUND -> Problem.notFound(detail.replaceFirst("^there is no ", ""));
      case BAD_PATH, TOO_LONG ->
          Problem.invalid(detail, List.of(new Problem.FieldError("path", detail)));
      case NO_PARENT, EXISTS, IS_FOLDER, REFUSED -> Problem.conflict(detail);
      case FULL -> new Problem(507, "Disk full", detail);
    };
  }

  private static Problem of(int status, String detail) {
    return switch (status) {
      case 403 -> Problem.forbidden(detail);
      case 412 ->
          new Problem(
              412, "Changed meanwhile", "the file is not, or no longer, the one you have seen");
      case 413 ->
          new Problem(
              413,
              "Too large",
              detail + "; an administrator changes files.max-bytes in appliance.yaml");
      case 416 -> new Problem(416, "No such range", detail);
      default -> new Problem(status, "Refused", detail);
    };
  }
}
