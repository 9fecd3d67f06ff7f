package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gridappliance.jobs.http.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Steps, cases, bounds from other inputs and rows. {@code form-cases.json} holds 600 made-up forms
 * with the server's verdict; the page's test of the same name reads it too, so both agree. {@code
 * -Dform.cases=FILE} writes it anew.
 */
class FormCasesTest {
  private static final String YAML =
      """
      title: Cases
      category: Test
      about: Asks.
      inputs:
        - { name: method, type: choice, title: Method, choices: [slow, fast], default: slow }
        - name: cycles
          type: integer
          title: Cycles
          default: 100
          minimum: 10
          maximum: 200
          step: 10
          sweepable: true
          cases:
            - { when: { method: fast }, title: Quick cycles, default: 10, maximum: 20 }
        - name: solver
          type: choice
          title: Solver
          choices: [lu, qr]
          default: lu
          cases:
            - { when: { method: fast }, choices: [cg, mg], default: cg }
        - { name: length, type: number, title: Length, units: nm, above: 0, maximum: 10, step: 0.1 }
        - { name: part, type: number, title: Part, units: nm, default: 0.5, minimum: 0, maximum: "{length}" }
        - { name: least, type: integer, title: Least, units: nm, required: false, minimum: "{part}", maximum: 9 }
        - name: parts
          type: repeat
          title: Parts
          maximum: 3
          inputs:
            - { name: size, type: number, title: Size, units: nm, minimum: 0, step: 0.5 }
            - { name: kind, type: choice, title: Kind, choices: [a, b], default: a }
            - { name: data, type: file, title: Data, as: part.dat, required: false }
            - { name: note, type: text, title: Note, required: false }
      command:
        - run
        - "-m{method}"
        - "{cycles}"
        - "{solver}"
        - "{length * 2}"
        - "{part}"
        - { when: parts, then: ["-n{parts}"] }
        - each: parts
          then:
            - "--part={parts.kind},{parts.size * 2}"
            - { when: parts.data, then: ["{parts.data}"] }
            - { when: parts.kind, is: b, then: [B] }
      outputs: [{ name: out, type: text, title: Out, file: stdout }]
      resources: { memory: 1 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 1 s, maximumTime: 2 s }
      presets:
        - { title: Quick, inputs: { method: fast, cycles: 20, solver: mg } }
      """;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
  private static final App APP = parse(YAML);

  private static App parse(String yaml) {
    try {
      return Apps.parse(yaml);
    } catch (AppInvalid e) {
      throw new AssertionError(e);
    }
  }

  private static String wrong(JsonNode inputs) {
    try {
      Inputs _ = InputValues.check(APP, inputs, MissingNode.getInstance());
      return "";
    } catch (Problem e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static String command(String inputs) throws IOException {
    Inputs checked = InputValues.check(APP, JSON.readTree(inputs), MissingNode.getInstance());
    return String.join(" ", CommandLine.expand(APP, checked.all(0), Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"length": 1}                                    | run -mslow 100 lu 2 0.5
          {"length": 0.3, "part": 0.3, "least": 1}         | run -mslow 100 lu 0.6 0.3
          {"length": 1, "method": "fast"}                  | run -mfast 10 cg 2 0.5
          {"length": 1, "method": "fast", "cycles": 30}    | cycles: 30: want a whole number in 10..20 that is a multiple of 10
          {"length": 1, "method": "fast", "solver": "lu"}  | solver: lu: want one of cg, mg
          {"length": 1, "cycles": 95}                      | cycles: 95: want a whole number in 10..200 that is a multiple of 10
          {"length": 0.35}                                 | length: 0.35: want a number > 0 ≤ 10 nm that is a multiple of 0.1 nm
          {"length": 0.4}                                  | part: 0.5: want a number ≥ 0 ≤ 0.4 nm
          {"length": 1, "least": 0}                        | least: 0: want a whole number in 1..9 nm
          {"length": 1, "parts": [{"size": 2}, {"size": "1 um", "kind": "b", "data": "x"}]} | run -mslow 100 lu 2 0.5 -n2 --part=a,4 --part=b,2000 part-2.dat B
          {"length": 1, "parts": [{"size": 2.2}]}          | parts[0].size: 2.2: want a number ≥ 0 nm that is a multiple of 0.5 nm
          {"length": 1, "parts": [{}]}                     | parts[0].size: is missing; want a number
          {"length": 1, "parts": [{"size": 1, "x": 1}]}    | parts[0]: "x" is no input of a row
          {"length": 1, "parts": [1]}                      | parts[0]: 1: want an object
          {"length": 1, "parts": 1}                        | parts: 1: want a list of 0..3 objects with size, kind, data, note
          {"length": 1, "parts": [{},{},{},{}]}            | parts: 4 rows: want a list of 0..3
          """)
  void valuesBecomeACommandOrAreRefused(String inputs, String answer) throws Exception {
    if (answer.startsWith("run ")) {
      assertEquals(answer, command(inputs));
    } else {
      String wrong = wrong(JSON.readTree(inputs));
      assertTrue(wrong.startsWith(answer), wrong);
    }
  }

  @Test
  void filesOfRowsAreStagedUnderTheirNumber() throws Exception {
    Inputs checked =
        InputValues.check(
            APP,
            JSON.readTree(
                "{\"length\": 1, \"parts\": [{\"size\": 1, \"data\": \"a\"}, {\"size\": 2},"
                    + " {\"size\": 3, \"data\": \"a\"}]}"),
            MissingNode.getInstance());
    StringBuilder staged = new StringBuilder();
    Input.eachFile(
        APP.inputs(),
        checked.values(),
        (file, path) ->
            staged.append(file.name() + " " + file.stageAs() + "=" + path.path() + "\n"));
    assertEquals("parts part-1.dat=a\nparts part-3.dat=a\n", staged.toString());
  }

  @Test
  void aSweepStaysOnTheStep() throws Exception {
    JsonNode sweep = JSON.readTree("{\"cycles\": {\"from\": 10, \"to\": 200, \"count\": 5}}");
    Inputs checked = InputValues.check(APP, JSON.readTree("{\"length\": 1}"), sweep);
    assertEquals(
        List.of("10", "60", "110", "150", "200"),
        checked.sweep().getOrDefault("cycles", List.of()).stream().map(Value::text).toList());
    JsonNode steps = JSON.readTree("{\"cycles\": {\"from\": 10, \"to\": 40, \"step\": 15}}");
    Problem e =
        assertThrows(
            Problem.class, () -> InputValues.check(APP, JSON.readTree("{\"length\": 1}"), steps));
    assertTrue(String.valueOf(e.getMessage()).startsWith("cycles[1]: 25: want"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          step: 10                      | step: 0                     | 0: want a whole number in 1..
          minimum: 10                   | minimum: 5                  | 5 is no multiple of the step 10; steps are counted from 0
          when: { method: fast }, title | when: { metod: fast }, title | there is no input "metod"; did you mean "method"?
          when: { method: fast }, title | when: { part: 1 }, title    | part stands below; move it before this input
          default: 10, maximum: 20      | default: 30, maximum: 20    | 30: want a whole number in 10..20
          title: Quick cycles,          | units: s,                   | is not known here
          choices: [cg, mg], default: cg | choices: [cg, mg]          | lu: want one of cg, mg
          "{length}"                    | "{cycles}"                  | cycles is a file, a group or sweepable
          "{length}"                    | "{solver}"                  | solver has another default in its cases
          "{length}"                    | "{method}"                  | method is not a number
          units: nm, required: false    | units: s, required: false   | part has other units
          name: note, type: text        | name: note, type: repeat    | "inputs" is missing
          name: note, type: text,       | name: note, type: text, showIf: { kind: a }, | is not offered within a row
          each: parts                   | each: method                | there is no input "method" of the type repeat
          "-m{method}"                  | "-m{parts.size}"            | {parts.size}: put this under "each: parts"
          "{parts.data}"                | "{parts.note}"              | {parts.note}: may be left out
          as: part.dat                  | as: x/                      | want
          solver: mg                    | solver: xx                  | presets[0]: solver: xx: want one of
          """)
  void aMistakeIsToldWithItsPlace(String good, String bad, String message) {
    String yaml = YAML.replace(good, bad);
    assertTrue(!yaml.equals(YAML), "nothing was replaced: " + good);
    AppInvalid e = assertThrows(AppInvalid.class, () -> Apps.parse(yaml));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    assertTrue(e.problems().getFirst().line() > 1, e.getMessage());
  }

  @Test
  void madeUpFormsGetTheVerdictThatThePageGives() throws Exception {
    ObjectNode made = JSON.createObjectNode();
    made.set("schema", JSON.readTree(AppSchema.schema(APP).toString()));
    ArrayNode cases = made.putArray("cases");
    Random random = new Random(57);
    int good = 0;
    for (int i = 0; i < 600; i++) {
      ObjectNode inputs = form(random);
      String wrong = wrong(inputs);
      good += wrong.isEmpty() ? 1 : 0;
      cases.addObject().put("wrong", wrong).set("inputs", inputs);
    }
    assertTrue(good > 60 && good < 540, good + " of 600 were good");
    String file = System.getProperty("form.cases", "");
    if (!file.isEmpty()) {
      String lines = JSON.writeValueAsString(made).replace("},{\"wrong\"", "},\n{\"wrong\"");
      Files.writeString(Path.of(file), lines + "\n");
    }
    try (InputStream in = FormCasesTest.class.getResourceAsStream("/form-cases.json")) {
      assertEquals(JSON.readTree(in), JSON.readTree(JSON.writeValueAsString(made)));
    }
  }

  private static ObjectNode form(Random random) {
    ObjectNode inputs = JSON.createObjectNode();
    some(random, 2, inputs, "method", "slow", "fast", "fast", "");
    some(random, 2, inputs, "cycles", 10, 20, 20, 100, 200, 210, 15);
    some(random, 2, inputs, "solver", "lu", "cg", "mg", "x");
    inputs.set("length", value(random, "0.5", "1", "0.3", "10", "10.1", "0", "0.35", "2e-1"));
    some(
        random, 2, inputs, "part", 0, new BigDecimal("0.3"), new BigDecimal("0.5"), 1, 3, "500 pm");
    some(random, 2, inputs, "least", 0, 1, 2, 9);
    if (random.nextInt(2) == 0) {
      ArrayNode rows = inputs.putArray("parts");
      for (int n = random.nextInt(5) == 0 ? 4 : random.nextInt(3); n > 0; n--) {
        ObjectNode row = rows.addObject();
        if (random.nextInt(8) > 0) {
          row.set("size", value(random, "0", "0.5", "1.5", "2", "1e1", "7.5", "0.2", "-1"));
        }
        some(random, 3, row, "kind", "a", "b", "b", "c");
        some(random, 3, row, "data", "f", "g");
        some(random, 4, row, "note", "n", "-n");
        some(random, 30, row, "other", 1);
      }
    }
    return inputs;
  }

  private static JsonNode value(Random random, String... numbers) {
    return JSON.getNodeFactory()
        .numberNode(new BigDecimal(numbers[random.nextInt(numbers.length)]));
  }

  private static void some(
      Random random, int oneOf, ObjectNode inputs, String name, Object... values) {
    if (random.nextInt(oneOf) == 0) {
      inputs.set(name, JSON.valueToTree(values[random.nextInt(values.length)]));
    }
  }
}
