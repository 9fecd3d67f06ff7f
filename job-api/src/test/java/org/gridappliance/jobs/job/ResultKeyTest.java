package org.gridappliance.jobs.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppInvalid;
import org.gridappliance.jobs.app.AppParser;
import org.gridappliance.jobs.app.InputValues;
import org.gridappliance.jobs.lease.Sandbox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultKeyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String YAML =
      """
      title: Known
      category: Test
      about: Has every kind of input.
      packages: [coreutils]
      deterministic: true
      inputs:
        - { name: data, type: file, title: Data, required: false }
        - { name: also, type: file, title: Also, required: false }
        - { name: rate, type: number, title: Rate, default: 0.5, units: mm, sweepable: true }
        - { name: times, type: integer, title: Times, default: 2, sweepable: true }
        - { name: deep, type: boolean, title: Deep, default: false }
        - { name: depth, type: number, title: Depth, default: 3, showIf: { deep: true } }
        - { name: way, type: choice, title: Way, default: a, choices: [a, b] }
        - { name: marks, type: multichoice, title: Marks, choices: [x, y, z] }
        - { name: word, type: text, title: Word, required: false }
        - name: parts
          type: repeat
          title: Parts
          inputs:
            - { name: size, type: number, title: Size, default: 1 }
            - { name: of, type: file, title: Of, required: false }
      command: [cat]
      outputs: [{ name: said, type: text, title: Output, file: stdout }]
      resources: { memory: 10 MiB, disk: 1 MiB, minimumTime: 0 s, expectedTime: 1 s, maximumTime: 2 min }
      examples: [{ title: One, inputs: {} }]
      """;

  /** What is in the files by their names. */
  private final Map<String, String> contents =
      new HashMap<>(Map.of("a", "1", "b", "2", "copy of a", "1"));

  private static App app(String id, String yaml, String digest) {
    try {
      return AppParser.parse(id, yaml, Path.of("nowhere"), digest);
    } catch (AppInvalid e) {
      throw new AssertionError(e);
    }
  }

  private static App app() {
    return app("known", YAML, "d".repeat(64));
  }

  private Optional<String> key(App app, String bundle, JsonNode request, int chunks) {
    List<StoredFile> staged = new ArrayList<>();
    contents.forEach((name, sha256) -> staged.add(new StoredFile("data", name, 1, sha256)));
    return ResultKey.of(
        app,
        Optional.of(new Sandbox.Published(bundle, 1, 1, "signature", "key")),
        InputValues.check(app, request),
        staged,
        chunks);
  }

  private String key(JsonNode request) {
    return key(app(), "bundle", request, 0).orElseThrow();
  }

  private String key(String request) {
    return key(json(request));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theNameOfASweptFileIsInItsTablesAndSoInTheKey() {
    String data = "{ name: data, type: file, title: Data, required: false }";
    App app = app("known", YAML.replace(data, data.replace(" }", ", sweepable: true }")), "d");
    String known = key(app, "bundle", json("{'sweep': {'data': ['a', 'b']}}"), 0).orElseThrow();
    JsonNode renamed = json("{'sweep': {'data': ['copy of a', 'b']}}");
    assertNotEquals(known, key(app, "bundle", renamed, 0).orElseThrow());
    contents.put("b", "3");
    JsonNode again = json("{'sweep': {'data': ['a', 'b']}}");
    assertNotEquals(known, key(app, "bundle", again, 0).orElseThrow(), "other bytes");
    contents.put("b", "2");
    assertEquals(known, key(app, "bundle", again, 0).orElseThrow());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                          | {'inputs': {}, 'sweep': {}}
          {}                                          | {'inputs': {'rate': 0.5, 'times': 2, 'way': 'a'}}
          {}                                          | {'inputs': {'word': null, 'deep': false, 'data': ''}}
          {}                                          | {'name': 'another', 'pool': 'local', 'memoryBytes': 1000000}
          {'inputs': {'rate': 1}}                     | {'inputs': {'rate': 1.0}}
          {'inputs': {'rate': 1}}                     | {'inputs': {'rate': 1e0}}
          {'inputs': {'rate': 100}}                   | {'inputs': {'rate': '10 cm'}}
          {'inputs': {'rate': 0}}                     | {'inputs': {'rate': -0.0}}
          {'inputs': {'times': 3}}                    | {'inputs': {'times': 3.0}}
          {'inputs': {'times': 3, 'rate': 7}}         | {'inputs': {'rate': 7, 'times': 3}}
          {'inputs': {'marks': ['x', 'z']}}           | {'inputs': {'marks': ['z', 'x']}}
          {'inputs': {'data': 'a'}}                   | {'inputs': {'data': 'copy of a'}}
          {'inputs': {'deep': true}}                  | {'inputs': {'deep': true, 'depth': 3.0}}
          {'inputs': {'parts': [{}]}}                 | {'inputs': {'parts': [{'size': 1.0}]}}
          {'inputs': {'parts': [{'of': 'a'}]}}        | {'inputs': {'parts': [{'of': 'copy of a'}]}}
          {'sweep': {'times': [1, 2, 3]}}             | {'sweep': {'times': {'from': 1, 'to': 3, 'step': 1}}}
          {'sweep': {'rate': [1, 2], 'times': [3, 4]}} | {'sweep': {'times': [3, 4], 'rate': [1.0, 2]}, 'combine': 'every'}
          """)
  void whatMeansTheSameHasTheSameKey(String one, String other) {
    assertEquals(key(one), key(other));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                                          | {'inputs': {'rate': 0.50001}}
          {}                                          | {'inputs': {'word': 'a'}}
          {}                                          | {'inputs': {'parts': [{}]}}
          {'inputs': {'deep': true}}                  | {'inputs': {'deep': false}}
          {'inputs': {'data': 'a'}}                   | {'inputs': {'data': 'b'}}
          {'inputs': {'data': 'a'}}                   | {'inputs': {'also': 'a'}}
          {'inputs': {'data': 'a', 'also': 'b'}}      | {'inputs': {'data': 'b', 'also': 'a'}}
          {'inputs': {'data': 'a'}}                   | {'inputs': {'word': '1'}}
          {'inputs': {'rate': 3}}                     | {'inputs': {'times': 3}}
          {'inputs': {'rate': 3}}                     | {'sweep': {'rate': [3]}}
          {'inputs': {'marks': ['x', 'y']}}           | {'inputs': {'marks': ['x']}}
          {'inputs': {'word': 'x'}}                   | {'inputs': {'word': 'x '}}
          {'inputs': {'word': "[]"}}                  | {'inputs': {'word': "{}"}}
          {'inputs': {'parts': [{'size': 2}, {}]}}    | {'inputs': {'parts': [{}, {'size': 2}]}}
          {'sweep': {'times': [1, 2, 3]}}             | {'sweep': {'times': [3, 2, 1]}}
          {'sweep': {'rate': [1, 2], 'times': [3, 4]}} | {'sweep': {'rate': [1, 2], 'times': [3, 4]}, 'combine': 'together'}
          """)
  void whatMeansSomethingElseHasAnotherKey(String one, String other) {
    assertNotEquals(key(one), key(other));
  }

  @Test
  void aFileOfTheSameNameWithOtherContentHasAnotherKey() {
    String before = key("{'inputs': {'data': 'a'}}");
    contents.put("a", "3");
    assertNotEquals(before, key("{'inputs': {'data': 'a'}}"));
  }

  @Test
  void theProgramAndTheCutAreInTheKey() {
    JsonNode request = json("{'inputs': {'data': 'a'}}");
    String known = key(request);
    String descriptor = "e".repeat(64);
    for (Optional<String> other :
        List.of(
            key(app("known", YAML, descriptor), "bundle", request, 0),
            key(app("copied", YAML, "d".repeat(64)), "bundle", request, 0),
            key(app(), "another bundle", request, 0),
            key(app(), "bundle", request, 3))) {
      assertNotEquals(known, other.orElseThrow());
    }
    assertEquals(known, key(app(), "bundle", request, 0).orElseThrow());
  }

  @Test
  void thereIsNoKeyUnlessTheProgramIsKnownAndDeclaredDeterministic() {
    JsonNode request = json("{}");
    App not = app("known", YAML.replace("deterministic: true\n", ""), "d".repeat(64));
    assertEquals(Optional.empty(), key(not, "bundle", request, 0));
    assertEquals(
        Optional.empty(),
        ResultKey.of(app(), Optional.empty(), InputValues.check(app(), request), List.of(), 0));
  }

  /** Against the obvious model: two requests have one key if and only if they say the same. */
  @Test
  void keysAreEqualExactlyWhenTheValuesAre() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Map<Map<String, String>, String> known = new HashMap<>();
    Map<String, Map<String, String>> back = new HashMap<>();
    for (int i = 0; i < 2_000; i++) {
      Map<String, String> model = new HashMap<>();
      List<String> order = new ArrayList<>(List.of("data", "rate", "times", "deep", "word"));
      Collections.shuffle(order, random);
      ObjectNode request = JSON.createObjectNode();
      ObjectNode inputs = request.putObject("inputs");
      for (String name : order) {
        int pick = random.nextInt(3);
        switch (name) {
          case "data" -> {
            String file = List.of("a", "b", "copy of a").get(pick);
            inputs.put(name, file);
            model.put(name, String.valueOf(contents.get(file)));
          }
          case "rate" -> {
            BigDecimal number = BigDecimal.valueOf(pick).setScale(random.nextInt(4));
            if (pick > 0 || random.nextBoolean()) {
              inputs.put(name, number);
            }
            model.put(name, inputs.has(name) ? "" + pick : "0.5");
          }
          case "times" -> {
            if (pick > 0) {
              inputs.put(name, pick);
            }
            model.put(name, pick > 0 ? "" + pick : "2");
          }
          case "deep" -> {
            inputs.put(name, pick == 0);
            model.put(name, "" + (pick == 0));
          }
          default -> {
            if (pick > 0) {
              inputs.put(name, "w" + pick);
            }
            model.put(name, pick > 0 ? "w" + pick : "none");
          }
        }
      }
      String key = key(request);
      String before = known.putIfAbsent(model, key);
      assertEquals(before == null ? key : before, key, "seed " + seed + " " + request);
      Map<String, String> other = back.putIfAbsent(key, model);
      assertEquals(other == null ? model : other, model, "seed " + seed + " " + request);
    }
  }
}
