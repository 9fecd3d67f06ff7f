package org.gridappliance.jobs.app;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What stands in a placeholder: a name, a number, or {@code + - * /} and parentheses over them.
 * Decimal arithmetic with 34 digits; there is nothing else in it, so nothing can be smuggled in.
 */
sealed interface Expression {
  /** An input, or a fact of a file input as {@code sequences.records}. */
  record Name(String name) implements Expression {}

  /** A literal number. */
  record Literal(BigDecimal number) implements Expression {}

  /**
   * Two operands.
   *
   * @param operator one of {@code + - * /}
   */
  record Binary(char operator, Expression left, Expression right) implements Expression {}

  /** {@return the names it uses} */
  default Set<String> names() {
    Set<String> names = new TreeSet<>();
    collect(this, names);
    return names;
  }

  private static void collect(Expression expression, Set<String> into) {
    switch (expression) {
      case Name(String name) -> into.add(name);
      case Literal _ -> {}
      case Binary(char _, Expression left, Expression right) -> {
        collect(left, into);
        collect(right, into);
      }
    }
  }

  /**
   * {@return its value}
   *
   * @param numbers gives the number behind a name
   * @throws ArithmeticException on a division by zero or a number out of all range
   */
  default BigDecimal number(Function<String, BigDecimal> numbers) {
    return switch (this) {
      case Name(String name) -> numbers.apply(name);
      case Literal(BigDecimal number) -> number;
      case Binary(char operator, Expression left, Expression right) -> {
        BigDecimal a = left.number(numbers);
        BigDecimal b = right.number(numbers);
        yield switch (operator) {
          case '+' -> a.add(b, MathContext.DECIMAL128);
          case '-' -> a.subtract(b, MathContext.DECIMAL128);
          case '*' -> a.multiply(b, MathContext.DECIMAL128);
          default -> {
            if (b.signum() == 0) {
              throw new ArithmeticException("division by zero");
            }
            yield a.divide(b, MathContext.DECIMAL128);
          }
        };
      }
    };
  }

  /**
   * Reads an expression.
   *
   * @throws IllegalArgumentException says what is wrong
   */
  static Expression parse(String source) {
    return new ExpressionParser(source).parse();
  }
}
