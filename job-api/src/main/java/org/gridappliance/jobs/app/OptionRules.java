package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
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
    List<Yaml> places = at.list(200);
    Set<String> before = new HashSet<>();
    for (int i = 0; i < app.inputs().size(); i++) {
      Input input = app.inputs().get(i);
      Map<String, Yaml> own = places.get(i).map();
      choices(own, input, before);
      List<Yaml> cases = own.containsKey("cases") ? own.get("cases").list(100) : List.of();
      for (int c = 0; c < cases.size(); c++) {
        choices(cases.get(c).map(), input.common().cases().get(c).then(), before);
      }
      before.add(input.name());
    }
  }

  private void choices(Map<String, Yaml> keys, Input input, Set<String> before) {
    Yaml at = keys.get("choices");
    OptionSource source = input.optionSource().orElse(null);
    if (at == null || !at.isMap() || source == null) {
      return;
    }
    switch (source) {
      case OptionSource.FileSource(String name, OptionSource.Layout _) -> {
        if (!(app.input(name).orElse(null) instanceof Input.FileInput)) {
          at.keyProblem("input", "there is no file input \"" + name + "\"");
        } else if (!before.contains(name)) {
          at.keyProblem("input", name + " stands below; move it before this input");
        }
      }
      case OptionSource.CommandSource command -> {
        Yaml list = at.map().get("command");
        if (list != null) {
          rules.command(list, command.command(), Set.of());
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

  private void optionNeeds(Yaml at, String name, Set<String> before) {
    Input input = app.input(name).orElse(null);
    if (name.contains(".")) {
      at.problem("{" + name + "}: facts of files are not known here");
    } else if (input instanceof Input.FileInput) {
      if (!before.contains(name)) {
        at.problem(name + " stands below; move it before this input");
      }
    } else if (input != null) {
      rules.decider(name, before).ifPresent(at::problem);
    }
  }

  /** A choice of an example's file is in it; what a command lists is not known here. */
  static void example(App app, Yaml at, Input input, JsonNode value, JsonNode inputs) {
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
