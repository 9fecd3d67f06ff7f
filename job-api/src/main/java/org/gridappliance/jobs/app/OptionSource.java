package org.gridappliance.jobs.app;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Where the choices of an input come from when they do not stand in {@code app.yaml}. */
public sealed interface OptionSource {
  /** {@return how they are read} */
  Layout layout();

  /** {@return the inputs they are made from, each standing before the one that they are for} */
  Set<String> needs();

  /**
   * A file that was chosen in the form.
   *
   * @param input the name of a {@link Input.FileInput}
   */
  record FileSource(String input, Layout layout) implements OptionSource {
    @Override
    public Set<String> needs() {
      return Set.of(input);
    }
  }

  /**
   * What a program of the application prints.
   *
   * @param command its argument list, as {@link App#command()}
   * @param seconds it may take, 1..{@link #MOST_SECONDS}
   */
  record CommandSource(List<Argument> command, int seconds, Layout layout) implements OptionSource {
    static final int SECONDS = 20;
    static final int MOST_SECONDS = 60;

    @Override
    public Set<String> needs() {
      Set<String> names = new TreeSet<>();
      names(command, names);
      return names;
    }

    private static void names(List<Argument> arguments, Set<String> names) {
      for (Argument argument : arguments) {
        switch (argument) {
          case Argument.One(Template template) -> names.addAll(template.names());
          case Argument.When when -> {
            names.add(when.input());
            names(when.then(), names);
          }
          case Argument.Each each -> {
            names.add(each.group());
            names(each.then(), names);
          }
        }
      }
    }
  }

  /**
   * How options stand in a file.
   *
   * @param by what is one option
   * @param style how the cells of a row are told apart, with {@link By#COLUMN}
   * @param value the column with the value, with {@link By#COLUMN}
   * @param note the column with what is shown beside it; number 0 for none
   * @param header the first row names the columns
   * @param comment lines that begin with it are skipped; empty for none
   */
  record Layout(
      By by, TableFormat.Style style, Place value, Place note, boolean header, String comment) {}

  /** What is one option. */
  enum By {
    /** A FASTA record: the first word of its line, and the rest as a note. */
    FASTA,
    /** A line that is not blank; what follows a tab is a note. */
    LINES,
    /** A cell of each row of a table. */
    COLUMN
  }

  /**
   * Where a column of a table is.
   *
   * @param number from 1; 0 when it is found by its name
   * @param name in the header; empty when it is found by number
   */
  record Place(int number, String name) {
    static final Place NONE = new Place(0, "");

    boolean isNone() {
      return equals(NONE);
    }
  }
}
