package org.gridappliance.jobs.app;

import java.util.List;
import java.util.stream.Collectors;

/** An {@code app.yaml} that does not describe an application. */
public final class AppInvalid extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient List<AppProblem> problems;

  AppInvalid(List<AppProblem> problems) {
    super(problems.stream().map(AppProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** {@return what is wrong, in the order of the file, never empty} */
  public List<AppProblem> problems() {
    return problems;
  }
}
