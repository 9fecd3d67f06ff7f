package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gridappliance.jobs.http.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fields that are asked only sometimes, lists of choices, tabs and presets. */
class AskedTest {
  private static final String YAML =
      """
      title: Asked
      category: Test
      about: Asks.
      inputs:
        - { name: method, type: choice, title: Method, choices: [quick, exact], default: quick }
        - { name: steps, type: integer, title: Steps, minimum: 1, maximum: 9, showIf: { method: exact } }
        - { name: log, type: boolean, title: Log, default: false, showIf: { method: [exact] }, tab: More }
        - { name: level, type: number, title: Level, units: K, default: 25 degC, showIf: { log: true } }
        - { name: parts, type: multichoice, title: Parts, choices: [a, b, c], maximum: 2, tab: More }
        - { name: extra, type: text, title: Extra, required: false, showIf: { parts: [b, c] } }
        - { name: some, type: multichoice, title: Some, choices: [x, y], required: true, join: "+" }
      command:
        - ask
        - "{method}"
        - { when: steps, then: ["-n", "{steps}"] }
        - { when: parts, then: ["-p", "{parts}"] }
        - { when: parts, is: b, then: ["-b"] }
        - "{some}"
      outputs: [{ name: out, type: text, title: Out, file: stdout }]
      resources: { memory: 1 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 1 s, maximumTime: 2 s }
      presets:
        - { title: Careful, inputs: { method: exact, steps: 9, parts: [a] } }
      """;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final App APP = parse(YAML);

  private static App parse(String yaml) {
    try {
      return Apps.parse(yaml);
    } catch (AppInvalid e) {
      throw new AssertionError(e);
    }
  }

  private static Inputs check(JsonNode inputs) {
    return InputValues.check(APP, inputs, MissingNode.getInstance());
  }

  private static boolean formAccepts(JsonNode inputs) {
    JsonObject schema = new JsonObject(AppSchema.schema(APP).toString());
    JsonSchemaOptions options =
        new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("app://form");
    return Boolean.TRUE.equals(
        Validator.create(JsonSchema.of(schema), options)
            .validate(new JsonObject(inputs.toString()))
            .getValid());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"some": ["y", "x"]}                               | ask quick x+y
          {"some": ["x"], "parts": ["b", "a"]}               | ask quick -p a,b -b x
          {"some": ["x"], "method": "exact", "steps": 3}     | ask exact -n 3 x
          {"some": ["x"], "steps": 3}                        | steps: is not asked here: it takes a value only with method = exact
          {"some": ["x"], "method": "exact"}                 | steps: is missing; want a whole number in 1..9
          {"some": []}                                       | some: : want a list of 1..2 of x, y
          {}                                                 | some: is missing
          {"some": ["z"]}                                    | some: z: want a list of 1..2 of x, y
          {"some": ["x", "x"]}                               | some: ["x","x"]: want
          {"some": ["x"], "parts": ["a", "b", "c"]}          | parts: a,b,c: want a list of 0..2 of a, b, c
          {"some": ["x"], "extra": "e"}                      | extra: is not asked here
          """)
  void valuesBecomeACommandOrAreRefused(String inputs, String answer) throws Exception {
    JsonNode given = JSON.readTree(inputs);
    if (answer.startsWith("ask ")) {
      Inputs checked = check(given);
      assertEquals(answer, String.join(" ", CommandLine.expand(APP, checked.all(0), Map.of())));
      assertTrue(formAccepts(given), "the form refuses " + inputs);
      return;
    }
    Problem e = assertThrows(Problem.class, () -> check(given));
    assertTrue(String.valueOf(e.getMessage()).startsWith(answer), e.getMessage());
    assertTrue(!formAccepts(given), "the form accepts " + inputs);
  }

  @Test
  void formAndServerAgreeOnMadeUpValues() {
    Random random = new Random(31);
    int good = 0;
    for (int i = 0; i < 1500; i++) {
      ObjectNode inputs = JsonNodeFactory.instance.objectNode();
      any(random, inputs, "method", "quick", "exact", "exact", "slow");
      any(random, inputs, "steps", 1, 5, 9, 10);
      any(random, inputs, "log", true, false, "yes");
      any(random, inputs, "level", 3, 1e3);
      several(random, inputs, "parts", "a", "b", "c", "d");
      any(random, inputs, "extra", "e", "-e");
      several(random, inputs, "some", "x", "y", "y");
      boolean accepted = true;
      String why = "";
      try {
        check(inputs);
        good++;
      } catch (Problem e) {
        accepted = false;
        why = String.valueOf(e.getMessage());
      }
      assertEquals(accepted, formAccepts(inputs), inputs + ": " + why);
    }
    assertTrue(good > 20, "only " + good + " were good");
  }

  private static void any(Random random, ObjectNode inputs, String name, Object... values) {
    if (random.nextInt(3) == 0) {
      inputs.set(name, JSON.valueToTree(values[random.nextInt(values.length)]));
    }
  }

  private static void several(Random random, ObjectNode inputs, String name, String... values) {
    if (random.nextInt(4) > 0) {
      ArrayNode list = inputs.putArray(name);
      for (int i = random.nextInt(3); i > 0; i--) {
        list.add(values[random.nextInt(values.length)]);
      }
    }
  }

  @Test
  void unitsStandInTheDescriptorAndInValues() throws Exception {
    assertEquals("298.15", APP.input("level").orElseThrow().byDefault().orElseThrow().text());
    Inputs inputs =
        check(
            JSON.readTree(
                """
                {"some": ["x"], "method": "exact", "steps": 1, "log": true, "level": "-40 °F"}
                """));
    assertEquals("233.15", String.valueOf(inputs.values().get("level")).replaceAll("[^0-9.]", ""));
  }

  @Test
  void tabsAndPresetsReachTheForm() {
    assertEquals(
        "[{\"title\":\"More\",\"fields\":[\"log\",\"parts\"]}]",
        AppSchema.ui(APP).path("ui:tabs").toString());
    assertEquals(List.of("Careful"), APP.presets().stream().map(App.Example::title).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          showIf: { method: exact } }  | showIf: { log: true } }      | log stands below; move it before this input
          showIf: { method: exact } }  | showIf: { method: exakt } }  | "exakt" is no choice of method
          showIf: { method: exact } }  | showIf: { metod: exact } }   | there is no input "metod"; did you mean "method"?
          showIf: { method: exact } }  | showIf: {} }                 | has no condition
          steps: 9                     | steps: 10                    | presets[0]: steps: 10: want a whole number in 1..9
          default: 25 degC             | default: 25 kg               | "25 kg": kg cannot be converted to K
          { when: steps, then: ["-n", "{steps}"] } | "{steps}"        | {steps}: steps may be left out
          maximum: 2                   | maximum: 4                   | want a whole number in 1..3
          """)
  void aMistakeIsToldWithItsPlace(String good, String bad, String message) {
    String yaml = YAML.replace(good, bad);
    assertTrue(!yaml.equals(YAML), "nothing was replaced: " + good);
    AppInvalid e = assertThrows(AppInvalid.class, () -> Apps.parse(yaml));
    assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
  }
}
