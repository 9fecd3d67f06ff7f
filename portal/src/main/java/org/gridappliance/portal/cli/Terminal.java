package org.gridappliance.portal.cli;

import java.io.Console;
import java.util.Objects;
import java.util.Optional;

/** The terminal this program runs on, if it runs on one. */
final class Terminal {
  private Terminal() {}

  static boolean present() {
    return console().isTerminal();
  }

  /** {@return the line typed after {@code question}, empty at the end of input} */
  static Optional<String> ask(String question) {
    return Optional.ofNullable(console().readLine(question));
  }

  /** As {@link #ask}, without showing what is typed. */
  static Optional<String> askSecretly(String question) {
    return Optional.ofNullable(console().readPassword(question)).map(String::new);
  }

  /** Never null since Java 22; whether it is a terminal is another question. */
  private static Console console() {
    return Objects.requireNonNull(System.console());
  }
}
