package org.gridappliance.portal.http;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.SchemaRepository;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The OpenAPI contract: job-api's and the portal's files joined, with every schema ready to check
 * what is sent. Immutable. Loading takes some 100 ms, so it happens beside the start (decision
 * 0003).
 */
public final class Contract {
  private static final String BASE = "app://contract/";
  private static final List<String> SOURCES = List.of("openapi/jobs.yaml", "openapi/portal.yaml");
  private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");
  private static final YAMLMapper YAML =
      YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build();

  private final ObjectNode document;

  /** The components, and below {@code checked} every schema of a parameter, body or answer. */
  private final ObjectNode checked;

  private final SchemaRepository schemas;
  private final Map<String, OperationSpec> operations;

  private Contract(ObjectNode document) {
    this.document = document;
    this.checked = YAML.createObjectNode();
    checked.set("components", document.get("components"));
    this.operations = readOperations();
    this.schemas =
        SchemaRepository.create(
            new JsonSchemaOptions()
                .setBaseUri(BASE)
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic));
    Map<String, Object> plain = YAML.convertValue(checked, new TypeReference<>() {});
    schemas.dereference(BASE, JsonSchema.of(new JsonObject(plain)));
  }

  /** Reads and joins the two files. */
  public static Contract load() {
    ObjectNode joined = read(SOURCES.getFirst());
    for (String source : SOURCES.subList(1, SOURCES.size())) {
      ObjectNode other = read(source);
      join((ObjectNode) joined.get("paths"), (ObjectNode) other.get("paths"));
      ObjectNode components = (ObjectNode) joined.get("components");
      for (Map.Entry<String, JsonNode> kind : other.get("components").properties()) {
        join(components.withObjectProperty(kind.getKey()), (ObjectNode) kind.getValue());
      }
    }
    joined.set(
        "info",
        YAML.createObjectNode()
            .put("title", "Grid Appliance")
            .put("version", "1")
            .put(
                "description",
                "Applications, jobs, results, nodes, people. Files, results and event streams are"
                    + " served beside these operations: docs/architecture.md."));
    return new Contract(joined);
  }

  private static ObjectNode read(String resource) {
    try (InputStream in = Contract.class.getClassLoader().getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is not in this build");
      }
      return (ObjectNode) YAML.readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(resource + " does not parse: " + e.getMessage(), e);
    }
  }

  private static void join(ObjectNode into, ObjectNode from) {
    for (Map.Entry<String, JsonNode> entry : from.properties()) {
      if (into.has(entry.getKey())) {
        throw new IllegalStateException("both contract files define " + entry.getKey());
      }
      into.set(entry.getKey(), entry.getValue());
    }
  }

  /** {@return the operations by operationId} */
  public Map<String, OperationSpec> operations() {
    return operations;
  }

  /** {@return the joined contract as YAML} */
  public String yaml() {
    try {
      return YAML.writeValueAsString(document);
    } catch (IOException e) {
      throw new IllegalStateException("a tree in memory can be written", e);
    }
  }

  private Map<String, OperationSpec> readOperations() {
    Map<String, OperationSpec> found = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      for (String method : METHODS) {
        JsonNode operation = path.getValue().get(method);
        if (operation == null) {
          continue;
        }
        String pointer = "/paths/" + escape(path.getKey());
        String id = operation.path("operationId").asText();
        List<OperationSpec.Parameter> parameters = new ArrayList<>();
        addParameters(parameters, pointer + "/parameters");
        addParameters(parameters, pointer + "/" + method + "/parameters");
        OperationSpec spec =
            new OperationSpec(
                id,
                method,
                path.getKey(),
                operation.path("security").isArray() && operation.get("security").isEmpty(),
                List.copyOf(parameters),
                body(pointer + "/" + method + "/requestBody"),
                operation.path("requestBody").path("required").asBoolean(false),
                answers(pointer + "/" + method + "/responses"));
        if (id.isEmpty() || found.put(id, spec) != null) {
          throw new IllegalStateException(
              method + " " + path.getKey() + ": operationId is missing or used twice");
        }
      }
    }
    return Map.copyOf(found);
  }

  private void addParameters(List<OperationSpec.Parameter> parameters, String pointer) {
    JsonNode list = document.at(pointer);
    for (int i = 0; i < list.size(); i++) {
      String at = follow(pointer + "/" + i);
      JsonNode parameter = document.at(at);
      JsonNode schema = document.at(follow(at + "/schema"));
      parameters.add(
          new OperationSpec.Parameter(
              parameter.get("name").asText(),
              parameter.get("in").asText(),
              parameter.path("required").asBoolean(false),
              schema.path("type").asText("string"),
              checker(at + "/schema")));
    }
  }

  private Optional<Checker> body(String pointer) {
    String at = pointer + "/content/application~1json/schema";
    return document.at(at).isMissingNode() ? Optional.empty() : Optional.of(checker(at));
  }

  private Map<Integer, Optional<Checker>> answers(String pointer) {
    Map<Integer, Optional<Checker>> answers = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> answer : document.at(pointer).properties()) {
      String at = follow(pointer + "/" + answer.getKey()) + "/content/application~1json/schema";
      answers.put(
          Integer.parseInt(answer.getKey()),
          document.at(at).isMissingNode() ? Optional.empty() : Optional.of(checker(at)));
    }
    return Map.copyOf(answers);
  }

  /** Lists a schema of the document among the checked ones. */
  private Checker checker(String pointer) {
    ObjectNode list = checked.withObjectProperty("checked");
    String name = "s" + list.size();
    list.set(name, document.at(pointer));
    return new Checker(this, "/checked/" + name);
  }

  /** {@return what checks against a schema}. May be called by many threads. */
  Validator validator(String pointer) {
    JsonSchema reference = JsonSchema.of(new JsonObject().put("$ref", BASE + "#" + pointer));
    return schemas.validator(reference);
  }

  /** {@return the pointer behind a chain of {@code $ref}s} */
  private String follow(String pointer) {
    JsonNode reference = document.at(pointer).get("$ref");
    return reference == null ? pointer : follow(reference.asText().substring(1));
  }

  /** {@return a part of a checked schema} */
  JsonNode at(JsonPointer pointer) {
    return checked.at(pointer);
  }

  private static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
