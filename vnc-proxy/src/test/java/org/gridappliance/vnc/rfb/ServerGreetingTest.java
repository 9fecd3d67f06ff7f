package org.gridappliance.vnc.rfb;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import org.gridappliance.vnc.dialect.WrongBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerGreetingTest {
  @Test
  void greetingInPiecesIsTaken() throws WrongBytes {
    ServerGreeting greeting = new ServerGreeting();
    greeting.accept(Buffer.buffer("RFB 0"));
    assertFalse(greeting.complete());
    greeting.accept(Buffer.buffer("03.008\nand more"));
    assertTrue(greeting.complete());
  }

  @ParameterizedTest
  @ValueSource(strings = {"S", "HTTP/1.1 200", "RFB 003.003\n", "RFB 003.0089", "RFB 005"})
  void whatIsNotRfbIsRefusedAtOnce(String bytes) {
    assertThrows(WrongBytes.class, () -> new ServerGreeting().accept(Buffer.buffer(bytes)), bytes);
  }
}
