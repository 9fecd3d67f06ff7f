package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;

/** Checks that the names within an application meet: inputs, facts, columns, files of examples. */
final class AppRules {
  private final App app;
  private final YamlFields fields;

  AppRules(App app, YamlFields fields) {
    this.app = app;
    this.fields = fields;
  }

  void check() {
    fields.get("split").ifPresent(this::split);
    fields.get("interactive").ifPresent(this::interactive);
    fields.get("deterministic").filter(_ -> app.deterministic()).ifPresent(this::deterministic);
    fields.get("command").ifPresent(at -> command(at, app.command(), Set.of()));
    fields
        .get("merge")
        .ifPresent(at -> command(at, app.mergeCommand().orElse(List.of()), Set.of()));
    fields
        .get("environment")
        .ifPresent(
            at -> app.environment().forEach((name, template) -> template(at, template, Set.of())));
    fields
        .get("progress")
        .ifPresent(
            at ->
                app.progress()
                    .flatMap(Progress::total)
                    .ifPresent(total -> template(at, total, Set.of())));
    fields.get("inputs").ifPresent(this::stagedNames);
    fields.get("inputs").ifPresent(this::deciders);
    fields.get("inputs").ifPresent(new OptionRules(app, this)::check);
    fields
        .get("pages")
        .ifPresent(
            pages ->
                fields
                    .get("inputs")
                    .ifPresent(inputs -> new PageRules(app, this).check(pages, inputs)));
    fields.get("outputs").ifPresent(this::outputs);
    fields.get("plots").ifPresent(this::plots);
    fields.get("examples").ifPresent(this::examples);
    fields.get("presets").ifPresent(this::presets);
  }

  /** Somebody sits before it: there is one of it, and nothing is merged. */
  private void interactive(Yaml at) {
    if (!app.network().isEmpty()) {
      at.problem("a program with windows reaches no host; remove \"network\"");
    }
    if (app.split().isPresent()) {
      at.problem("an interactive program is not cut into chunks; remove \"split\"");
    }
    if (app.mergeCommand().isPresent()) {
      at.problem("an interactive program has nothing to merge; remove \"merge\"");
    }
    if (!app.sweepable().isEmpty()) {
      at.problem(
          "an interactive program runs once; remove \"sweepable\" from "
              + String.join(", ", app.sweepable()));
    }
  }

  /** What decides its results must be known: a bundle's bytes, nothing from outside. */
  private void deterministic(Yaml at) {
    if (app.interactive().isPresent()) {
      at.problem("a program with windows does what a person does there; remove it");
    } else if (!app.network().isEmpty()) {
      at.problem("what its hosts answer may change; remove it, or \"network\"");
    } else if (app.packages().isEmpty() || app.examples().isEmpty()) {
      at.problem(
          "it runs from what each executor has installed, which may differ; add \"packages\" and an"
              + " example, so that it becomes a bundle");
    }
  }

  private void split(Yaml at) {
    app.split()
        .map(Split::input)
        .filter(name -> !(app.input(name).orElse(null) instanceof Input.FileInput))
        .ifPresent(name -> at.problem("input: there is no file input \"" + name + "\""));
    app.split()
        .flatMap(split -> app.input(split.input()))
        .ifPresent(
            input -> {
              if (!input.required()) {
                at.problem("input: \"" + input.name() + "\" must be required");
              }
              if (input.sweepable()) {
                at.problem(
                    "input: \"" + input.name() + "\" is cut into chunks; it is not sweepable too");
              }
            });
  }

  /** The inputs that stand under a {@code when} are given there even if they are optional. */
  void command(Yaml at, List<Argument> arguments, Set<String> given) {
    List<Yaml> places = at.list(1000);
    for (int i = 0; i < arguments.size(); i++) {
      Yaml place = places.get(i);
      switch (arguments.get(i)) {
        case Argument.One(Template template) -> template(place, template, given);
        case Argument.When(String input, Optional<String> is, List<Argument> then) -> {
          when(place, input, is, given);
          Set<String> more = new HashSet<>(given);
          more.add(input);
          Yaml inner = place.map().get("then");
          if (inner != null) {
            command(inner, then, more);
          }
        }
        case Argument.Each(String group, List<Argument> then) -> {
          Input input = app.input(group).orElse(null);
          if (!(input instanceof Input.RepeatInput)) {
            place.problem("each: there is no input \"" + group + "\" of the type repeat");
          } else if (given.contains(group + ".")) {
            place.problem(
                "each: the rows of \"" + group + "\" are written here already; remove this one");
          }
          Set<String> more = new HashSet<>(given);
          more.add(group + ".");
          Yaml inner = place.map().get("then");
          if (inner != null && input instanceof Input.RepeatInput) {
            command(inner, then, more);
          }
        }
      }
    }
  }

  private void when(Yaml at, String name, Optional<String> is, Set<String> given) {
    Input input = ofRow(name, given).or(() -> app.input(name)).orElse(null);
    if (input == null) {
      at.problem("when: " + noInput(name));
    } else if (is.isPresent() && !couldBe(input, is.get())) {
      at.problem("is: \"" + is.get() + "\" is no choice of " + name);
    } else if (input instanceof Input.FileInput && is.isPresent()) {
      at.problem("is: a file is given or not; remove it");
    }
  }

  /** {@return the input that {@code group.input} means where the rows of the group are written} */
  private Optional<Input> ofRow(String name, Set<String> given) {
    int dot = name.indexOf('.');
    return dot > 0
            && given.contains(name.substring(0, dot + 1))
            && app.input(name.substring(0, dot)).orElse(null) instanceof Input.RepeatInput group
        ? group.input(name.substring(dot + 1))
        : Optional.empty();
  }

  private static boolean couldBe(Input input, String value) {
    return input
        .forms()
        .anyMatch(
            form ->
                switch (form) {
                  case Input _ when form.optionSource().isPresent() -> OptionList.isValue(value);
                  case Input.ChoiceInput choice ->
                      choice.choices().stream().anyMatch(c -> c.value().equals(value));
                  case Input.MultichoiceInput several ->
                      several.choices().stream().anyMatch(c -> c.value().equals(value));
                  default -> true;
                });
  }

  /** What decides about a field stands before it and has one value in all subjobs. */
  private void deciders(Yaml at) {
    deciders(at.list(200), app.inputs(), "", new HashSet<>());
    app.split()
        .flatMap(split -> app.input(split.input()))
        .filter(input -> !input.common().showIf().isEmpty())
        .ifPresent(
            input -> at.problem("\"" + input.name() + "\" is split; it is always asked for"));
  }

  private void deciders(List<Yaml> places, List<Input> inputs, String prefix, Set<String> before) {
    for (int i = 0; i < inputs.size(); i++) {
      Yaml place = places.get(i);
      Input input = inputs.get(i);
      decided(place, "showIf", input.common().showIf(), before);
      input.common().cases().forEach(one -> decided(place, "cases", one.when(), before));
      input
          .forms()
          .forEach(
              form ->
                  form.common()
                      .bounds()
                      .forEach((key, name) -> bound(place, key, form, name, before)));
      Yaml row = place.map().get("inputs");
      if (input instanceof Input.RepeatInput group && row != null) {
        deciders(row.list(50), group.inputs(), group.name() + ".", new HashSet<>(before));
      }
      before.add(prefix + input.name());
    }
  }

  private void decided(
      Yaml at, String key, Map<String, List<String>> conditions, Set<String> before) {
    conditions.forEach(
        (name, values) ->
            decider(name, before)
                .ifPresentOrElse(
                    message -> at.keyProblem(key, message),
                    () ->
                        values.stream()
                            .filter(value -> !couldBe(app.named(name).orElseThrow(), value))
                            .forEach(
                                value ->
                                    at.keyProblem(
                                        key, "\"" + value + "\" is no choice of " + name))));
  }

  /** {@return why an input cannot decide about another} */
  Optional<String> decider(String name, Set<String> before) {
    Input input = app.named(name).orElse(null);
    if (input == null) {
      return Optional.of(noInput(name));
    }
    int dot = name.indexOf('.');
    if (dot > 0 && before.contains(name.substring(0, dot))) {
      return Optional.of(
          name + " has a value in each row; want an input of the form or of the same row");
    }
    if (!before.contains(name)) {
      return Optional.of(name + " stands below; move it before this input");
    }
    if (input.sweepable()
        || input instanceof Input.FileInput
        || input instanceof Input.RepeatInput) {
      return Optional.of(name + " is a file, a group or sweepable; want an input with one value");
    }
    if (input.forms().map(form -> form.common().units()).distinct().count() > 1) {
      return Optional.of(name + " has other units in its cases; it decides about no other input");
    }
    return input.forms().map(Input::byDefault).distinct().count() > 1
        ? Optional.of(name + " has another default in its cases; it decides about no other input")
        : Optional.empty();
  }

  private void bound(Yaml at, String key, Input input, String name, Set<String> before) {
    Optional<String> wrong = decider(name, before);
    Input other = app.named(name).orElse(null);
    if (wrong.isPresent()) {
      at.keyProblem(key, wrong.get());
    } else if (!(other instanceof Input.NumberInput) && !(other instanceof Input.IntegerInput)) {
      at.keyProblem(key, name + " is not a number; want an input that is one");
    } else if (!other.common().units().equals(input.common().units())) {
      at.keyProblem(key, name + " has other units; give both the same");
    }
  }

  private void template(Yaml at, Template template, Set<String> given) {
    for (Template.Part part : template.parts()) {
      if (part instanceof Template.Part.Placeholder(Expression expression)) {
        boolean alone = expression instanceof Expression.Name;
        expression.names().forEach(name -> name(at, name, alone, given));
      }
    }
  }

  private void name(Yaml at, String name, boolean alone, Set<String> given) {
    int dot = name.indexOf('.');
    String base = dot < 0 ? name : name.substring(0, dot);
    Input input = app.input(base).orElse(null);
    if (input == null) {
      at.problem(noInput(base));
      return;
    }
    if (input instanceof Input.RepeatInput group) {
      ofGroup(at, group, name, alone, given);
      return;
    }
    if (!input.alwaysGiven() && !given.contains(base)) {
      at.problem(
          "{"
              + name
              + "}: "
              + base
              + " may be left out; give it a default, or put this under \"when: "
              + base
              + "\"");
    }
    if (dot >= 0) {
      boolean split = app.split().map(s -> s.input().equals(base)).orElse(false);
      if (!(input instanceof Input.FileInput)) {
        at.problem("{" + name + "}: " + base + " is not a file");
      } else if (!name.endsWith(".records") && !name.endsWith(".bytes")) {
        at.problem("{" + name + "}: a file has .records and .bytes");
      } else if (name.endsWith(".records") && !split) {
        at.problem("{" + name + "}: records are counted only in the input that \"split\" names");
      }
    } else if (!alone && !isNumeric(input)) {
      at.problem("{" + name + "}: " + base + " is not a number, nothing can be computed with it");
    }
  }

  /** Values of a row stand where its rows are written; the group alone is how many there are. */
  private void ofGroup(
      Yaml at, Input.RepeatInput group, String name, boolean alone, Set<String> given) {
    String place = "{" + name + "}: ";
    if (name.equals(group.name())) {
      if (!group.alwaysGiven() && !given.contains(name)) {
        at.problem(place + name + " may be left out; put this under \"when: " + name + "\"");
      } else if (!alone) {
        at.problem(place + name + " is not a number, nothing can be computed with it");
      }
      return;
    }
    Input input = group.input(name.substring(group.name().length() + 1)).orElse(null);
    if (input == null) {
      at.problem(place + "a row of " + group.name() + " has no such input");
    } else if (!given.contains(group.name() + ".")) {
      at.problem(place + "put this under \"each: " + group.name() + "\"");
    } else if (!input.alwaysGiven() && !given.contains(name)) {
      at.problem(
          place + "may be left out; give it a default, or put this under \"when: " + name + "\"");
    } else if (!alone && !isNumeric(input)) {
      at.problem(place + "is not a number, nothing can be computed with it");
    }
  }

  private static boolean isNumeric(Input input) {
    return input
        .forms()
        .allMatch(
            form ->
                switch (form) {
                  case Input.NumberInput _, Input.IntegerInput _ -> true;
                  case Input.ChoiceInput choice ->
                      choice.source().isEmpty()
                          && choice.choices().stream()
                              .allMatch(c -> c.value().matches("\\d{1,18}(\\.\\d{1,18})?"));
                  case Input.BooleanInput _,
                      Input.MultichoiceInput _,
                      Input.TextInput _,
                      Input.FileInput _,
                      Input.RepeatInput _ ->
                      false;
                });
  }

  String noInput(String name) {
    List<String> ofRows = // a group comes first among its own, and is not meant here
        app.inputs().stream()
            .filter(input -> input.withRows().skip(1).anyMatch(one -> one.name().equals(name)))
            .map(group -> group.name() + "." + name)
            .toList();
    return Spelling.nearest(app.inputs().stream().map(Input::name).toList(), name)
        .or(() -> ofRows.stream().findFirst())
        .map(known -> "there is no input \"" + name + "\"; did you mean \"" + known + "\"?")
        .orElse("there is no input \"" + name + "\"");
  }

  private void stagedNames(Yaml at) {
    Set<String> names = new HashSet<>();
    List<String> numbered = new ArrayList<>();
    for (Input input : app.inputs()) {
      if (input instanceof Input.FileInput file && !names.add(file.stageAs())) {
        at.problem("two file inputs are staged as \"" + file.stageAs() + "\"; change one \"as\"");
      }
      if (input instanceof Input.RepeatInput group) {
        for (Input inner : group.inputs()) {
          if (inner instanceof Input.FileInput file) {
            numbered.add(file.stageAs());
          }
        }
      }
    }
    Set<String> plain = new HashSet<>(names);
    app.outputs().forEach(output -> plain.add(output.file()));
    for (String file : numbered) {
      boolean twice = numbered.stream().filter(file::equals).count() > 1;
      if (twice || plain.stream().anyMatch(name -> name.replaceAll("-\\d+", "").equals(file))) {
        at.problem(
            "the files \""
                + file
                + "\" of rows are numbered, as another file is; change one \"as\"");
      }
    }
    app.outputs().stream()
        .filter(output -> names.contains(output.file()))
        .forEach(output -> at.problem("\"" + output.file() + "\" is an input and an output"));
  }

  private void outputs(Yaml at) {
    for (Output output : app.outputs()) {
      if (output.fromMerge() && app.mergeCommand().isEmpty()) {
        at.problem(output.name() + ": \"from: merge\" needs the key \"merge\", its command");
      }
    }
    for (Output.TableOutput table : app.tables()) {
      table.columns().stream()
          .map(Column::name)
          .filter(app.sweepable()::contains)
          .forEach(
              name ->
                  at.problem(
                      "the column \""
                          + name
                          + "\" of "
                          + table.name()
                          + " has the name of a sweepable input; rename it"));
    }
  }

  private void plots(Yaml at) {
    List<Yaml> places = at.list(50);
    for (int i = 0; i < app.plots().size(); i++) {
      Plot plot = app.plots().get(i);
      Output.TableOutput table = app.table(plot.table()).orElse(null);
      if (table == null) {
        places.get(i).problem("there is no table \"" + plot.table() + "\"");
        continue;
      }
      Yaml place = places.get(i);
      boolean named = plot.kind() == Plot.Kind.HEATMAP;
      axis(place, table, plot.x().column(), plot.kind() != Plot.Kind.BAR && !named);
      plot.y().ifPresent(y -> axis(place, table, y.column(), !named));
      plot.z().ifPresent(z -> axis(place, table, z.column(), true));
      plot.label().ifPresent(label -> axis(place, table, label, false));
    }
  }

  private void axis(Yaml at, Output.TableOutput table, String name, boolean numeric) {
    Optional<Column> column =
        table.columns().stream().filter(c -> c.name().equals(name) && !c.hidden()).findFirst();
    if (column.isEmpty() && !app.sweepable().contains(name)) {
      at.problem("there is no column \"" + name + "\" in " + table.name());
    } else if (numeric && column.isPresent() && !column.get().type().numeric()) {
      at.problem("the column \"" + name + "\" holds text; give it the type number or integer");
    }
  }

  /** A preset gives some values; each must fit its input, whether it is asked or not. */
  private void presets(Yaml at) {
    List<Yaml> places = at.list(50);
    for (int i = 0; i < app.presets().size(); i++) {
      Yaml place = places.get(i);
      InputValues.some(app, app.presets().get(i).inputs())
          .forEach(error -> place.problem(error.field() + ": " + error.message()));
    }
  }

  private void examples(Yaml at) {
    List<Yaml> places = at.list(50);
    for (int i = 0; i < app.examples().size(); i++) {
      App.Example example = app.examples().get(i);
      Yaml place = places.get(i);
      try {
        InputValues.check(app, example.inputs(), example.sweep());
      } catch (Problem e) {
        e.errors().forEach(error -> place.problem(error.field() + ": " + error.message()));
      }
      for (Input input : app.inputs()) {
        JsonNode value = example.inputs().get(input.name());
        if (value != null) {
          exampleFile(place, input, value);
          OptionRules.example(app, place, input, value, example.inputs());
        }
        if (input instanceof Input.FileInput) {
          example.sweep().path(input.name()).forEach(file -> exampleFile(place, input, file));
        }
      }
    }
  }

  private void exampleFile(Yaml at, Input input, JsonNode value) {
    if (input instanceof Input.RepeatInput group) {
      for (JsonNode row : value) {
        group.inputs().stream()
            .filter(inner -> row.has(inner.name()))
            .forEach(inner -> exampleFile(at, inner, row.get(inner.name())));
      }
    } else if (input instanceof Input.FileInput && app.exampleFile(value.asText()).isEmpty()) {
      at.problem(
          input.name()
              + ": \""
              + value.asText()
              + "\": want "
              + Input.EXAMPLE_PREFIX
              + "NAME of a file in "
              + AppFolder.EXAMPLES
              + "/");
    }
  }
}
