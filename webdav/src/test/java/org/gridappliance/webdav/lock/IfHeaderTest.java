package org.gridappliance.webdav.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IfHeaderTest {
  /** The request's resource has lock urn:a and tag "1"; /other has urn:b and W/"2" is nobody's. */
  private static final IfHeader.Resources WORLD =
      new IfHeader.Resources() {
        @Override
        public boolean hasToken(Optional<String> resource, String token) {
          return token.equals(resource.isPresent() ? "urn:b" : "urn:a");
        }

        @Override
        public boolean hasEtag(Optional<String> resource, String etag) {
          return resource.isEmpty() && etag.equals("\"1\"");
        }
      };

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "(<urn:a>)|true",
        "(<urn:x>)|false",
        "(Not <urn:x>)|true",
        "(<urn:a> [\"1\"])|true",
        "(<urn:a> [\"2\"])|false",
        "(<urn:a> [\"2\"]) ([\"1\"])|true",
        "(<urn:x>) (Not <DAV:no-lock>)|true",
        "(<urn:a> [W/\"1\"])|false",
        "</other> (<urn:b>)|true",
        "</other> (<urn:a>) (<urn:b>)|true",
        "</other>(<urn:a>)</third>(<urn:b> Not <urn:q>)|true",
        "(not<urn:a>)|false",
      })
  void rfc4918Section10_4(String header, boolean holds) throws Exception {
    assertEquals(holds, IfHeader.parse(header).holds(WORLD));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "()",
        "(",
        "(<a>",
        "(<a>) </x> (<b>)",
        "</x>",
        "</x> </y> (<a>)",
        "x",
        "(<>)",
        "([1])",
        "([\"1])",
        "(Not)",
        "(<a b>)",
        "</x> (<a>) </y>",
        "(<a>),(<b>)"
      })
  void whatIsNotInTheGrammarIsMalformed(String header) {
    assertThrows(IfHeader.Malformed.class, () -> IfHeader.parse(header));
  }

  @Test
  void negatedTokensCountAsSubmitted() throws Exception {
    assertEquals(Set.of("urn:a", "urn:b"), IfHeader.parse("(Not <urn:a>) (<urn:b>)").tokens());
    assertTrue(IfHeader.parse("([\"1\"])").tokens().isEmpty());
    assertFalse(IfHeader.parse("(Not <urn:a>)").holds(WORLD));
  }
}
