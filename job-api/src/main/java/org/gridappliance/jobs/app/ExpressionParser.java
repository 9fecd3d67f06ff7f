package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads an {@link Expression} by recursive descent.
 *
 * <pre>
 * sum     = product { ("+" | "-") product }
 * product = atom { ("*" | "/") atom }
 * atom    = number | name [ "." name ] | "(" sum ")"
 * </pre>
 */
final class ExpressionParser {
  private static final int MAXIMUM_LENGTH = 200;
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}(\\.\\d{1,18})?");
  private static final Pattern NAME =
      Pattern.compile("[a-z][a-z0-9_]{0,39}(\\.[a-z][a-z0-9_]{0,39})?");

  private final String source;
  private int at;

  ExpressionParser(String source) {
    this.source = source;
  }

  Expression parse() {
    if (source.length() > MAXIMUM_LENGTH) {
      throw new IllegalArgumentException(
          "a placeholder of " + source.length() + " characters: want at most " + MAXIMUM_LENGTH);
    }
    Expression sum = sum();
    if (at < source.length()) {
      throw wrong("did not expect \"" + source.charAt(at) + "\"");
    }
    return sum;
  }

  private Expression sum() {
    Expression left = product();
    while (peek() == '+' || peek() == '-') {
      char operator = source.charAt(at++);
      left = new Expression.Binary(operator, left, product());
    }
    return left;
  }

  private Expression product() {
    Expression left = atom();
    while (peek() == '*' || peek() == '/') {
      char operator = source.charAt(at++);
      left = new Expression.Binary(operator, left, atom());
    }
    return left;
  }

  private Expression atom() {
    if (peek() == '(') {
      at++;
      Expression inner = sum();
      if (peek() != ')') {
        throw wrong("\"(\" is not closed");
      }
      at++;
      skipBlanks();
      return inner;
    }
    String number = take(NUMBER);
    if (!number.isEmpty()) {
      return new Expression.Literal(new BigDecimal(number));
    }
    String name = take(NAME);
    if (name.isEmpty()) {
      throw wrong("want the name of an input, a number or \"(\" at character " + (at + 1));
    }
    return new Expression.Name(name);
  }

  private String take(Pattern pattern) {
    skipBlanks();
    Matcher matcher = pattern.matcher(source).region(at, source.length());
    if (!matcher.lookingAt()) {
      return "";
    }
    at = matcher.end();
    skipBlanks();
    return matcher.group();
  }

  private char peek() {
    skipBlanks();
    return at < source.length() ? source.charAt(at) : '\0';
  }

  private void skipBlanks() {
    while (at < source.length() && source.charAt(at) == ' ') {
      at++;
    }
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("placeholder {" + source + "}: " + what);
  }
}
