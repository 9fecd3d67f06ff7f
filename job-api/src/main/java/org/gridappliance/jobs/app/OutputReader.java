package org.gridappliance.jobs.app;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code outputs:} and {@code plots:}. */
final class OutputReader {
  private static final Pattern PATH =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,5}");

  private enum Kind {
    TABLE,
    TEXT,
    FILE,
    IMAGE
  }

  private OutputReader() {}

  static List<Output> outputs(Yaml at) {
    Set<String> names = new HashSet<>();
    List<Output> outputs = at.list(100).stream().map(item -> output(item, names)).toList();
    if (outputs.isEmpty()) {
      at.problem("has no entry; an application makes at least one file");
    }
    return outputs;
  }

  /** {@return a path beneath the scratch folder, which cannot lead out of it} */
  static String path(Yaml at) {
    return at.text(PATH, "letters, digits, . _ - and / between parts, not beginning with . or -");
  }

  private static Output output(Yaml at, Set<String> names) {
    YamlFields fields =
        at.fields(
            "name",
            "type",
            "title",
            "file",
            "from",
            "join",
            "format",
            "comment",
            "header",
            "columns",
            "sort",
            "sum",
            "sequence");
    Kind kind = fields.need("type", type -> type.word(Kind.class, Kind.FILE), Kind.FILE);
    String name = fields.need("name", n -> n.text(AppParser.NAME, AppParser.NAME_WANTED), "x");
    if (!names.add(name)) {
      at.problem("there are two outputs \"" + name + "\"; rename one");
    }
    String title = fields.needText("title", 80);
    String file = fields.need("file", OutputReader::path, "x");
    boolean fromMerge =
        fields.get("from").map(f -> f.text(Pattern.compile("merge"), "merge")).isPresent();
    if (kind != Kind.IMAGE && fields.has("sequence")) {
      at.keyProblem("sequence", "belongs to an image; remove it or write \"type: image\"");
    }
    if (kind == Kind.TABLE) {
      return table(fields, name, title, file, fromMerge);
    }
    for (String key : List.of("format", "comment", "header", "columns", "sort", "sum")) {
      if (fields.has(key)) {
        at.keyProblem(key, "belongs to a table; remove it or write \"type: table\"");
      }
    }
    if (kind == Kind.IMAGE) {
      return image(fields, name, title, file, fromMerge);
    }
    Output.Join join =
        fields
            .get("join")
            .map(j -> j.word(Output.Join.class, Output.Join.EACH))
            .orElse(Output.Join.CONCATENATE);
    return kind == Kind.TEXT
        ? new Output.TextOutput(name, title, file, fromMerge, join)
        : new Output.FileOutput(name, title, file, fromMerge, join);
  }

  private static Output image(
      YamlFields fields, String name, String title, String file, boolean fromMerge) {
    if (fields.has("join")) {
      fields.at().keyProblem("join", "every subjob's picture is kept; remove it");
    }
    if (fields.has("file") && ImageFormat.of(file).isEmpty()) {
      fields
          .at()
          .keyProblem(
              "file",
              "\""
                  + file
                  + "\": want the ending of a picture that a browser draws: "
                  + ImageFormat.ENDINGS);
    }
    if (fromMerge && fields.bool("sequence")) {
      fields.at().keyProblem("sequence", "the merge command makes one picture; remove it");
    }
    return new Output.ImageOutput(name, title, file, fromMerge, fields.bool("sequence"));
  }

  private static Output table(
      YamlFields fields, String name, String title, String file, boolean fromMerge) {
    if (fields.has("join")) {
      fields.at().keyProblem("join", "tables are merged by their rows; remove it");
    }
    TableFormat.Style style =
        fields.need(
            "format",
            f -> f.word(TableFormat.Style.class, TableFormat.Style.TSV),
            TableFormat.Style.TSV);
    Set<String> names = new HashSet<>();
    List<Column> columns =
        fields.need(
            "columns",
            c -> c.list(500).stream().map(item -> column(item, style, names)).toList(),
            List.of());
    if (fields.has("columns") && columns.stream().allMatch(Column::hidden)) {
      fields.at().keyProblem("columns", "shows no column; give at least one without \"hidden\"");
    }
    return new Output.TableOutput(
        name,
        title,
        file,
        fromMerge,
        new TableFormat(style, fields.text("comment", 10, ""), fields.bool("header")),
        columns,
        fields
            .get("sort")
            .map(s -> s.list(20).stream().map(item -> key(item, columns)).toList())
            .orElse(List.of()),
        fields
            .get("sum")
            .map(s -> s.list(20).stream().map(item -> summed(item, columns)).distinct().toList())
            .orElse(List.of()));
  }

  private static Column column(Yaml at, TableFormat.Style style, Set<String> names) {
    YamlFields fields = at.fields("name", "title", "type", "units", "pattern", "hidden");
    String name = fields.need("name", n -> n.text(AppParser.NAME, AppParser.NAME_WANTED), "x");
    if (!names.add(name)) {
      at.problem("there are two columns \"" + name + "\"; rename one");
    }
    Optional<Pattern> pattern = fields.get("pattern").flatMap(InputReader::pattern);
    boolean match = style == TableFormat.Style.MATCH;
    if (match && !fields.has("pattern")) {
      at.problem("\"pattern\" is missing: a table of format match finds each column by one");
    } else if (!match && fields.has("pattern")) {
      at.keyProblem("pattern", "belongs to the format match; remove it");
    }
    pattern
        .filter(p -> p.matcher("").groupCount() != 1)
        .ifPresent(p -> at.keyProblem("pattern", "want exactly one group ( ) around the value"));
    return new Column(
        name,
        fields.text("title", 80, name),
        fields
            .get("type")
            .map(t -> t.word(Column.Type.class, Column.Type.STRING))
            .orElse(Column.Type.STRING),
        fields.get("units").map(u -> u.text(20)),
        pattern,
        fields.bool("hidden"));
  }

  private static Output.SortKey key(Yaml at, List<Column> columns) {
    String text = at.text();
    boolean descending = text.startsWith("-");
    String name = descending ? text.substring(1) : text;
    if (columns.stream().noneMatch(column -> column.name().equals(name) && !column.hidden())) {
      at.problem("there is no column \"" + name + "\" to sort by");
    }
    return new Output.SortKey(name, descending);
  }

  private static String summed(Yaml at, List<Column> columns) {
    String name = at.text();
    if (columns.stream()
        .noneMatch(c -> c.name().equals(name) && !c.hidden() && c.type().numeric())) {
      at.problem("there is no column of numbers \"" + name + "\" to add up");
    }
    return name;
  }

  static List<Plot> plots(Yaml at) {
    return at.list(50).stream().map(OutputReader::plot).toList();
  }

  private static Plot plot(Yaml at) {
    YamlFields fields = at.fields("title", "kind", "table", "x", "y", "z", "label");
    Plot.Kind kind =
        fields.need("kind", k -> k.word(Plot.Kind.class, Plot.Kind.SCATTER), Plot.Kind.SCATTER);
    if (kind == Plot.Kind.HISTOGRAM && fields.has("y")) {
      at.keyProblem("y", "a histogram counts; remove it");
    } else if (kind != Plot.Kind.HISTOGRAM && !fields.has("y")) {
      at.problem("\"y\" is missing");
    }
    if (kind.coloured() && !fields.has("z")) {
      at.problem("\"z\" is missing: what the colours say");
    } else if (!kind.coloured() && fields.has("z")) {
      at.keyProblem("z", "only a heatmap or a contour plot shows a third column; remove it");
    }
    return new Plot(
        fields.needText("title", 80),
        kind,
        fields.needText("table", 40),
        fields.need("x", OutputReader::axis, new Plot.Axis("", "", Optional.empty(), false)),
        fields.get("y").map(OutputReader::axis),
        fields.get("z").map(OutputReader::axis),
        fields.get("label").map(label -> label.text(40)));
  }

  private static Plot.Axis axis(Yaml at) {
    YamlFields fields = at.fields("column", "label", "units", "scale");
    String scale =
        fields
            .get("scale")
            .map(s -> s.text(Pattern.compile("linear|log"), "linear or log"))
            .orElse("linear");
    return new Plot.Axis(
        fields.needText("column", 40),
        fields.needText("label", 80),
        fields.get("units").map(u -> u.text(20)),
        scale.equals("log"));
  }
}
