package org.gridappliance.jobs.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Text with placeholders, that becomes exactly one argument: {@code -Z{sequences.records}}, {@code
 * {sets * block * ways},{ways},{block}}. A brace that is meant is doubled.
 *
 * @param source as written
 * @param parts in order
 */
public record Template(String source, List<Part> parts) {
  /** A piece of the text. */
  sealed interface Part {
    /** What stands as it is. */
    record Literal(String text) implements Part {}

    /** What is computed. */
    record Placeholder(Expression expression) implements Part {}
  }

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException says what is wrong
   */
  static Template parse(String source) {
    if (source.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("an argument cannot hold a NUL character");
    }
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    int at = 0;
    while (at < source.length()) {
      char c = source.charAt(at);
      boolean doubled = at + 1 < source.length() && source.charAt(at + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        literal.append(c);
        at += 2;
      } else if (c == '{') {
        int end = source.indexOf('}', at);
        if (end < 0) {
          throw new IllegalArgumentException(
              "\"{\" is not closed in \"" + source + "\"; write \"{{\" for a brace");
        }
        if (!literal.isEmpty()) {
          parts.add(new Part.Literal(literal.toString()));
          literal.setLength(0);
        }
        parts.add(new Part.Placeholder(Expression.parse(source.substring(at + 1, end))));
        at = end + 1;
      } else if (c == '}') {
        throw new IllegalArgumentException(
            "\"}\" without \"{\" in \"" + source + "\"; write \"}}\" for a brace");
      } else {
        literal.append(c);
        at++;
      }
    }
    if (!literal.isEmpty()) {
      parts.add(new Part.Literal(literal.toString()));
    }
    return new Template(source, List.copyOf(parts));
  }

  /** {@return the names that the placeholders use, a fact as {@code input.records}} */
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    for (Part part : parts) {
      if (part instanceof Part.Placeholder(Expression expression)) {
        names.addAll(expression.names());
      }
    }
    return names;
  }
}
