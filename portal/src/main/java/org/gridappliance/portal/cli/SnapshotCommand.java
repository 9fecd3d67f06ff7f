package org.gridappliance.portal.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the path of a consistent copy of a running portal's database; for backup. */
@Command(name = "snapshot", hidden = true, description = "Copies the database of a running portal.")
final class SnapshotCommand implements Callable<Integer> {
  @Option(names = "--data", required = true, description = "the data folder of the running portal")
  Path data = Path.of("");

  @Override
  public Integer call() throws IOException, CliException {
    System.out.println(OwnerCall.ask(data, "snapshot"));
    return 0;
  }
}
