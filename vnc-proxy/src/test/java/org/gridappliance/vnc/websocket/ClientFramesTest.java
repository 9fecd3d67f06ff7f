package org.gridappliance.vnc.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.gridappliance.vnc.dialect.WrongBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFramesTest {
  private final ByteBuf data = Unpooled.buffer();
  private final List<String> control = new ArrayList<>();
  private final ClientFrames.Taker taker =
      new ClientFrames.Taker() {
        @Override
        public void data(ByteBuf bytes) {
          data.writeBytes(bytes);
          bytes.release();
        }

        @Override
        public void control(int opcode, ByteBuf payload) {
          control.add(opcode + " " + payload.readableBytes());
          payload.release();
        }
      };

  /** RFC 6455 §5.7: a single-frame masked message holding "Hello", here as binary. */
  @Test
  void theExampleOfTheStandardIsUnmasked() throws WrongBytes {
    new ClientFrames().accept(hex("828537fa213d7f9f4d5158"), taker);
    assertEquals("Hello", data.toString(java.nio.charset.StandardCharsets.US_ASCII));
  }

  @Test
  void framesOfAnotherEncoderCutAnywhereGiveTheSameBytes() throws WrongBytes {
    Random random = new Random(6455);
    for (int round = 0; round < 200; round++) {
      data.clear();
      control.clear();
      ByteBuf wanted = Unpooled.buffer();
      EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
      int pongs = 0;
      for (int i = 0; i < 10; i++) {
        byte[] payload = new byte[random.nextInt(i == 5 ? 70_000 : 300)];
        random.nextBytes(payload);
        boolean last = i % 2 == 1 || i == 9;
        ByteBuf bytes = Unpooled.wrappedBuffer(payload);
        WebSocketFrame frame =
            i % 2 == 0
                ? new BinaryWebSocketFrame(last, 0, bytes)
                : new ContinuationWebSocketFrame(last, 0, bytes);
        encoder.writeOutbound(frame);
        wanted.writeBytes(payload);
        if (random.nextBoolean()) {
          encoder.writeOutbound(new PongWebSocketFrame(Unpooled.wrappedBuffer(new byte[3])));
          pongs++;
        }
      }
      ByteBuf all = Unpooled.buffer();
      for (ByteBuf part = encoder.readOutbound(); part != null; part = encoder.readOutbound()) {
        all.writeBytes(part);
        part.release();
      }
      ClientFrames frames = new ClientFrames();
      while (all.isReadable()) {
        int part = Math.min(all.readableBytes(), 1 + random.nextInt(random.nextInt(2_000) + 1));
        frames.accept(all.readBytes(part), taker);
      }
      assertEquals(wanted, data, "round " + round);
      assertEquals(pongs, control.size());
      encoder.finishAndReleaseAll();
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "8205", // not masked
        "c28000000000", // RSV1
        "818000000000", // text
        "838000000000", // reserved opcode
        "808000000000", // continuation of nothing
        "028000000000 828000000000", // a new message within another
        "098000000000", // a ping in pieces
        "89fe007e00000000", // a ping of 126 bytes
        "8b8000000000", // reserved control opcode
        "82ff800000000000000000000000" // a negative length
      })
  void whatNoBrowserSendsIsRefused(String frame) {
    ByteBuf bytes = hex(frame.replace(" ", "") + "00000000");
    assertThrows(WrongBytes.class, () -> new ClientFrames().accept(bytes, taker));
    assertEquals(0, bytes.refCnt());
  }

  /** Nothing grows, nothing is kept, however the bytes are cut. */
  @FuzzTest(maxDuration = "60s")
  void anyBytesAreTakenApartOrRefused(FuzzedDataProvider input) {
    ClientFrames frames = new ClientFrames();
    long[] taken = {0};
    int given = 0;
    ClientFrames.Taker counter =
        new ClientFrames.Taker() {
          @Override
          public void data(ByteBuf bytes) {
            taken[0] += bytes.readableBytes();
            bytes.release();
          }

          @Override
          public void control(int opcode, ByteBuf payload) {
            taken[0] += payload.readableBytes();
            payload.release();
          }
        };
    ByteBuf part = Unpooled.EMPTY_BUFFER;
    try {
      while (input.remainingBytes() > 0) {
        part = Unpooled.wrappedBuffer(input.consumeBytes(input.consumeInt(1, 64)));
        given += part.readableBytes();
        if (part.isReadable()) {
          frames.accept(part, counter);
          assertEquals(0, part.refCnt());
        }
      }
    } catch (WrongBytes e) {
      assertEquals(0, part.refCnt());
    }
    if (taken[0] > given) {
      throw new AssertionError(given + " bytes became " + taken[0]);
    }
  }

  private static ByteBuf hex(String digits) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(digits));
  }
}
