package org.gridappliance.jobs.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.Json;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What a workflow file says: steps and what each waits for. Immutable; no step waits for itself,
 * not through others either.
 *
 * <pre>
 * name: Search twice
 * steps:
 *   - { name: find, app: hmmsearch, inputs: { profile: a.hmm, sequences: b.fasta } }
 *   - { name: count, app: lines, inputs: { data: { from: find, file: report.txt } } }
 *   - { name: end, app: say, after: [count] }
 *   - { name: tidy, app: say, afterAny: [count] }
 * </pre>
 *
 * @param name for people
 * @param steps each after those it waits for
 */
record WorkflowSpec(String name, List<Step> steps) {
  static final int MOST_STEPS = 200;
  static final int MOST_CHARACTERS = 256 << 10;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
  private static final Set<String> TOP = Set.of("name", "steps");
  private static final Set<String> OF_STEP =
      Set.of("name", "app", "inputs", "sweep", "combine", "chunks", "after", "afterAny");

  /**
   * One job.
   *
   * @param needs the steps that must have completed
   * @param afterAny the steps that must have ended, however they ended; none of {@code needs}
   * @param body the step as it was written
   */
  record Step(String name, String app, Set<String> needs, Set<String> afterAny, JsonNode body) {
    /** {@return all steps it comes after} */
    Set<String> waitsFor() {
      Set<String> all = new LinkedHashSet<>(needs);
      all.addAll(afterAny);
      return all;
    }

    /**
     * {@return the request of its job}
     *
     * @param pool where it runs; empty leaves that to the portal
     * @param jobs the number of a completed step's job
     */
    ObjectNode request(String workflow, String pool, ToLongFunction<String> jobs) {
      ObjectNode request = JsonNodeFactory.instance.objectNode();
      request.put("app", app);
      request.put("name", shortened(workflow + ": " + name));
      ObjectNode inputs = request.putObject("inputs");
      body.path("inputs").properties().forEach(one -> inputs.set(one.getKey(), value(one, jobs)));
      for (String key : List.of("sweep", "combine", "chunks")) {
        if (body.has(key)) {
          request.set(key, body.get(key));
        }
      }
      if (!pool.isEmpty()) {
        request.put("pool", pool);
      }
      return request;
    }

    private static JsonNode value(Map.Entry<String, JsonNode> one, ToLongFunction<String> jobs) {
      JsonNode value = one.getValue();
      return value.isObject()
          ? JsonNodeFactory.instance.textNode(
              Input.RESULT_PREFIX
                  + jobs.applyAsLong(value.path("from").asText())
                  + "/"
                  + value.path("file").asText())
          : value;
    }

    private static String shortened(String text) {
      return text.length() > 200 ? text.substring(0, 199) + "…" : text;
    }
  }

  /**
   * {@return what a file says}
   *
   * @throws Problem 400 naming what is wrong, with the step
   */
  static WorkflowSpec parse(String text) {
    JsonNode file = yaml(text);
    known(file, TOP, "the file");
    if (!file.path("steps").isArray()
        || file.path("steps").isEmpty()
        || file.path("steps").size() > MOST_STEPS) {
      throw wrong("steps: want a list of 1.." + MOST_STEPS + " steps");
    }
    Map<String, Step> steps = new LinkedHashMap<>();
    for (JsonNode one : file.path("steps")) {
      Step step = step(one, steps.size() + 1);
      if (steps.put(step.name, step) != null) {
        throw wrong("there are two steps \"" + step.name + "\"; give each a name of its own");
      }
    }
    for (Step step : steps.values()) {
      for (String need : step.waitsFor()) {
        if (!steps.containsKey(need)) {
          throw wrong("step " + step.name + " waits for \"" + need + "\", which is no step");
        }
      }
    }
    String name = file.path("name").asText("").strip();
    return new WorkflowSpec(
        name.isEmpty() ? "Workflow" : name.substring(0, Math.min(100, name.length())),
        ordered(steps));
  }

  private static JsonNode yaml(String text) {
    if (text.length() > MOST_CHARACTERS) {
      throw wrong("the file has " + text.length() + " characters: want at most " + MOST_CHARACTERS);
    }
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MOST_CHARACTERS + 1);
    options.setNestingDepthLimit(20);
    options.setMaxAliasesForCollections(0);
    options.setAllowDuplicateKeys(false);
    try {
      Object read = new Yaml(new SafeConstructor(options)).load(text);
      if (read instanceof Map<?, ?> map) {
        return Json.tree(map);
      }
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      throw wrong("line " + line + " is not YAML: " + e.getProblem());
    } catch (YAMLException | IllegalArgumentException e) {
      throw wrong("the file is not YAML: " + e.getMessage());
    }
    throw wrong("the file is empty or no mapping: want name and steps; see docs/user-guide.md");
  }

  private static Step step(JsonNode one, int number) {
    String name = one.path("name").asText("");
    if (!one.isObject() || !NAME.matcher(name).matches()) {
      throw wrong(
          "step " + number + ": name \"" + name + "\": want 1..64 letters, digits, - and _");
    }
    known(one, OF_STEP, "step " + name);
    String app = one.path("app").asText("");
    if (app.isEmpty()) {
      throw wrong("step " + name + ": app is missing; give an application's id");
    }
    Set<String> needs = new LinkedHashSet<>();
    for (Map.Entry<String, JsonNode> input : one.path("inputs").properties()) {
      JsonNode value = input.getValue();
      if (value.isObject()) {
        if (value.path("from").asText("").isEmpty() || value.path("file").asText("").isEmpty()) {
          throw wrong(
              "step " + name + ", input " + input.getKey() + ": want {from: STEP, file: RESULT}");
        }
        needs.add(value.path("from").asText());
      }
    }
    needs.addAll(named(one, name, "after"));
    Set<String> afterAny = named(one, name, "afterAny");
    afterAny.removeAll(needs);
    return new Step(name, app, Set.copyOf(needs), Set.copyOf(afterAny), one);
  }

  private static Set<String> named(JsonNode one, String name, String key) {
    JsonNode list = one.path(key);
    if (!list.isMissingNode() && !list.isArray()) {
      throw wrong("step " + name + ": " + key + ": want a list of steps, as [first, second]");
    }
    Set<String> steps = new LinkedHashSet<>();
    list.forEach(step -> steps.add(step.asText()));
    return steps;
  }

  private static void known(JsonNode map, Set<String> keys, String where) {
    map.fieldNames()
        .forEachRemaining(
            key -> {
              if (!keys.contains(key)) {
                throw wrong(
                    where
                        + ": \""
                        + key
                        + "\" is not known here; known are "
                        + String.join(", ", keys.stream().sorted().toList()));
              }
            });
  }

  /** {@return the steps, each after those it needs} */
  private static List<Step> ordered(Map<String, Step> steps) {
    Map<String, Step> done = new LinkedHashMap<>();
    while (done.size() < steps.size()) {
      List<Step> next = new ArrayList<>();
      for (Step step : steps.values()) {
        if (!done.containsKey(step.name) && done.keySet().containsAll(step.waitsFor())) {
          next.add(step);
        }
      }
      if (next.isEmpty()) {
        throw wrong(
            "these steps wait for one another in a circle: "
                + String.join(
                    ", ", steps.keySet().stream().filter(one -> !done.containsKey(one)).toList())
                + "; take one edge out");
      }
      next.forEach(step -> done.put(step.name, step));
    }
    return List.copyOf(done.values());
  }

  private static Problem wrong(String message) {
    return Problem.invalid(message, List.of(new Problem.FieldError("file", message)));
  }
}
