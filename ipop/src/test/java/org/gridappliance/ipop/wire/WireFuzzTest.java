package org.gridappliance.ipop.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Assertions;

/**
 * The parsers under Jazzer: no input throws, and what parses encodes to the same bytes. Without
 * {@code JAZZER_FUZZ=1} only the seeds run.
 */
class WireFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void messageParserNeverThrows(byte[] data) {
    Message message = Message.parse(ByteBuffer.wrap(data));
    if (message != null) {
      Assertions.assertEquals(ByteBuffer.wrap(data), message.encode());
    }
  }

  @FuzzTest(maxDuration = "60s")
  void packetParserNeverThrows(byte[] data) {
    Packet packet = Packet.parse(ByteBuffer.wrap(data));
    if (packet != null) {
      Assertions.assertEquals(ByteBuffer.wrap(data), packet.encode());
    }
  }

  @FuzzTest(maxDuration = "60s")
  void frameParserNeverThrows(byte[] data) {
    Frame.parse(ByteBuffer.wrap(data));
  }
}
