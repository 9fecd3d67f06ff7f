package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A place in a YAML file: what stands there, where, and where complaints go. A getter that
 * complains returns something harmless, so that one reading finds every problem.
 *
 * @param path as {@code inputs[2].minimum}
 */
record Yaml(Node node, String path, List<AppProblem> problems) {
  void problem(String message) {
    problemAt(node, path, message);
  }

  private void problemAt(Node where, String at, String message) {
    Mark mark = where.getStartMark();
    problems.add(new AppProblem(mark.getLine() + 1, mark.getColumn() + 1, at, message));
  }

  boolean isText() {
    return node instanceof ScalarNode;
  }

  /** {@return whether it is a scalar without quotes} */
  boolean isPlain() {
    return node instanceof ScalarNode scalar && scalar.isPlain();
  }

  boolean isMap() {
    return node instanceof MappingNode;
  }

  /** {@return the scalar as written} */
  String text() {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    problem("want text, found " + kind());
    return "";
  }

  /** {@return the scalar, which has something in it and at most so many characters} */
  String text(int maximum) {
    String text = text();
    if (isText() && text.isBlank()) {
      problem("is empty; write something or leave the key out");
    } else if (text.length() > maximum) {
      problem("has " + text.length() + " characters: want at most " + maximum);
    }
    return text;
  }

  /** {@return the scalar, which matches} */
  String text(Pattern pattern, String wanted) {
    String text = text();
    if (isText() && !pattern.matcher(text).matches()) {
      problem("\"" + text + "\": want " + wanted);
    }
    return text;
  }

  BigDecimal number() {
    String text = text();
    try {
      return Quantity.number(text);
    } catch (IllegalArgumentException e) {
      problem(String.valueOf(e.getMessage()));
      return BigDecimal.ONE;
    }
  }

  long integer(long minimum, long maximum) {
    BigDecimal number = number();
    try {
      long value = number.longValueExact();
      if (value >= minimum && value <= maximum) {
        return value;
      }
    } catch (ArithmeticException e) {
      // not a whole number: told below with the range
    }
    problem(text() + ": want a whole number in " + minimum + ".." + maximum);
    return minimum;
  }

  boolean bool() {
    String text = text();
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    problem("\"" + text + "\": want true or false");
    return false;
  }

  /** {@return the constant whose lower-case name stands here} */
  <E extends Enum<E>> E word(Class<E> type, E fallback) {
    String text = text();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    if (isText()) {
      problem(
          "\""
              + text
              + "\": want one of "
              + Stream.of(type.getEnumConstants())
                  .map(c -> c.name().toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining(", ")));
    }
    return fallback;
  }

  /** {@return a quantity with its unit, as {@code 512 MiB} or {@code 2 h}} */
  double quantity(Function<String, Double> reader, double minimum, double maximum, String range) {
    try {
      double value = reader.apply(text());
      if (value >= minimum && value <= maximum) {
        return value;
      }
      problem("\"" + text() + "\": want " + range);
    } catch (IllegalArgumentException e) {
      problem(String.valueOf(e.getMessage()));
    }
    return minimum;
  }

  List<Yaml> list(int maximum) {
    if (!(node instanceof SequenceNode sequence)) {
      problem("want a list (lines that begin with \"- \"), found " + kind());
      return List.of();
    }
    List<Node> nodes = sequence.getValue();
    if (nodes.size() > maximum) {
      problem("has " + nodes.size() + " entries: want at most " + maximum);
    }
    List<Yaml> items = new ArrayList<>();
    for (int i = 0; i < Math.min(nodes.size(), maximum); i++) {
      items.add(new Yaml(nodes.get(i), path + "[" + i + "]", problems));
    }
    return items;
  }

  /** {@return the values by key, in order; doubled keys are complained of} */
  Map<String, Yaml> map() {
    if (!(node instanceof MappingNode mapping)) {
      problem("want keys and values, found " + kind());
      return Map.of();
    }
    Map<String, Yaml> map = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      String at = path.isEmpty() ? key : path + "." + key;
      if (map.put(key, new Yaml(tuple.getValueNode(), at, problems)) != null) {
        problemAt(tuple.getKeyNode(), at, "stands here twice; keep one");
      }
    }
    return map;
  }

  /** {@return the keys and values, of which only known ones may be there} */
  YamlFields fields(String... known) {
    return YamlFields.of(this, List.of(known));
  }

  /** Complains of a key of this mapping, at the key. */
  void keyProblem(String key, String message) {
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key)) {
          problemAt(scalar, path.isEmpty() ? key : path + "." + key, message);
          return;
        }
      }
    }
    problem(message);
  }

  private String kind() {
    return switch (node) {
      case ScalarNode scalar -> scalar.getValue().isEmpty() ? "nothing" : "plain text";
      case SequenceNode _ -> "a list";
      case MappingNode _ -> "keys and values";
      default -> "something else";
    };
  }
}
