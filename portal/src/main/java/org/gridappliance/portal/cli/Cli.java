package org.gridappliance.portal.cli;

import java.io.PrintWriter;
import java.net.ConnectException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code ./appliance login | submit | jobs | api | overlay | admin-link}. Exit status: 0 done, 1
 * refused or failed, 2 a mistake in the command line, 130 cancelled.
 */
@Command(
    name = "./appliance",
    description = "Submits jobs to a portal and follows them.",
    subcommands = {
      LoginCommand.class,
      SubmitCommand.class,
      JobsCommand.class,
      ApiCommand.class,
      OverlayCommand.class,
      AppCommand.class,
      AdminLinkCommand.class,
      SnapshotCommand.class,
      CompletionWordsCommand.class
    })
public final class Cli {
  private Cli() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return new CommandLine(new Cli())
        .setExecutionExceptionHandler((e, command, parsed) -> explain(e, command.getErr()))
        .execute(arguments);
  }

  /**
   * A mistake is told in one sentence; anything else is a fault of this program and shows where.
   */
  private static int explain(Exception error, PrintWriter err) {
    switch (error) {
      case CliException e -> err.println(e.getMessage());
      case ConnectException e ->
          err.println("no portal answers there; is it running? (./appliance up)");
      case java.io.IOException e -> err.println(e.getMessage() == null ? e : e.getMessage());
      default -> error.printStackTrace(err);
    }
    err.flush();
    return 1;
  }
}
