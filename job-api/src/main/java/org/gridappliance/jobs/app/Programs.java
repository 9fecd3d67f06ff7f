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

  private static final Path DPKG = Path.of("/var/lib/dpkg/info");
  private static final String ARCHITECTURE = "amd64";

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
      // what a shell is told to run cannot be known, but its packages can
      return program.equals("sh") || program.equals("bash")
          ? missingPackage(app.packages())
          : Optional.empty();
    }
    String remedy =
        app.packages().isEmpty()
            ? "install it"
            : "install it: apt-get install " + String.join(" ", app.packages());
    return Optional.of(program + " is not installed on this machine; " + remedy);
  }

  private static Optional<String> missingPackage(List<String> packages) {
    if (!Files.isDirectory(DPKG)) {
      return Optional.empty(); // not Debian's: nothing is known
    }
    return packages.stream()
        .filter(name -> !isInstalled(name))
        .findFirst()
        .map(
            name ->
                name + " is not installed on this machine; install it: apt-get install " + name);
  }

  private static boolean isInstalled(String name) {
    return Files.exists(DPKG.resolve(name + ".list"))
        || Files.exists(DPKG.resolve(name + ":" + ARCHITECTURE + ".list"));
  }
}
