package org.gridappliance.portal.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Prints for each command its words and options, as the commands themselves declare them; for
 * {@code ./appliance completion}. An option that takes a value ends in {@code =}.
 */
@Command(name = "completion-words", hidden = true, description = "Lists commands and options.")
final class CompletionWordsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    spec.root()
        .subcommands()
        .forEach(
            (name, command) -> {
              if (!command.getCommandSpec().usageMessage().hidden()) {
                System.out.println(name + words(command.getCommandSpec()));
              }
            });
    return 0;
  }

  private static String words(CommandSpec command) {
    StringBuilder words = new StringBuilder();
    command
        .positionalParameters()
        .forEach(
            position -> {
              Iterable<String> candidates = position.completionCandidates();
              if (candidates != null) {
                candidates.forEach(word -> words.append(' ').append(word));
              }
            });
    command.options().stream()
        .filter(option -> !option.hidden())
        .forEach(
            option ->
                words
                    .append(' ')
                    .append(option.longestName())
                    .append(option.arity().max() > 0 ? "=" : ""));
    return words.toString();
  }
}
