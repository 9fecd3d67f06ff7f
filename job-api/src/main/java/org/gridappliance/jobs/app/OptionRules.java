package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks where choices come from that do not stand in {@code app.yaml}. */
final class OptionRules {
  private final App app;
  private final AppRules rules;

  OptionRules(App app, AppRules rules) {
    this.app = app;
    this.rules = rules;
  }

  /** What choices are made from stands before them. */
  void check(Yaml at) {
    check(at.list(200), app.inputs(), "", new HashSet<>());
  }

  private void check(List<Yaml> places, List<Input> inputs, String prefix, Set<String> before) {
    for (int i = 0; i < inputs.size(); i++) {
      Input input = inputs.get(i);
      Map<String, Yaml> own = places.get(i).map();
      choices(own, input, prefix, before);
      List<Yaml> cases = own.containsKey("cases") ? own.get("cases").list(100) : List.of();
      for (int c = 0; c < cases.size(); c++) {
        choices(cases.get(c).map(), input.common().cases().get(c).then(), prefix, before);
      }
      Yaml row = own.get("inputs");
      if (input instanceof Input.RepeatInput group && row != null) {
        check(row.list(50), group.inputs(), group.name() + ".", new HashSet<>(before));
      }
      before.add(prefix + input.name());
    }
  }

  private void choices(Map<String, Yaml> keys, Input input, String prefix, Set<String> before) {
    Yaml at = keys.get("choices");
    OptionSource source = input.optionSource().orElse(null);
    if (at == null || !at.isMap() || source == null) {
      return;
    }
    switch (source) {
      case OptionSource.FileSource(String name, OptionSource.Layout _) -> {
        if (!(app.named(name).orElse(null) instanceof Input.FileInput)
            || (name.contains(".") && !name.startsWith(prefix))) {
          at.keyProblem("input", "there is no file input \"" + name + "\"");
        } else if (!before.contains(name)) {
          at.keyProblem("input", name + " stands below; move it before this input");
        } else if (isSwept(name)) {
          at.keyProblem("input", severalFiles(name));
        }
      }
      case OptionSource.CommandSource command -> {
        Yaml list = at.map().get("command");
        if (list != null) {
          rules.command(list, command.command(), prefix.isEmpty() ? Set.of() : Set.of(prefix));
          source.needs().forEach(name -> optionNeeds(list, name, before));
        }
        if (app.packages().isEmpty() || app.examples().isEmpty() || app.interactive().isPresent()) {
          at.keyProblem(
              "command",
              "runs from the application's bundle: want \"packages\" and an example, and no"
                  + " windows");
        }
      }
    }
  }

  private boolean isSwept(String name) {
    return app.input(name).map(Input::sweepable).orElse(false);
  }

  private static String severalFiles(String name) {
    return name + " may be several files; choices are made from one";
  }

  private void optionNeeds(Yaml at, String name, Set<String> before) {
    Input input = app.named(name).orElse(null);
    if (name.contains(".") && input == null) {
      at.problem("{" + name + "}: facts of files are not known here");
    } else if (input instanceof Input.FileInput) {
      if (!before.contains(name)) {
        at.problem(name + " stands below; move it before this input");
      } else if (input.sweepable()) {
        at.problem(severalFiles(name));
      }
    } else if (input != null) {
      rules.decider(name, before).ifPresent(at::problem);
    }
  }

  /** A choice of an example's file is in it; what a command lists is not known here. */
  static void example(App app, Yaml at, Input input, JsonNode value, JsonNode inputs) {
    if (input instanceof Input.RepeatInput group) {
      for (JsonNode row : value) {
        ObjectNode beside = inputs.deepCopy();
        row.properties()
            .forEach(one -> beside.set(group.name() + "." + one.getKey(), one.getValue()));
        group.inputs().stream()
            .filter(inner -> row.has(inner.name()))
            .forEach(inner -> example(app, at, inner, row.get(inner.name()), beside));
      }
      return;
    }
    if (!(input.optionSource().orElse(null) instanceof OptionSource.FileSource source)) {
      return;
    }
    Path file = app.exampleFile(inputs.path(source.input()).asText()).orElse(null);
    if (file == null) {
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      OptionList list = OptionReader.read(in, source.layout());
      for (JsonNode one : value.isArray() ? value : List.of(value)) {
        if (!list.has(one.asText())) {
          at.problem(input.name() + ": \"" + one.asText() + "\" is not in " + file.getFileName());
        }
      }
    } catch (OptionReader.NoList e) {
      at.problem(input.name() + ": " + file.getFileName() + " " + e.reason());
    } catch (IOException e) {
      at.problem(input.name() + ": " + file.getFileName() + " cannot be read: " + e.getMessage());
    }
  }
}
