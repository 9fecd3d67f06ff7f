package org.gridappliance.portal.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A way back in for who owns the data folder. */
@Command(
    name = "admin-link",
    description =
        "Prints a fresh one-time link that makes an administrator, when nobody can log in.",
    mixinStandardHelpOptions = true)
final class AdminLinkCommand implements Callable<Integer> {
  @Option(names = "--data", required = true, description = "the data folder of the running portal")
  Path data = Path.of("");

  @Override
  public Integer call() throws IOException, CliException {
    System.out.println(OwnerCall.ask(data, "admin-link"));
    return 0;
  }
}
