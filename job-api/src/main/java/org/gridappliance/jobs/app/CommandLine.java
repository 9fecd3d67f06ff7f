package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes the argument list of a subjob from its values. A value becomes part of one argument as it
 * is; no shell ever reads it. Pure.
 */
public final class CommandLine {
  /** Values that a command cannot be written from, as a division by zero. */
  public static final class CannotExpand extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotExpand(String message) {
      super(message);
    }
  }

  /** The most arguments that are looked at for one command, written or not. */
  static final int MOST = 20_000;

  private final App app;
  private final Map<String, Value> values;
  private final Map<String, Facts> facts;

  private CommandLine(App app, Map<String, Value> values, Map<String, Facts> facts) {
    this.app = app;
    this.values = values;
    this.facts = facts;
  }

  /**
   * {@return the argument list of one subjob}
   *
   * @param values checked values by input name, one combination of a sweep
   * @param facts of every file input that was given, by input name
   * @throws CannotExpand when arithmetic fails
   */
  public static List<String> expand(App app, Map<String, Value> values, Map<String, Facts> facts) {
    return new CommandLine(app, values, facts).arguments(app.command());
  }

  /** {@return the argument list of a command that lists choices} */
  public static List<String> expandOptions(
      App app, OptionSource.CommandSource source, Map<String, Value> values) {
    return new CommandLine(app, values, Map.of()).arguments(source.command());
  }

  /** {@return the argument list of the merge command; empty when there is none} */
  public static List<String> expandMerge(
      App app, Map<String, Value> values, Map<String, Facts> facts) {
    return new CommandLine(app, values, facts).arguments(app.mergeCommand().orElse(List.of()));
  }

  /** {@return the environment of one subjob, in the order of app.yaml} */
  public static Map<String, String> environment(
      App app, Map<String, Value> values, Map<String, Facts> facts) {
    CommandLine line = new CommandLine(app, values, facts);
    Map<String, String> environment = new LinkedHashMap<>();
    app.environment().forEach((name, template) -> environment.put(name, line.text(template)));
    return environment;
  }

  /** {@return what one subjob's program counts to, as text; empty when nothing says it} */
  public static Optional<String> progressTotal(
      App app, Map<String, Value> values, Map<String, Facts> facts) {
    CommandLine line = new CommandLine(app, values, facts);
    return app.progress().flatMap(Progress::total).map(line::text);
  }

  /** {@return the part of the environment that depends on no input} */
  public static Map<String, String> fixedEnvironment(App app) {
    CommandLine line = new CommandLine(app, Map.of(), Map.of());
    Map<String, String> environment = new LinkedHashMap<>();
    app.environment()
        .forEach(
            (name, template) -> {
              if (template.names().isEmpty()) {
                environment.put(name, line.text(template));
              }
            });
    return environment;
  }

  private List<String> arguments(List<Argument> pieces) {
    List<String> out = new ArrayList<>();
    AtomicInteger left = new AtomicInteger(MOST);
    write(pieces, out, left);
    return out;
  }

  /**
   * Rows within rows multiply, so what is looked at is counted.
   *
   * @param left how many arguments may be looked at yet
   */
  private void write(List<Argument> pieces, List<String> out, AtomicInteger left) {
    for (Argument piece : pieces) {
      count(left);
      switch (piece) {
        case Argument.One(Template template) -> out.add(text(template));
        case Argument.When when -> {
          if (holds(when)) {
            write(when.then(), out, left);
          }
        }
        case Argument.Each(String group, List<Argument> then) ->
            rows(group)
                .forEach(
                    row -> {
                      count(left);
                      row.write(then, out, left);
                    });
      }
    }
  }

  private static void count(AtomicInteger left) {
    if (left.decrementAndGet() < 0) {
      throw new CannotExpand(
          "it has more than %,d arguments, the most there may be; give fewer rows".formatted(MOST));
    }
  }

  /** {@return for each row the same with its values, named {@code group.input}} */
  private List<CommandLine> rows(String name) {
    List<CommandLine> lines = new ArrayList<>();
    if (app.input(name).orElse(null) instanceof Input.RepeatInput group
        && values.get(name) instanceof Value.RowsValue(List<Map<String, Value>> rows)) {
      for (int i = 0; i < rows.size(); i++) {
        Map<String, Value> more = new LinkedHashMap<>(values);
        int number = i + 1;
        rows.get(i)
            .forEach(
                (input, value) ->
                    more.put(
                        name + "." + input,
                        group.input(input).orElse(null) instanceof Input.FileInput file
                            ? new Value.TextValue(file.stageAs(number))
                            : value));
        lines.add(new CommandLine(app, more, facts));
      }
    }
    return lines;
  }

  private boolean holds(Argument.When when) {
    Value value = values.get(when.input());
    if (value == null) {
      return false;
    }
    return when.is().map(value::is).orElse(!isNothing(value));
  }

  private static boolean isNothing(Value value) {
    return value.equals(new Value.BooleanValue(false))
        || (value instanceof Value.ListValue list && list.chosen().isEmpty())
        || (value instanceof Value.RowsValue rows && rows.rows().isEmpty());
  }

  private String text(Template template) {
    StringBuilder text = new StringBuilder();
    for (Template.Part part : template.parts()) {
      text.append(
          switch (part) {
            case Template.Part.Literal(String literal) -> literal;
            case Template.Part.Placeholder(Expression.Name(String name))
                when values.containsKey(name) || isInput(name) ->
                argument(name);
            case Template.Part.Placeholder(Expression expression) -> computed(template, expression);
          });
    }
    return text.toString();
  }

  private static boolean isInput(String name) {
    return name.indexOf('.') < 0;
  }

  private String argument(String name) {
    // In the rows of a command the place of a row's file stands for it.
    if (app.named(name).orElse(null) instanceof Input.FileInput file
        && !(values.get(name) instanceof Value.TextValue)) {
      return file.stageAs();
    }
    return value(name).text();
  }

  private String computed(Template template, Expression expression) {
    try {
      return Numbers.text(expression.number(this::number));
    } catch (ArithmeticException e) {
      throw new CannotExpand("\"" + template.source() + "\" cannot be computed: " + e.getMessage());
    }
  }

  private BigDecimal number(String name) {
    if (!isInput(name) && !values.containsKey(name)) {
      int dot = name.indexOf('.');
      Facts fact = facts.get(name.substring(0, dot));
      if (fact == null) {
        throw new CannotExpand("nothing is known of the file " + name.substring(0, dot));
      }
      return BigDecimal.valueOf(name.endsWith(".records") ? fact.records() : fact.bytes());
    }
    return switch (value(name)) {
      case Value.NumberValue(BigDecimal number) -> number;
      case Value.IntegerValue(long number) -> BigDecimal.valueOf(number);
      // A choice of numbers, as the cache sizes; the parser lets no other text through.
      case Value other -> new BigDecimal(other.text());
    };
  }

  private Value value(String name) {
    Value value = values.get(name);
    if (value == null) {
      throw new CannotExpand("the input " + name + " has no value");
    }
    return value;
  }
}
