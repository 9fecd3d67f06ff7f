package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.List;
import java.util.stream.LongStream;
import org.gridappliance.jobs.http.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputValuesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static Inputs check(String inputs, String sweep) throws JsonProcessingException {
    return InputValues.check(Apps.small(), JSON.readTree(inputs), JSON.readTree(sweep));
  }

  private static boolean formAccepts(String inputs) {
    JsonObject schema = new JsonObject(AppSchema.schema(Apps.small()).toString());
    JsonSchemaOptions options =
        new JsonSchemaOptions().setDraft(Draft.DRAFT202012).setBaseUri("app://form");
    OutputUnit answer =
        Validator.create(JsonSchema.of(schema), options).validate(new JsonObject(inputs));
    return Boolean.TRUE.equals(answer.getValid());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"data": "a/b.txt"}                               | good
          {"data": "x", "rate": 1e6, "times": 8}            | good
          {"data": "x", "times": 3.0}                       | good
          {}                                                | data: is missing; want the path of a file
          {"data": ""}                                      | data: is missing
          {"data": 5}                                       | data: 5: want the path of a file
          {"data": "x", "rate": "0.5"}                      | rate: "0.5": want a number ≥ 0 ≤ 1000000
          {"data": "x", "rate": -1}                         | rate: -1: want a number
          {"data": "x", "rate": 1e999}                      | rate:
          {"data": "x", "times": 2.5}                       | times: 2.5: want a whole number in 1..8
          {"data": "x", "times": 99999999999999999999}      | times: 99999999999999999999: want
          {"data": "x", "times": true}                      | times: true: want
          {"data": "x", "word": "-rf"}                      | word: -rf: want a line of at most 200 characters that
          {"data": "x", "word": {"a": 1}}                   | word: {"a":1}: want a line
          {"data": "x", "wrod": "y"}                        | wrod: Small has no such input; it has data, rate, times, word
          """)
  void formAndServerAgree(String inputs, String answer) throws JsonProcessingException {
    if (answer.equals("good")) {
      check(inputs, "{}");
      assertTrue(formAccepts(inputs), "the form refuses " + inputs);
      return;
    }
    Problem e = assertThrows(Problem.class, () -> check(inputs, "{}"));
    assertEquals(400, e.status());
    assertTrue(String.valueOf(e.getMessage()).startsWith(answer), e.getMessage());
    assertTrue(!formAccepts(inputs), "the form accepts " + inputs);
  }

  @Test
  void nulAndLineEndsAreNoText() {
    for (String word : List.of("a\\u0000b", "a\\nb", "\\u001b[2J")) {
      String inputs = "{\"data\": \"x\", \"word\": \"" + word + "\"}";
      assertThrows(Problem.class, () -> check(inputs, "{}"), word);
    }
    assertThrows(Problem.class, () -> check("{\"data\": \"a\\u0000\"}", "{}"));
  }

  @Test
  void aSweepRunsEveryCombination() throws JsonProcessingException {
    Inputs inputs = check("{\"data\": \"x\"}", "{\"rate\": [0.1, 0.2, 0.3]}");
    assertEquals(3, inputs.combinations());
    assertEquals(
        List.of("0.1", "0.2", "0.3"),
        LongStream.range(0, 3)
            .mapToObj(i -> inputs.all(i).getOrDefault("rate", new Value.TextValue("")).text())
            .toList());
    assertThrows(IllegalArgumentException.class, () -> inputs.combination(3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"times": [1, 2]}   | times: takes one value
          {"rate": []}        | rate: want a list of 1..100000 values
          {"rate": 1}         | rate: want a list
          {"rate": [1, -1]}   | rate[1]: -1: want a number
          {"rate": [1, 1]}    | rate: the sweep has the same value twice
          {"nothing": [1]}    | nothing: Small has no such input
          [1]                 | sweep: want an object
          """)
  void aBadSweepIsTold(String sweep, String message) {
    Problem e = assertThrows(Problem.class, () -> check("{\"data\": \"x\"}", sweep));
    assertTrue(String.valueOf(e.getMessage()).startsWith(message), e.getMessage());
  }

  @Test
  void everyBadFieldIsNamed() {
    Problem e = assertThrows(Problem.class, () -> check("{\"rate\": -1, \"times\": 0}", "{}"));
    assertEquals(
        List.of("data", "rate", "times"),
        e.errors().stream().map(Problem.FieldError::field).toList());
  }

  @Test
  void hugeSweepsAreCountedWithoutOverflow() {
    List<Value> many =
        LongStream.range(0, 100_000).<Value>mapToObj(Value.IntegerValue::new).toList();
    Inputs inputs =
        new Inputs(
            java.util.Map.of(),
            java.util.Map.of("a", many, "b", many, "c", many, "d", many, "e", many));
    assertEquals(Long.MAX_VALUE, inputs.combinations());
  }
}
