package org.gridappliance.portal.http;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.jobs.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Checks one value against one schema of the contract and says in words what is wrong: the field,
 * its value, what was wanted. Thread-safe.
 */
public final class Checker {
  private static final int MOST_ERRORS = 20;
  private static final Set<String> WRAPPERS =
      Set.of("$ref", "properties", "items", "allOf", "anyOf", "oneOf", "additionalProperties");

  private final Contract contract;
  private final String pointer;

  /** Made at the first use: most operations of a start are never called. */
  private volatile @Nullable Validator validator;

  Checker(Contract contract, String pointer) {
    this.contract = contract;
    this.pointer = pointer;
  }

  /**
   * {@return what is wrong, nothing when the value fits}
   *
   * @param value a JsonObject, JsonArray, String, Number, Boolean or null
   * @param name the field's name when the value itself is wrong, as a parameter's
   */
  public List<Problem.FieldError> check(@Nullable Object value, String name) {
    Validator present = validator;
    if (present == null) {
      present = contract.validator(pointer);
      validator = present;
    }
    OutputUnit result = present.validate(value);
    if (Boolean.TRUE.equals(result.getValid())) {
      return List.of();
    }
    Map<String, Problem.FieldError> errors = new LinkedHashMap<>();
    List<OutputUnit> units = result.getErrors() == null ? List.of() : result.getErrors();
    for (OutputUnit unit : units) {
      String keyword = last(unit.getKeywordLocation());
      if (!WRAPPERS.contains(keyword) && errors.size() < MOST_ERRORS) {
        Problem.FieldError error = words(unit, keyword, value, name);
        errors.putIfAbsent(error.field() + keyword, error);
      }
    }
    if (errors.isEmpty()) {
      String error = units.isEmpty() ? "does not fit" : units.getLast().getError();
      return List.of(new Problem.FieldError(name, name + ": " + error));
    }
    return List.copyOf(errors.values());
  }

  private Problem.FieldError words(
      OutputUnit unit, String keyword, @Nullable Object value, String name) {
    List<String> steps = steps(unit.getInstanceLocation());
    String field = steps.isEmpty() ? name : String.join(".", steps);
    Object bad = at(value, steps);
    JsonNode wanted = keyword(unit).orElse(null);
    if (keyword.equals("required") && wanted != null && bad instanceof JsonObject object) {
      List<String> missing = new ArrayList<>();
      wanted.forEach(
          n -> {
            if (!object.containsKey(n.asText())) {
              missing.add(n.asText());
            }
          });
      String first = missing.isEmpty() ? field : missing.getFirst();
      String prefix = steps.isEmpty() ? "" : field + ".";
      return new Problem.FieldError(prefix + first, prefix + first + " is missing; send it");
    }
    String text = wanted == null ? String.valueOf(unit.getError()) : wish(keyword, wanted);
    return new Problem.FieldError(field, field + "=" + show(field, bad) + ": " + text);
  }

  private static String wish(String keyword, JsonNode wanted) {
    String value = wanted.isTextual() ? wanted.asText() : wanted.toString();
    return switch (keyword) {
      case "type" -> "want " + value.replace("\"", "").replace("[", "").replace("]", "");
      case "enum" -> "want one of " + value.replace("\"", "").replace("[", "").replace("]", "");
      case "pattern" -> "want text like " + value;
      case "minLength" -> "want at least " + value + " characters";
      case "maxLength" -> "want at most " + value + " characters";
      case "minimum" -> "want at least " + value;
      case "maximum" -> "want at most " + value;
      case "minItems" -> "want at least " + value + " entries";
      case "maxItems" -> "want at most " + value + " entries";
      case "uniqueItems" -> "want every entry once";
      default -> "does not fit " + keyword + " " + value;
    };
  }

  /** The schema's own value of the keyword that failed. */
  private Optional<JsonNode> keyword(OutputUnit unit) {
    String location = unit.getAbsoluteKeywordLocation();
    int hash = location == null ? -1 : location.indexOf('#');
    if (location == null || hash < 0 || !location.startsWith("/", hash + 1)) {
      return Optional.empty();
    }
    JsonNode node = contract.at(JsonPointer.compile(location.substring(hash + 1)));
    return node.isMissingNode() ? Optional.empty() : Optional.of(node);
  }

  private static @Nullable Object at(@Nullable Object value, List<String> steps) {
    Object present = value;
    for (String step : steps) {
      if (present instanceof JsonObject object) {
        present = object.getValue(step);
      } else if (present instanceof JsonArray array && step.matches("[0-9]{1,9}")) {
        int index = Integer.parseInt(step);
        present = index < array.size() ? array.getValue(index) : null;
      }
    }
    return present;
  }

  /** A value as it may be shown: short, and never a secret. */
  private static String show(String field, @Nullable Object value) {
    String lower = field.toLowerCase(java.util.Locale.ROOT);
    if (lower.contains("password")
        || lower.contains("secret")
        || lower.contains("token")
        || lower.contains("present")) {
      return "…";
    }
    return switch (value) {
      case null -> "null";
      case JsonObject object -> "{…}";
      case JsonArray array -> "[" + array.size() + " entries]";
      default -> {
        String text = value.toString();
        yield text.length() > 60 ? text.substring(0, 60) + "…" : text;
      }
    };
  }

  private static List<String> steps(@Nullable String location) {
    List<String> steps = new ArrayList<>();
    if (location != null) {
      for (String step : location.replaceFirst("^#", "").split("/", -1)) {
        if (!step.isEmpty()) {
          steps.add(step.replace("~1", "/").replace("~0", "~"));
        }
      }
    }
    return steps;
  }

  private static String last(@Nullable String location) {
    return location == null ? "" : location.substring(location.lastIndexOf('/') + 1);
  }
}
