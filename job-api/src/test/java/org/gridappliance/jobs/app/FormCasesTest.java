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
import java.util.stream.LongStream;
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
        - name: heat
          type: number
          title: Heat
          units: K
          default: 300
          minimum: 1
          maximum: 1000
          cases:
            - { when: { method: fast }, title: Mild heat, units: degC, default: 27, minimum: -100, maximum: 500 }
        - name: parts
          type: repeat
          title: Parts
          row: Part
          maximum: 3
          inputs:
            - { name: size, type: number, title: Size, units: nm, minimum: 0, step: 0.5 }
            - { name: kind, type: choice, title: Kind, choices: [a, b], default: a }
            - { name: data, type: file, title: Data, as: part.dat, required: false }
            - { name: depth, type: number, title: Depth, units: nm, default: 0.5, maximum: "{parts.size}", showIf: { parts.kind: b } }
            - name: load
              type: integer
              title: Load
              units: K
              minimum: 1
              maximum: 9
              default: 7
              showIf: { method: fast }
              cases:
                - { when: { parts.kind: b, least: 2 }, title: Heavy load, units: mK, default: 3, maximum: 5 }
            - { name: what, type: choice, title: What, choices: [x, y], showIf: { parts.kind: b, method: fast } }
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
            - { when: parts.depth, then: ["-d{parts.depth}"] }
            - { when: parts.load, then: ["-l{parts.load}"] }
      outputs: [{ name: out, type: text, title: Out, file: stdout }]
      resources: { memory: 1 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 1 s, maximumTime: 2 s }
      presets:
        - { title: Quick, inputs: { method: fast, cycles: 20, solver: mg } }
        - { title: Parts, inputs: { parts: [{ size: 2 um, kind: b, depth: 1 }, { size: 1, load: 7 }] } }
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

  /** {@return a made-up form with the verdict on what of it is asked, and what of it is not} */
  private static ObjectNode verdict(JsonNode inputs) {
    ObjectNode one = JSON.createObjectNode();
    ArrayNode hidden = one.putArray("hidden");
    one.put("wrong", "");
    one.set("inputs", inputs);
    try {
      Inputs _ = InputValues.check(APP, inputs, MissingNode.getInstance());
    } catch (Problem e) {
      for (Problem.FieldError error : e.errors().reversed()) {
        if (error.message().startsWith("is not asked here")) {
          hidden.add(error.field());
        } else if (error.message().equals("\"other\" is no input of a row")) {
          hidden.add(error.field() + ".other");
        } else {
          one.put("wrong", error.field() + ": " + error.message());
        }
      }
    }
    return one;
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
          {"length": 1, "parts": [{"size": 2}, {"size": "1 um", "kind": "b", "data": "x"}]} | run -mslow 100 lu 2 0.5 -n2 --part=a,4 --part=b,2000 part-2.dat B -d0.5
          {"length": 1, "method": "fast", "least": 2, "parts": [{"size": 2, "kind": "b", "what": "x"}, {"size": 2}]} | run -mfast 10 cg 2 0.5 -n2 --part=b,4 B -d0.5 -l3 --part=a,4 -l7
          {"length": 1, "method": "fast", "solver": "cg", "parts": [{"size": 2, "kind": "b", "load": "7000 mK", "what": "x"}]} | run -mfast 10 cg 2 0.5 -n1 --part=b,4 B -d0.5 -l7
          {"length": 1, "method": "fast", "least": 2, "parts": [{"size": 2, "kind": "b", "load": 6, "what": "x"}]} | parts[0].load: 6: want a whole number in 1..5 mK
          {"length": 1, "method": "fast", "parts": [{"size": 2, "kind": "b"}]} | parts[0].what: is missing; want one of x, y
          {"length": 1, "parts": [{"size": 2, "depth": 1}]} | parts[0].depth: is not asked here: it takes a value only with parts.kind = b
          {"length": 1, "parts": [{"size": 2, "load": 1}]} | parts[0].load: is not asked here: it takes a value only with method = fast
          {"length": 1, "parts": [{"size": 0.5, "kind": "b", "depth": 1}]} | parts[0].depth: 1: want a number ≤ 0.5 nm
          {"length": 1, "parts": [{"size": 0, "kind": "b"}]} | parts[0].depth: 0.5: want a number ≤ 0 nm
          {"length": 1, "heat": "300 K", "method": "fast"} | run -mfast 10 cg 2 0.5
          {"length": 1, "heat": 600, "method": "fast"} | heat: 600: want a number ≥ -100 ≤ 500 degC
          {"length": 1, "parts": [{"size": 2.2}]}          | parts[0].size: 2.2: want a number ≥ 0 nm that is a multiple of 0.5 nm
          {"length": 1, "parts": [{}]}                     | parts[0].size: is missing; want a number
          {"length": 1, "parts": [{"size": 1, "x": 1}]}    | parts[0]: "x" is no input of a row
          {"length": 1, "parts": [1]}                      | parts[0]: 1: want an object
          {"length": 1, "parts": 1}                        | parts: 1: want a list of 0..3 objects with size, kind, data
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
  void rowsWithinRowsAreWrittenUpToABound() throws Exception {
    String group =
        ", type: repeat, title: G, maximum: 200, inputs: [{ name: n, type: integer, title: N }] }\n";
    App app =
        Apps.parse(
            "title: Pairs\ncategory: Test\nabout: Pairs.\ninputs:\n  - { name: a"
                + group
                + "  - { name: b"
                + group
                + "command: [run, { each: a, then: [{ each: b, then: [\"{a.n}-{b.n}\"] }] }]\n"
                + YAML.substring(YAML.indexOf("outputs:"), YAML.indexOf("presets:")));
    Value two = rows(2);
    assertEquals(
        List.of("run", "0-0", "0-1", "1-0", "1-1"),
        CommandLine.expand(app, Map.of("a", two, "b", two), Map.of()));
    Value many = rows(200);
    CommandLine.CannotExpand e =
        assertThrows(
            CommandLine.CannotExpand.class,
            () -> CommandLine.expand(app, Map.of("a", many, "b", many), Map.of()));
    assertTrue(
        String.valueOf(e.getMessage()).contains("more than 20,000 arguments"), e.getMessage());
  }

  private static Value rows(int count) {
    return new Value.RowsValue(
        LongStream.range(0, count)
            .mapToObj(n -> Map.<String, Value>of("n", new Value.IntegerValue(n)))
            .toList());
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
          title: Quick cycles,          | units: s,                   | a sweepable input has the same units in all its cases
          choices: [cg, mg], default: cg | choices: [cg, mg]          | lu: want one of cg, mg
          "{length}"                    | "{cycles}"                  | cycles is a file, a group or sweepable
          "{length}"                    | "{solver}"                  | solver has another default in its cases
          "{length}"                    | "{method}"                  | method is not a number
          units: nm, required: false    | units: s, required: false   | part has other units
          name: note, type: text        | name: note, type: repeat    | "inputs" is missing
          name: note, type: text,       | name: note, type: text, showIf: { kind: a }, | there is no input "kind"; did you mean "parts.kind"?
          name: note, type: text,       | name: note, type: text, showIf: { parts.kind: c }, | "c" is no choice of parts.kind
          name: note, type: text,       | name: note, type: text, tab: More, | is not offered within a row
          showIf: { method: fast }      | showIf: { parts: 1 } | parts stands below
          showIf: { parts.kind: b }     | showIf: { parts.data: b } | parts.data is a file, a group or sweepable
          "{parts.size}"                | "{parts.load}" | parts.load stands below; move it before this input
          "{length}" }                  | "{parts.size}" } | parts.size stands below
          "{length}" }                  | "{heat}" } | heat stands below
          name: note, type: text, title: Note, required: false | name: note, type: number, title: Note, units: K, minimum: "{heat}" | heat has other units in its cases
          each: parts                   | each: kind | there is no input "kind" of the type repeat
          - "--part={parts.kind},{parts.size * 2}" | - { each: parts, then: [x] } | the rows of "parts" are written here already
          each: parts                   | each: method                | there is no input "method" of the type repeat
          "-m{method}"                  | "-m{parts.size}"            | {parts.size}: put this under "each: parts"
          "{parts.data}"                | "{parts.note}"              | {parts.note}: may be left out
          as: part.dat                  | as: x/                      | want
          kind: b, depth: 1             | kind: d, depth: 1           | presets[1]: parts[0].kind: d: want one of a, b
          kind: b, depth: 1             | kind: b, deep: 1            | "deep" is no input of a row
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
      ObjectNode one = verdict(inputs);
      good += one.path("wrong").asText().isEmpty() ? 1 : 0;
      cases.add(one);
    }
    assertTrue(good > 60 && good < 540, good + " of 600 were good");
    String file = System.getProperty("form.cases", "");
    if (!file.isEmpty()) {
      String lines = JSON.writeValueAsString(made).replace("},{\"hidden\"", "},\n{\"hidden\"");
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
    some(random, 4, inputs, "heat", 300, 27, 600, "300 K", "1 degC", 2000);
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
        some(random, 4, row, "depth", 0, 0.5, 1, "300 pm");
        some(random, 3, row, "load", 1, 3, 5, 7, "4000 mK");
        row.set("what", JSON.valueToTree(random.nextInt(6) == 0 ? "z" : "x"));
        some(random, 4, row, "what", "");
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
