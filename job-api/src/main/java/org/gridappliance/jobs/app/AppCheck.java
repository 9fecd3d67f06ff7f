package org.gridappliance.jobs.app;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What {@code ./appliance app check FILE} does: says of each descriptor what is wrong, one problem
 * a line as {@code file:line:column: place: message}, so that editors can jump there.
 */
public final class AppCheck {
  /** Everything is in order. */
  public static final int GOOD = 0;

  /** Some descriptor is wrong. */
  public static final int BAD = 1;

  private AppCheck() {}

  /** Checks each argument; ends with 0, with 1 when one is wrong, with 64 when there is none. */
  public static void main(String[] arguments) {
    if (arguments.length == 0) {
      System.err.println("app check: which FILE? Give an app.yaml or its folder");
      System.exit(64);
    }
    int status = GOOD;
    for (String argument : arguments) {
      status = Math.max(status, run(Path.of(argument), System.out));
    }
    System.exit(status);
  }

  /**
   * Checks one application.
   *
   * @param given its folder or its {@code app.yaml}
   * @param out where the answer goes
   * @return {@link #GOOD} or {@link #BAD}
   */
  public static int run(Path given, PrintStream out) {
    Path folder = Files.isDirectory(given) ? given : parent(given);
    Path file = folder.resolve(AppFolder.DESCRIPTOR);
    if (!Files.isDirectory(given) && !given.getFileName().toString().equals(AppFolder.DESCRIPTOR)) {
      out.println(given + ":1:1: want a folder, or the " + AppFolder.DESCRIPTOR + " in it");
      return BAD;
    }
    try {
      App app = AppParser.parse(folder);
      out.println(
          file
              + ": "
              + app.title()
              + " is in order: "
              + app.inputs().size()
              + " inputs, "
              + app.outputs().size()
              + " outputs, "
              + app.examples().size()
              + " examples");
      Optional<String> missing = Programs.missing(app);
      missing.ifPresent(message -> out.println(file + ": but " + message));
      return GOOD;
    } catch (AppInvalid e) {
      e.problems().forEach(problem -> out.println(file + ":" + problem));
      out.println("what an application says of itself: docs/applications.md");
      return BAD;
    } catch (IOException e) {
      out.println(file + ":1:1: cannot be read: " + e);
      return BAD;
    }
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file : parent;
  }
}
