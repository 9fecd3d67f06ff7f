package org.gridappliance.portal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gridappliance.portal.http.Contract;
import org.gridappliance.portal.http.OperationSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Words of a command line against the whole contract, as a portal serves it. */
class OperationTest {
  private static final Contract CONTRACT = Contract.load();
  private static final JsonNode DOCUMENT = parse(CONTRACT.yaml());
  private static final Operations OPERATIONS = new Operations(DOCUMENT);
  private static final Samples SAMPLES = new Samples(DOCUMENT);

  @TempDir private Path folder = Path.of("");

  private static JsonNode parse(String yaml) {
    try {
      return new YAMLMapper().readTree(yaml);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static Stream<String> operations() {
    return CONTRACT.operations().keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyOperationIsAddressedWithAllItTakes(String id) throws Exception {
    Operation operation = OPERATIONS.get(id);
    fits(operation, operation.fields());
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyOperationIsAddressedWithNoMoreThanItMustHave(String id) throws Exception {
    Operation operation = OPERATIONS.get(id);
    fits(operation, operation.fields().stream().filter(Field::required).toList());
  }

  /** What the words become is what the portal's own checks take, value for value. */
  private void fits(Operation operation, List<Field> fields) throws Exception {
    OperationSpec spec = CONTRACT.operations().get(operation.id());
    Map<Field, JsonNode> values = new LinkedHashMap<>();
    List<String> arguments = new ArrayList<>();
    for (Field field : fields) {
      JsonNode value = SAMPLES.of(field.schema());
      values.put(field, value);
      arguments.add(argument(operation, field, value));
    }
    Call call = operation.call(arguments, false);

    assertEquals(spec.method().toUpperCase(java.util.Locale.ROOT), call.method());
    String path = call.path().replaceFirst("\\?.*", "");
    Matcher segments =
        Pattern.compile(spec.path().replaceAll("\\{[^}]+}", "([^/?#]+)")).matcher(path);
    assertTrue(segments.matches(), call.path());
    List<String> names =
        Pattern.compile("\\{([^}]+)}").matcher(spec.path()).results().map(m -> m.group(1)).toList();
    Map<String, String> query = query(call.path());
    for (OperationSpec.Parameter parameter : spec.parameters()) {
      String text =
          switch (parameter.in()) {
            case "path" -> decoded(segments.group(names.indexOf(parameter.name()) + 1));
            case "query" -> query.get(parameter.name());
            default -> call.headers().get(parameter.name());
          };
      Field field =
          operation.fields().stream()
              .filter(f -> f.name().equals(parameter.name()) && f.in().equals(parameter.in()))
              .findFirst()
              .orElseThrow();
      if (values.containsKey(field)) {
        assertEquals(values.get(field).asText(), text, parameter.name());
        Object checked = parameter.type().equals("integer") ? Long.valueOf(text) : text;
        assertEquals(List.of(), parameter.checker().check(checked, parameter.name()));
      }
    }
    JsonNode expected = Client.JSON.createObjectNode();
    for (Map.Entry<Field, JsonNode> one : values.entrySet()) {
      if (one.getKey().inBody()) {
        ((com.fasterxml.jackson.databind.node.ObjectNode) expected)
            .set(one.getKey().name(), one.getValue());
      }
    }
    assertEquals(
        expected.toString(), call.fields().map(JsonNode::toString).orElse("{}"), operation.id());
    if (!spec.bodyRequired()) {
      return;
    }
    JsonObject sent = new JsonObject(call.fields().orElseThrow().toString());
    List<String> wrong =
        spec.body().orElseThrow().check(sent, "body").stream().map(Object::toString).toList();
    boolean wantsOneOfSeveral = sent.isEmpty(); // minProperties: which, only a person can say
    assertTrue(wrong.isEmpty() || wantsOneOfSeveral, operation.id() + " " + sent + wrong);
  }

  private String argument(Operation operation, Field field, JsonNode value) throws Exception {
    boolean twice =
        operation.fields().stream().filter(f -> f.name().equals(field.name())).count() > 1;
    boolean plain = !field.wanted().contains(":=") && value.isValueNode();
    String text = value.isTextual() ? value.asText() : value.toString();
    if (!field.inBody()) {
      return field.name() + "=" + value.asText();
    }
    // in a file, since some are secrets
    Path file = Files.createTempFile(folder, "value", "");
    if (plain && !twice) {
      return field.name() + "=@" + Files.writeString(file, text + "\n");
    }
    return field.name() + ":=@" + Files.writeString(file, value.toString());
  }

  private static Map<String, String> query(String path) {
    Map<String, String> query = new LinkedHashMap<>();
    int mark = path.indexOf('?');
    if (mark >= 0) {
      for (String one : path.substring(mark + 1).split("&", -1)) {
        int equals = one.indexOf('=');
        query.put(decoded(one.substring(0, equals)), decoded(one.substring(equals + 1)));
      }
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String refused(String operation, String... arguments) {
    CliException refused =
        assertThrows(
            CliException.class, () -> OPERATIONS.get(operation).call(List.of(arguments), false));
    return String.valueOf(refused.getMessage());
  }

  @Test
  void wrongAndMissingParametersAreToldWithWhatWasWanted() {
    assertTrue(refused("getjob").contains("want getJob"), refused("getjob"));
    assertTrue(refused("getJob").startsWith("getJob wants also job=INTEGER"), refused("getJob"));
    assertTrue(refused("getJob", "job=x").startsWith("job=x: want job=INTEGER"));
    assertTrue(refused("getJob", "job=1", "colour=red").startsWith("no parameter 'colour'"));
    assertTrue(refused("getJob", "job").startsWith("'job': want name=value"));
    assertTrue(refused("getJob", "job=1", "job=2").startsWith("job: given twice"));
    assertTrue(refused("getJob", "job:=1").contains("want job=INTEGER"));
    assertEquals("limit=many: want limit=INTEGER (1..500)", refused("listJobs", "limit=many"));
    assertTrue(refused("listJobs", "owner=him").startsWith("owner=him: want owner=me|all"));
    assertTrue(refused("submitJob", "app=hmmsearch", "inputs=a").contains("want inputs:={…}"));
    assertTrue(refused("submitJob", "app=hmmsearch", "inputs:={a").contains("want JSON"));
    assertTrue(refused("actOnJob", "job=1", "action=burn").contains("suspend|resume|hold"));
    assertTrue(refused("createUser", "name=ada").contains("password=TEXT"));
  }

  @Test
  void aSecretIsRefusedOnTheCommandLine() {
    assertTrue(refused("createUser", "name=ada", "password=horse").contains("password=@FILE"));
    assertTrue(refused("createUser", "password:=\"horse\"").contains("password=@FILE"));
  }

  @Test
  void aNameOfBothParameterAndFieldIsTheFieldsWithColon() throws Exception {
    Call call =
        OPERATIONS
            .get("putAppExample")
            .call(List.of("app=a", "If-Match=\"1\"", "file=b.txt", "file:=\"home:c\""), false);
    assertEquals("/apps/a/source/examples/b.txt", call.path());
    assertEquals("{\"file\":\"home:c\"}", call.fields().orElseThrow().toString());
    assertEquals("\"1\"", call.headers().get("If-Match"));
  }

  @Test
  void aSegmentNeverLeadsElsewhere() {
    for (String text : List.of("", ".", "..")) {
      assertTrue(refused("getApp", "app=" + text).contains("want app=TEXT"), text);
    }
  }
}
