package org.gridappliance.jobs.app;

import java.util.List;
import java.util.Optional;

/** A piece of a command. */
public sealed interface Argument {
  /** Exactly one argument. */
  record One(Template template) implements Argument {}

  /**
   * Arguments that come again for each row of a group, whose values are named {@code group.input}.
   *
   * @param group the name of a {@link Input.RepeatInput}
   */
  record Each(String group, List<Argument> then) implements Argument {}

  /**
   * Several arguments, present only when an input was given, or has a value.
   *
   * @param input a name
   * @param is the value it must have; when empty it must be given and not {@code false}
   */
  record When(String input, Optional<String> is, List<Argument> then) implements Argument {}
}
