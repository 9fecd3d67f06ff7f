package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** A checked value of an input. */
public sealed interface Value {
  /** {@return how it stands in an argument} */
  String text();

  /** {@return how people read it, on one line; of a file its path without what stands before it} */
  default String shown() {
    return text();
  }

  /** {@return how it stands in a request} */
  JsonNode json();

  /** {@return whether it is that value, or has it among others} */
  default boolean is(String wanted) {
    return text().equals(wanted);
  }

  /** A decimal number. */
  record NumberValue(BigDecimal number) implements Value {
    @Override
    public String text() {
      return Numbers.text(number);
    }

    @Override
    public JsonNode json() {
      return DecimalNode.valueOf(number);
    }
  }

  /** A whole number. */
  record IntegerValue(long number) implements Value {
    @Override
    public String text() {
      return Long.toString(number);
    }

    @Override
    public JsonNode json() {
      return LongNode.valueOf(number);
    }
  }

  /** Yes or no; {@code true} or {@code false} in an argument. */
  record BooleanValue(boolean on) implements Value {
    @Override
    public String text() {
      return Boolean.toString(on);
    }

    @Override
    public JsonNode json() {
      return BooleanNode.valueOf(on);
    }
  }

  /** A line of text or a choice. */
  record TextValue(String text) implements Value {
    @Override
    public JsonNode json() {
      return TextNode.valueOf(text);
    }
  }

  /**
   * Some choices, in the order of the form.
   *
   * @param join what stands between them in an argument
   */
  record ListValue(List<String> chosen, String join) implements Value {
    public ListValue {
      chosen = List.copyOf(chosen);
    }

    @Override
    public String text() {
      return String.join(join, chosen);
    }

    @Override
    public boolean is(String wanted) {
      return chosen.contains(wanted);
    }

    @Override
    public JsonNode json() {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      chosen.forEach(array::add);
      return array;
    }
  }

  /**
   * The rows of a group.
   *
   * @param rows values by the name of the row's input
   */
  record RowsValue(List<Map<String, Value>> rows) implements Value {
    public RowsValue {
      rows = List.copyOf(rows);
    }

    /** {@return how many there are} */
    @Override
    public String text() {
      return Integer.toString(rows.size());
    }

    @Override
    public JsonNode json() {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      rows.forEach(
          row -> {
            ObjectNode one = array.addObject();
            row.forEach((name, value) -> one.set(name, value.json()));
          });
      return array;
    }
  }

  /**
   * A file, as the caller named it: a path in the home, or {@code example:NAME}. In an argument its
   * {@code stageAs} stands instead.
   */
  record FileValue(String path) implements Value {
    @Override
    public String text() {
      return path;
    }

    @Override
    public String shown() {
      String name = path;
      for (String before : List.of(Input.HOME_PREFIX, Input.EXAMPLE_PREFIX, Input.RESULT_PREFIX)) {
        if (path.startsWith(before)) {
          name = path.substring(before.length());
        }
      }
      return name.replaceAll("\\p{Cntrl}", "?"); // a cell of a table, a line of a list
    }

    @Override
    public JsonNode json() {
      return TextNode.valueOf(path);
    }
  }
}
