package org.gridappliance.portal.cli;

import java.io.Console;
import java.util.Optional;

/** The terminal this program runs on, if it runs on one. */
final class Terminal {
  private Terminal() {}

  static boolean present() {
    return console().map(Console::isTerminal).orElse(false);
  }

  /**
   * {@return the line typed after {@code question}; empty at the end of input or without terminal}
   */
  static Optional<String> ask(String question) {
    return console().map(console -> console.readLine(question));
  }

  /** As {@link #ask}, without showing what is typed. */
  static Optional<String> askSecretly(String question) {
    return console().map(console -> console.readPassword(question)).map(String::new);
  }

  @SuppressWarnings("SystemConsoleNull") // seen on 25 without a terminal; 22 to 24 never gave null
  private static Optional<Console> console() {
    return Optional.ofNullable(System.console());
  }
}
