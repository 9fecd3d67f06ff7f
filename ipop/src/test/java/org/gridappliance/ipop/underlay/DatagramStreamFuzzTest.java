package org.gridappliance.ipop.underlay;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/**
 * The framing of TLS connections under Jazzer: whatever comes, it ends with a length refused or
 * with the stream, and what was read encodes to the bytes it came from.
 */
class DatagramStreamFuzzTest {

  @FuzzTest(maxDuration = "60s")
  void whatIsReadIsWhatWasSent(byte[] data) {
    DatagramStream stream = new DatagramStream(new ByteArrayInputStream(data));
    List<byte[]> read = new ArrayList<>();
    boolean whole = false;
    try {
      ByteBuffer next = stream.next();
      while (next != null) {
        byte[] copy = new byte[next.remaining()];
        next.get(copy);
        read.add(copy);
        next = stream.next();
      }
      whole = true;
    } catch (IOException e) {
      // a length refused, or an end within a datagram
    }
    byte[] encoded = DatagramStream.encode(read);
    Assertions.assertEquals(
        ByteBuffer.wrap(encoded), ByteBuffer.wrap(data, 0, whole ? data.length : encoded.length));
  }
}
