package org.gridappliance.jobs.merge;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.app.Value;

/** The swept inputs as columns that stand before a table's own. */
final class Swept {
  private Swept() {}

  static Column column(App app, Input input) {
    return new Column(
        input.name(),
        title(app, input),
        type(input),
        input.common().units(),
        Optional.empty(),
        /* hidden= */ false);
  }

  /**
   * The input's title; with its heading where others have the same, as the sets of three caches.
   */
  private static String title(App app, Input input) {
    boolean alone = app.inputs().stream().filter(i -> i.title().equals(input.title())).count() == 1;
    String group = input.common().group();
    return alone || group.isEmpty() ? input.title() : group + ": " + input.title();
  }

  private static Column.Type type(Input input) {
    return switch (input) {
      case Input.NumberInput _ -> Column.Type.NUMBER;
      case Input.IntegerInput _ -> Column.Type.INTEGER;
      case Input.ChoiceInput choice ->
          choice.source().isEmpty()
                  && choice.choices().stream().allMatch(c -> c.value().matches("\\d{1,15}"))
              ? Column.Type.INTEGER
              : Column.Type.STRING;
      case Input.BooleanInput _,
          Input.MultichoiceInput _,
          Input.TextInput _,
          Input.FileInput _,
          Input.RepeatInput _ ->
          Column.Type.STRING;
    };
  }

  /** {@return the cells, each followed by a tab, in the application's order} */
  static String cells(App app, Collection<String> names, Map<String, Value> values)
      throws MergeException {
    StringBuilder cells = new StringBuilder();
    for (Input input : app.inputs()) {
      if (names.contains(input.name())) {
        Value value = values.get(input.name());
        if (value == null) {
          throw new MergeException("a subjob has no value of the swept input " + input.name());
        }
        cells.append(value.shown()).append('\t');
      }
    }
    return cells.toString();
  }
}
