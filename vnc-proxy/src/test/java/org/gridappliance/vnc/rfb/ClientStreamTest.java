package org.gridappliance.vnc.rfb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vertx.core.buffer.Buffer;
import java.util.Random;
import org.gridappliance.vnc.dialect.WrongBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientStreamTest {
  private static final Buffer HELLO = Buffer.buffer("RFB 003.008\n").appendByte((byte) 1);
  private static final Buffer SHARED = Buffer.buffer(new byte[] {1});

  // one of each, RFC 6143 §7.5 and the extensions; the comment names the fields
  private static final Buffer SET_PIXEL_FORMAT = Buffer.buffer(new byte[20]);
  private static final Buffer SET_ENCODINGS = // type, pad, count = 2, two encodings
      Buffer.buffer(new byte[] {2, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 16});
  private static final Buffer UPDATE_REQUEST = // type, incremental, x, y, width, height
      Buffer.buffer(new byte[] {3, 1, 0, 0, 0, 0, 4, 0, 3, 0});
  private static final Buffer KEY = Buffer.buffer(new byte[] {4, 1, 0, 0, 0, 0, 0, 97});
  private static final Buffer POINTER = Buffer.buffer(new byte[] {5, 1, 0, 9, 0, 9});
  private static final Buffer CUT_TEXT = // type, pad, length = 3, text
      Buffer.buffer(new byte[] {6, 0, 0, 0, 0, 0, 0, 3, 'a', 'b', 'c'});
  private static final Buffer EXTENDED_CUT_TEXT = // length = -4: extended clipboard
      Buffer.buffer(new byte[] {6, 0, 0, 0, -1, -1, -1, -4, 9, 9, 9, 9});
  private static final Buffer FENCE = // type, pad, flags, length = 2, payload
      Buffer.buffer(new byte[] {(byte) 248, 0, 0, 0, 0, 0, 0, 1, 2, 5, 5});
  private static final Buffer RESIZE = // type, pad, width, height, one screen, pad, screen
      Buffer.buffer(new byte[] {(byte) 251, 0, 4, 0, 3, 0, 1, 0}).appendBytes(new byte[16]);
  private static final Buffer QEMU_KEY =
      Buffer.buffer(new byte[] {(byte) 255, 0, 0, 1, 0, 0, 0, 97, 0, 0, 0, 30});

  @Test
  void viewerSendsOnlyWhatDoesNotAct() throws WrongBytes {
    Buffer all = Buffer.buffer();
    for (Buffer message :
        new Buffer[] {
          HELLO,
          SHARED,
          SET_PIXEL_FORMAT,
          KEY,
          SET_ENCODINGS,
          POINTER,
          CUT_TEXT,
          UPDATE_REQUEST,
          EXTENDED_CUT_TEXT,
          FENCE,
          RESIZE,
          QEMU_KEY,
          UPDATE_REQUEST
        }) {
      all.appendBuffer(message);
    }
    Buffer looking =
        Buffer.buffer()
            .appendBuffer(HELLO)
            .appendBuffer(SHARED)
            .appendBuffer(SET_PIXEL_FORMAT)
            .appendBuffer(SET_ENCODINGS)
            .appendBuffer(UPDATE_REQUEST)
            .appendBuffer(FENCE)
            .appendBuffer(UPDATE_REQUEST);
    assertEquals(looking, new ClientStream(true).accept(all));
    Random random = new Random(6143);
    for (int round = 0; round < 500; round++) {
      assertEquals(looking, inPieces(new ClientStream(true), all, random), "round " + round);
    }
  }

  @Test
  void whoMayActIsPassedThroughUncopied() throws WrongBytes {
    ClientStream stream = new ClientStream(false);
    stream.accept(HELLO);
    assertEquals(SHARED.copy().appendBuffer(KEY), stream.accept(SHARED.copy().appendBuffer(KEY)));
    Buffer anything = Buffer.buffer("anything at all");
    assertSame(anything, stream.accept(anything));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.",
        "RFB 003.003\n",
        "RFB 004.000\n",
        "RFB 003.008\r",
        "            "
      })
  void anotherGreetingIsRefused(String greeting) {
    Buffer bytes = Buffer.buffer(greeting.substring(0, 12));
    assertThrows(WrongBytes.class, () -> new ClientStream(false).accept(bytes));
  }

  @ParameterizedTest(name = "security type {0}")
  @ValueSource(bytes = {0, 2, 16, 19, -1})
  void anotherSecurityTypeThanNoneIsRefused(byte type) {
    Buffer bytes = Buffer.buffer("RFB 003.008\n").appendByte(type);
    assertThrows(WrongBytes.class, () -> new ClientStream(true).accept(bytes));
  }

  @ParameterizedTest(name = "message type {0}")
  @CsvSource({"1", "7", "100", "252", "254"})
  void unknownMessageOfAViewerIsRefused(int type) throws WrongBytes {
    ClientStream stream = new ClientStream(true);
    stream.accept(HELLO.copy().appendBuffer(SHARED));
    Buffer bytes = Buffer.buffer().appendByte((byte) type);
    assertThrows(WrongBytes.class, () -> stream.accept(bytes));
  }

  @Test
  void clipboardOfTwoGigabytesIsRefused() throws WrongBytes {
    ClientStream stream = new ClientStream(true);
    stream.accept(HELLO.copy().appendBuffer(SHARED));
    Buffer bytes = Buffer.buffer(new byte[] {6, 0, 0, 0, -128, 0, 0, 0});
    assertThrows(WrongBytes.class, () -> stream.accept(bytes));
  }

  /** Never forwards more than it was given, never fails but by WrongBytes. */
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreForwardedOrRefused(byte[] bytes) {
    ClientStream stream = new ClientStream(true);
    try {
      stream.accept(HELLO.copy().appendBuffer(SHARED));
      Buffer onward = stream.accept(Buffer.buffer(bytes));
      if (onward.length() > bytes.length) {
        throw new AssertionError("forwarded " + onward.length() + " of " + bytes.length);
      }
    } catch (WrongBytes refused) {
      assertEquals(refused.reason(), new String(refused.reason().getBytes(ISO_8859_1), ISO_8859_1));
    }
  }

  private static Buffer inPieces(ClientStream stream, Buffer all, Random random) throws WrongBytes {
    Buffer onward = Buffer.buffer();
    for (int at = 0; at < all.length(); ) {
      int end = Math.min(all.length(), at + 1 + random.nextInt(9));
      onward.appendBuffer(stream.accept(all.getBuffer(at, end)));
      at = end;
    }
    return onward;
  }
}
