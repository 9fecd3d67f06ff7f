package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The operations of a portal, as its own contract has them. The contract is kept beside the login
 * and fetched again only when it changed, which its entity tag says (RFC 9110 §13.1.2).
 */
final class Operations {
  private static final ObjectMapper YAML = new YAMLMapper();
  private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");
  private static final int MOST_REFERENCES = 32;

  private final JsonNode contract;
  private final Map<String, Operation> byId = new LinkedHashMap<>();

  /**
   * @param contract an OpenAPI 3 document
   */
  Operations(JsonNode contract) {
    this.contract = contract;
    contract
        .path("paths")
        .properties()
        .forEach(
            path ->
                METHODS.forEach(
                    method -> {
                      JsonNode operation = path.getValue().path(method);
                      String id = operation.path("operationId").asText();
                      if (id.matches("[\\w.-]+")) {
                        byId.put(id, read(id, method, path.getKey(), path.getValue(), operation));
                      }
                    }));
  }

  /** {@return those of the portal that a person is logged in to} */
  static Operations of(Client client, Login login)
      throws IOException, InterruptedException, CliException {
    Path file = file();
    JsonNode kept = Client.JSON.createObjectNode();
    if (Files.isReadable(file)) {
      try {
        kept = Client.JSON.readTree(file.toFile());
      } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
        Files.delete(file); // as if it had never been kept
      }
    }
    boolean same = kept.path("portal").asText().equals(login.portal().toString());
    Optional<Client.Tagged> fetched =
        client.getUnless("openapi.yaml", same ? kept.path("etag").asText() : "");
    if (fetched.isEmpty()) {
      return new Operations(kept.path("contract"));
    }
    JsonNode contract = YAML.readTree(fetched.get().body());
    ObjectNode fresh =
        Client.JSON
            .createObjectNode()
            .put("portal", login.portal().toString())
            .put("etag", fetched.get().etag());
    fresh.set("contract", contract);
    Login.keep(file, fresh + "\n");
    return new Operations(contract);
  }

  private static Path file() {
    return Login.file().resolveSibling("contract.json");
  }

  /** {@return every operation, in the contract's order} */
  List<Operation> all() {
    return List.copyOf(byId.values());
  }

  Operation get(String id) throws CliException {
    Operation found = byId.get(id);
    if (found != null) {
      return found;
    }
    String near =
        byId.keySet().stream()
            .filter(one -> one.toLowerCase(Locale.ROOT).contains(id.toLowerCase(Locale.ROOT)))
            .limit(5)
            .collect(Collectors.joining(", "));
    throw new CliException(
        "no operation '"
            + id
            + "' on that portal; "
            + (near.isEmpty() ? "./appliance api lists them" : "want " + near + "?"));
  }

  private Operation read(String id, String method, String path, JsonNode item, JsonNode operation) {
    List<Field> fields = new ArrayList<>();
    for (JsonNode list : List.of(item.path("parameters"), operation.path("parameters"))) {
      for (JsonNode written : list) {
        JsonNode parameter = follow(written);
        fields.add(
            new Field(
                parameter.path("name").asText(),
                parameter.path("in").asText(),
                parameter.path("required").asBoolean(),
                oneLine(parameter.path("description").asText()),
                follow(parameter.path("schema"))));
      }
    }
    JsonNode body = follow(operation.path("requestBody"));
    JsonNode schema = follow(body.path("content").path("application/json").path("schema"));
    List<String> required = new ArrayList<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    schema
        .path("properties")
        .properties()
        .forEach(
            one -> {
              JsonNode value = follow(one.getValue());
              String said = one.getValue().path("description").asText();
              fields.add(
                  new Field(
                      one.getKey(),
                      "body",
                      required.contains(one.getKey()),
                      oneLine(said.isEmpty() ? value.path("description").asText() : said),
                      value));
            });
    return new Operation(
        id,
        method.toUpperCase(Locale.ROOT),
        path,
        oneLine(operation.path("summary").asText()),
        List.copyOf(fields),
        !body.isMissingNode(),
        body.path("required").asBoolean());
  }

  /** {@return what a chain of {@code $ref}s within the contract leads to} */
  private JsonNode follow(JsonNode node) {
    JsonNode at = node;
    for (int i = 0; i < MOST_REFERENCES && at.has("$ref"); i++) {
      String pointer = at.path("$ref").asText();
      at = pointer.startsWith("#/") ? contract.at(pointer.substring(1)) : contract.path("");
    }
    return at;
  }

  /** Another machine's text goes to a terminal: no control characters. */
  private static String oneLine(String text) {
    return text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
  }
}
