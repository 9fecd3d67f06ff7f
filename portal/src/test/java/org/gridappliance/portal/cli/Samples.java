package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Values that fit the schemas of a contract, with letters in them that a URL must escape. */
final class Samples {
  private static final JsonNodeFactory NODES = new ObjectMapper().getNodeFactory();

  private static final List<String> TEXTS =
      List.of(
          "a b/ü&=?#%+\"'",
          "abcdefgh",
          "10.0.0.1",
          "07:30",
          "0123456789abcdef0123456789abcdef01234567",
          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "01234567-89ab-cdef-0123-456789abcdef",
          "a");

  private final JsonNode contract;

  Samples(JsonNode contract) {
    this.contract = contract;
  }

  JsonNode of(JsonNode written) {
    JsonNode schema = written;
    while (schema.has("$ref")) {
      schema = contract.at(schema.path("$ref").asText().substring(1));
    }
    if (schema.has("enum")) {
      return schema.path("enum").path(0);
    }
    if (schema.has("const")) {
      return schema.path("const");
    }
    for (String several : List.of("oneOf", "anyOf", "allOf")) {
      if (schema.has(several) && !schema.has("type")) {
        return of(schema.path(several).path(0));
      }
    }
    JsonNode type = schema.path("type");
    return switch (type.isArray() ? type.path(0).asText() : type.asText()) {
      case "integer" -> NODES.numberNode(schema.path("minimum").asLong(1));
      case "number" -> NODES.numberNode(schema.path("minimum").asDouble(1) + 0.5);
      case "boolean" -> NODES.booleanNode(true);
      case "array" -> array(schema);
      case "object" -> object(schema);
      default -> NODES.textNode(text(schema));
    };
  }

  private ArrayNode array(JsonNode schema) {
    ArrayNode array = NODES.arrayNode();
    for (int i = 0; i < Math.max(1, schema.path("minItems").asInt(1)); i++) {
      array.add(of(schema.path("items")));
    }
    return array;
  }

  private ObjectNode object(JsonNode schema) {
    ObjectNode object = NODES.objectNode();
    schema
        .path("required")
        .forEach(
            name -> object.set(name.asText(), of(schema.path("properties").path(name.asText()))));
    return object;
  }

  private static String text(JsonNode schema) {
    if (schema.path("format").asText().equals("date-time")) {
      return "2026-11-23T00:00:00Z";
    }
    int least = schema.path("minLength").asInt(0);
    int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
    Optional<Pattern> pattern =
        Optional.ofNullable(schema.get("pattern")).map(p -> Pattern.compile(p.asText()));
    return TEXTS.stream()
        .map(text -> text.length() < least ? text.repeat(least / text.length() + 1) : text)
        .map(text -> text.length() > most ? text.substring(0, most) : text)
        .filter(text -> pattern.isEmpty() || pattern.get().matcher(text).find())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no sample for " + schema));
  }
}
