package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.gridappliance.jobs.http.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final App APP = app();

  private static App app() {
    try {
      return Apps.parse(
          Apps.SMALL
              .replace("  - name: times\n", "  - name: times\n    sweepable: true\n")
              .replace(
                  "  - name: word\n    type",
                  "  - { name: length, type: number, title: Length, units: nm, default: 1,"
                      + " sweepable: true }\n  - name: word\n    type"));
    } catch (AppInvalid e) {
      throw new AssertionError(e);
    }
  }

  private static Inputs check(String sweep, String combine) throws Exception {
    JsonNode request =
        JSON.readTree(
            "{\"inputs\": {\"data\": \"x\"}, \"combine\": \"%s\", \"sweep\": %s}"
                .formatted(combine, sweep));
    return InputValues.check(APP, request);
  }

  private static String all(Inputs inputs) {
    return LongStream.range(0, inputs.combinations())
        .mapToObj(
            i ->
                inputs.combination(i).values().stream()
                    .map(Value::text)
                    .collect(Collectors.joining("/")))
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"rate": {"from": 0, "to": 0.3, "step": 0.1}}              | every    | 0 0.1 0.2 0.3
          {"rate": {"from": 0, "to": 1, "step": 0.4}}                | every    | 0 0.4 0.8
          {"rate": {"from": 0, "to": 1, "count": 5}}                 | every    | 0 0.25 0.5 0.75 1
          {"rate": {"from": 1e-3, "to": 1e3, "count": 4, "scale": "log"}} | every | 0.001 0.1 10 1000
          {"times": {"from": 1, "to": 8, "count": 4, "scale": "log"}} | every   | 1 2 4 8
          {"times": {"from": 1, "to": 3, "count": 8}}                | every    | 1 2 3
          {"length": {"from": "1 um", "to": "3 um", "step": "1000 nm"}} | every | 1000 2000 3000
          {"rate": [5, 6], "times": [1, 2]}                          | every    | 5/1 5/2 6/1 6/2
          {"rate": [5, 6], "times": [1, 2]}                          | together | 5/1 6/2
          {"rate": {"from": 2, "to": 2, "step": 1}}                  | every    | 2
          """)
  void rangesAndCombinations(String sweep, String combine, String values) throws Exception {
    assertEquals(values, all(check(sweep, combine)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"rate": {"from": 0, "to": 1000000, "step": 0.001}} | rate: 1,000,000,001 values: want at most 100,000
          {"rate": {"from": 0, "to": 1, "step": 0}}          | rate: step 0: want more than 0
          {"rate": {"from": 1, "to": 0, "step": 1}}          | rate: 1..0: want from ≤ to
          {"rate": {"from": 0, "to": 1, "count": 3, "scale": "log"}} | rate: 0: a logarithmic scale begins above 0
          {"rate": {"from": 0, "to": 1}}                     | rate: want either step or count
          {"rate": {"from": 0, "to": 1, "count": 1000000000}} | rate: 1000000000 values: want 1..100,000
          {"rate": {"from": 0, "to": 2e6, "count": 3}}       | rate[2]: 2000000: want a number
          {"length": {"from": "1 s", "to": 3, "count": 3}}   | length: from "1 s": s cannot be converted to nm
          {"rate": {"form": 0, "to": 2, "count": 3}}         | rate: "form": want from, to and step
          """)
  void aBadRangeIsTold(String sweep, String message) {
    Problem e = assertThrows(Problem.class, () -> check(sweep, "every"));
    assertTrue(String.valueOf(e.getMessage()).startsWith(message), e.getMessage());
  }

  @Test
  void listsThatVaryTogetherAreAsLong() {
    Problem e =
        assertThrows(
            Problem.class, () -> check("{\"rate\": [1, 2, 3], \"times\": [1, 2]}", "together"));
    assertEquals(
        "times: 2 values, but rate has 3: inputs that vary together need as many values",
        e.getMessage());
  }

  @Test
  void samplesVaryTogetherAndAreTheSameAgain() throws Exception {
    String range = "{\"from\": %s, \"to\": %s, \"count\": 100, \"sample\": \"latin\", \"seed\": 7}";
    String sweep =
        "{\"rate\": %s, \"length\": %s, \"times\": [1, 2]}"
            .formatted(range.formatted(0, 100), range.formatted(1, 2));
    Inputs inputs = check(sweep, "every");
    assertEquals(200, inputs.combinations());
    assertEquals(all(inputs), all(check(sweep, "every")));
    Set<Integer> strips = new HashSet<>();
    for (Value value : inputs.sweep().getOrDefault("rate", List.of())) {
      strips.add((int) Double.parseDouble(value.text()));
    }
    assertEquals(100, strips.size(), "a Latin hypercube has one value in each strip");
  }

  @Test
  void combinationsEqualNestedLoops() {
    Random random = new Random(4);
    for (int round = 0; round < 200; round++) {
      Map<String, List<Value>> sweep = new LinkedHashMap<>();
      List<List<String>> axes = new ArrayList<>();
      List<Map<String, Value>> model = List.of(new LinkedHashMap<>());
      for (int axis = 0; axis < 1 + random.nextInt(3); axis++) {
        int size = 1 + random.nextInt(4);
        List<String> names = new ArrayList<>();
        for (int k = 0; k < 1 + random.nextInt(2); k++) {
          String name = "x" + axis + k;
          names.add(name);
          sweep.put(
              name, LongStream.range(0, size).<Value>mapToObj(Value.IntegerValue::new).toList());
        }
        axes.add(names);
        List<Map<String, Value>> next = new ArrayList<>();
        for (Map<String, Value> before : model) {
          for (int i = 0; i < size; i++) {
            Map<String, Value> after = new LinkedHashMap<>(before);
            int place = i;
            names.forEach(name -> after.put(name, new Value.IntegerValue(place)));
            next.add(after);
          }
        }
        model = next;
      }
      Inputs inputs = new Inputs(Map.of(), sweep, axes);
      assertEquals(model.size(), inputs.combinations());
      for (int i = 0; i < model.size(); i++) {
        assertEquals(model.get(i), inputs.combination(i));
      }
    }
  }
}
