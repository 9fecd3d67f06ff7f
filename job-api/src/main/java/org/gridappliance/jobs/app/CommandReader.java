package org.gridappliance.jobs.app;

import java.util.List;

/** Reads {@code command:} and {@code merge:}. */
final class CommandReader {
  private CommandReader() {}

  static List<Argument> command(Yaml at) {
    List<Argument> arguments = arguments(at);
    if (!arguments.isEmpty() && !(arguments.getFirst() instanceof Argument.One)) {
      at.problem("the first entry is the program and cannot be a \"when\" or \"each\"");
    }
    if (arguments.isEmpty() && !at.isText()) {
      at.problem("has no entry; the first is the program");
    }
    return arguments;
  }

  private static List<Argument> arguments(Yaml at) {
    if (at.isText()) {
      at.problem(
          "is one text; write a list, one argument an entry: no shell reads it, so nothing"
              + " cuts it at blanks");
      return List.of();
    }
    return at.list(1000).stream().map(CommandReader::argument).toList();
  }

  private static Argument argument(Yaml at) {
    if (!at.isMap()) {
      return new Argument.One(template(at));
    }
    YamlFields fields = at.fields("when", "is", "each", "then");
    if (fields.has("each")) {
      if (fields.has("when") || fields.has("is")) {
        at.problem("takes either \"when\" or \"each\"; put one into the other's \"then\"");
      }
      return new Argument.Each(
          fields.text("each", 40, ""), fields.need("then", CommandReader::arguments, List.of()));
    }
    return new Argument.When(
        fields.needText("when", 81),
        fields.get("is").map(Yaml::text).filter(text -> !text.isEmpty()),
        fields.need("then", CommandReader::arguments, List.of()));
  }

  static Template template(Yaml at) {
    try {
      return Template.parse(at.text());
    } catch (IllegalArgumentException e) {
      at.problem(String.valueOf(e.getMessage()));
      return new Template("", List.of());
    }
  }
}
