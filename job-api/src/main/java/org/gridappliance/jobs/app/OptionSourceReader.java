package org.gridappliance.jobs.app;

import java.util.List;
import java.util.Map;

/** Reads {@code choices:} where it says where they come from. */
final class OptionSourceReader {
  private static final int MOST_COLUMNS = 10_000;

  private OptionSourceReader() {}

  static OptionSource source(Yaml at) {
    YamlFields fields =
        at.fields(
            "input", "command", "seconds", "by", "column", "note", "format", "header", "comment");
    if (fields.has("input") == fields.has("command")) {
      at.problem("want either \"input\", a file input, or \"command\", an argument list");
    }
    OptionSource.Layout layout = layout(fields);
    if (fields.has("command")) {
      int seconds =
          fields
              .get("seconds")
              .map(s -> (int) s.integer(1, OptionSource.CommandSource.MOST_SECONDS))
              .orElse(OptionSource.CommandSource.SECONDS);
      return new OptionSource.CommandSource(
          fields.need("command", CommandReader::command, List.of()), seconds, layout);
    }
    if (fields.has("seconds")) {
      at.keyProblem("seconds", "is of a command; remove it");
    }
    return new OptionSource.FileSource(fields.text("input", 81, ""), layout);
  }

  private static OptionSource.Layout layout(YamlFields fields) {
    OptionSource.By by =
        fields
            .get("by")
            .map(word -> word.word(OptionSource.By.class, OptionSource.By.LINES))
            .orElse(OptionSource.By.LINES);
    OptionSource.Place value = column(fields, "column");
    OptionSource.Place note = column(fields, "note");
    boolean table = by == OptionSource.By.COLUMN;
    if (table && value.isNone() && !fields.has("column")) {
      fields.at().problem("\"column\" is missing: a name of the header, or a number from 1");
    }
    boolean named = !value.name().isEmpty() || !note.name().isEmpty();
    for (Map.Entry<String, Yaml> field : fields.values().entrySet()) {
      boolean ofTable = List.of("column", "note", "format", "header").contains(field.getKey());
      if (ofTable && !table) {
        fields.at().keyProblem(field.getKey(), "goes with \"by: column\"; remove it");
      }
    }
    if (fields.has("comment") && by == OptionSource.By.FASTA) {
      fields.at().keyProblem("comment", "does not go with \"by: fasta\"; remove it");
    }
    if (named && fields.has("header") && !fields.bool("header")) {
      fields.at().keyProblem("header", "columns are found by name only in a header");
    }
    TableFormat.Style style =
        fields
            .get("format")
            .map(f -> f.word(TableFormat.Style.class, TableFormat.Style.TSV))
            .orElse(TableFormat.Style.TSV);
    if (style == TableFormat.Style.MATCH) {
      fields.at().keyProblem("format", "\"match\" has no rows: want whitespace, tsv or csv");
    }
    return new OptionSource.Layout(
        by, style, value, note, named || fields.bool("header"), fields.text("comment", 10, ""));
  }

  /** A number without quotes counts columns from 1; anything else is a name in the header. */
  private static OptionSource.Place column(YamlFields fields, String key) {
    return fields
        .get(key)
        .map(
            at ->
                at.isPlain() && at.text().matches("-?\\d+")
                    ? new OptionSource.Place((int) at.integer(1, MOST_COLUMNS), "")
                    : new OptionSource.Place(0, at.text(200)))
        .orElse(OptionSource.Place.NONE);
  }
}
