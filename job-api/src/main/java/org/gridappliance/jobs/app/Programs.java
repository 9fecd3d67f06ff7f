package org.gridappliance.jobs.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether an application's program is installed on this machine. */
public final class Programs {
  /** Where the envelope looks, in this order. */
  private static final List<Path> FOLDERS =
      List.of(
          Path.of("/usr/local/bin"),
          Path.of("/usr/bin"),
          Path.of("/bin"),
          Path.of("/usr/sbin"),
          Path.of("/sbin"));

  private Programs() {}

  /** {@return why the application cannot run here, with the remedy; empty when it can} */
  public static Optional<String> missing(App app) {
    if (!(app.command().getFirst() instanceof Argument.One(Template template))
        || !template.names().isEmpty()) {
      return Optional.empty();
    }
    String program = template.source();
    boolean found =
        program.startsWith("/")
            ? Files.isExecutable(Path.of(program))
            : FOLDERS.stream().anyMatch(folder -> Files.isExecutable(folder.resolve(program)));
    if (found) {
      return Optional.empty();
    }
    String remedy =
        app.packages().isEmpty()
            ? "install it"
            : "install it: apt-get install " + String.join(" ", app.packages());
    return Optional.of(program + " is not installed on this machine; " + remedy);
  }
}
