package org.gridappliance.jobs.saved;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Input;

/**
 * Settings as others than their owner see them: without his files, which are in his home alone. The
 * same path in the home of who loads them would be another file. Examples come with the application
 * and stay.
 *
 * @param leftOut the file inputs without a value now, {@code group.input} in rows; each once
 */
record SharedRequest(JsonNode request, List<String> leftOut) {
  /** {@return what others see of a request; values that the application does not ask for go too} */
  static SharedRequest of(App app, JsonNode request) {
    List<String> leftOut = new ArrayList<>();
    ObjectNode copy = request.deepCopy();
    copy.set("inputs", seen(app.inputs(), request.path("inputs"), "", leftOut));
    if (copy.get("sweep") instanceof ObjectNode sweep) {
      for (Input input : app.inputs()) {
        if (input instanceof Input.FileInput && !ofExamples(sweep.path(input.name()))) {
          sweep.remove(input.name());
          leftOut.add(input.name());
        }
      }
    }
    return new SharedRequest(copy, leftOut.stream().distinct().toList());
  }

  private static boolean ofExamples(JsonNode files) {
    for (JsonNode file : files) {
      if (!file.asText().startsWith(Input.EXAMPLE_PREFIX)) {
        return false;
      }
    }
    return true;
  }

  private static ObjectNode seen(
      List<Input> inputs, JsonNode values, String prefix, List<String> leftOut) {
    ObjectNode seen = JsonNodeFactory.instance.objectNode();
    for (Input input : inputs) {
      String name = input.name();
      JsonNode value = values.get(name);
      if (value == null) {
        continue;
      }
      switch (input) {
        case Input.FileInput _ when !value.asText().startsWith(Input.EXAMPLE_PREFIX) ->
            leftOut.add(prefix + name);
        case Input.RepeatInput rows -> {
          ArrayNode list = seen.putArray(name);
          value.forEach(row -> list.add(seen(rows.inputs(), row, name + ".", leftOut)));
        }
        default -> seen.set(name, value);
      }
    }
    return seen;
  }
}
