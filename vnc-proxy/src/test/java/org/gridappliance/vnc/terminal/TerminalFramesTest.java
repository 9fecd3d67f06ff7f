package org.gridappliance.vnc.terminal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vertx.core.buffer.Buffer;
import org.gridappliance.vnc.dialect.WrongBytes;
import org.junit.jupiter.api.Test;

class TerminalFramesTest {
  private static final byte[] TWO = {'i', 0, 2, 'l', 's', 'r', 0, 4, 0, 80, 0, 24};

  @Test
  void framesGoOnAsTheyAreHoweverTheyAreCut() throws WrongBytes {
    for (int size = 1; size <= TWO.length; size++) {
      TerminalFrames frames = new TerminalFrames(false);
      Buffer onward = Buffer.buffer();
      for (int at = 0; at < TWO.length; at += size) {
        Buffer part = Buffer.buffer(TWO).getBuffer(at, Math.min(TWO.length, at + size));
        onward.appendBuffer(frames.fromViewer(part));
      }
      assertArrayEquals(TWO, onward.getBytes());
    }
  }

  @Test
  void whoMayOnlyWatchSendsNothing() throws WrongBytes {
    assertEquals(0, new TerminalFrames(true).fromViewer(Buffer.buffer(TWO)).length());
  }

  @Test
  void anUnknownKindAndAWrongResizeAreRefused() {
    for (byte[] wrong : new byte[][] {{'x', 0, 0}, {'r', 0, 3}, {'r', 1, 4}}) {
      assertThrows(
          WrongBytes.class, () -> new TerminalFrames(false).fromViewer(Buffer.buffer(wrong)));
    }
  }

  @FuzzTest(maxDuration = "60s")
  void whateverIsSentPassesWholeOrIsRefused(FuzzedDataProvider data) {
    boolean viewOnly = data.consumeBoolean();
    TerminalFrames frames = new TerminalFrames(viewOnly);
    try {
      while (data.remainingBytes() > 0) {
        byte[] part = data.consumeBytes(data.consumeInt(1, 64));
        int onward = frames.fromViewer(Buffer.buffer(part)).length();
        if (onward != (viewOnly ? 0 : part.length)) {
          throw new AssertionError(part.length + " bytes became " + onward);
        }
      }
    } catch (WrongBytes e) {
      assertEquals(false, e.reason().isEmpty());
    }
  }
}
