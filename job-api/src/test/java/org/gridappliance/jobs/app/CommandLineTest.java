package org.gridappliance.jobs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  private static List<String> expand(String word) {
    App app = Apps.small();
    ObjectNode inputs = JsonNodeFactory.instance.objectNode().put("data", "x").put("word", word);
    return CommandLine.expand(
        app,
        InputValues.check(app, inputs, MissingNode.getInstance()).all(0),
        Map.of("data", new Facts(7, 100)));
  }

  @Test
  void factsAndNumbersAreComputed() {
    assertEquals(List.of("count", "--rate=0.5", "10", "data.txt"), expand(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"$(rm -rf /)", "a b", "`x`", "'; x", "\"", "*", "{times}", "a|b>c", "é😀"})
  void shellMetacharactersArriveAsPlainArguments(String word) {
    assertEquals(List.of("count", "--rate=0.5", "10", "--word", word, "data.txt"), expand(word));
  }

  @ParameterizedTest
  @CsvSource({
    "10, 10",
    "0.50, 0.5",
    "1e-30, 1e-30",
    "1.25E-7, 1.25e-7",
    "1E+3, 1000",
    "-0, 0",
    "1e25, 1e25",
    "-12345.678, -12345.678",
    "0.00001, 0.00001"
  })
  void numbersAreWrittenAsProgramsReadThem(String number, String text) {
    assertEquals(text, Numbers.text(new BigDecimal(number)));
  }

  @Test
  void divisionByZeroIsTold() {
    Expression zero = Expression.parse("1 / (2 - 2)");
    assertThrows(ArithmeticException.class, () -> zero.number(name -> BigDecimal.ONE));
  }

  @Test
  void doubledBracesStandForOne() {
    assertEquals(List.of(new Template.Part.Literal("a{b}c")), Template.parse("a{{b}}c").parts());
  }

  /** Random expressions mean what they mean to a person who puts every parenthesis. */
  @Test
  void precedenceIsTheUsualOne() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      long a = random.nextInt(50);
      long b = random.nextInt(50);
      long c = 1L + random.nextInt(50);
      Map<String, Long> expected =
          Map.of(
              a + " - " + b + " * " + c,
              a - b * c,
              "(" + a + "-" + b + ")*" + c,
              (a - b) * c,
              a + "-" + b + "-" + c,
              a - b - c,
              a * c + " / " + c + " + " + b,
              a + b,
              a + "*" + b + "+" + c,
              a * b + c);
      expected.forEach(
          (text, value) ->
              assertEquals(
                  0,
                  Expression.parse(text)
                      .number(n -> BigDecimal.ZERO)
                      .compareTo(BigDecimal.valueOf(value)),
                  text));
    }
  }

  @Test
  void aMillionNestedParenthesesAreRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Expression.parse("(".repeat(1_000_000)));
    assertTrue(String.valueOf(e.getMessage()).contains("at most 200"), e.getMessage());
  }
}
