package org.gridappliance.jobs.app;

/**
 * What is wrong at one place of an {@code app.yaml}.
 *
 * @param line from 1
 * @param column from 1
 * @param path as {@code inputs[2].minimum}; empty for the whole file
 * @param message what, with value, range and remedy
 */
public record AppProblem(int line, int column, String path, String message) {
  @Override
  public String toString() {
    return line + ":" + column + ": " + (path.isEmpty() ? "" : path + ": ") + message;
  }
}
