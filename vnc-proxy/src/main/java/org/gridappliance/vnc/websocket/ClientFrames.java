package org.gridappliance.vnc.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.gridappliance.vnc.dialect.WrongBytes;

/**
 * Takes a browser's frames apart (RFC 6455 §5.2) as they come, without waiting for a whole one and
 * without a copy: payload is unmasked where it lies and handed on in slices.
 *
 * <pre>
 * FIN, RSV 0, opcode (1 byte) | 1, length (1 byte) | length (0, 2 or 8) | mask (4) | payload
 * </pre>
 *
 * <p>For a pump of bytes the borders of messages mean nothing, so they are checked and forgotten.
 * Keeps one header (≤ 14 bytes) and one control frame (≤ 125 bytes) between calls. Not thread-safe:
 * owned by one connection.
 */
public final class ClientFrames {
  /** Who gets what was in the frames. */
  public interface Taker {
    /** Payload of a binary message, not empty; the taker releases it. */
    void data(ByteBuf bytes) throws WrongBytes;

    /** A whole control frame: 8 close, 9 ping, 10 pong; the taker releases the payload. */
    void control(int opcode, ByteBuf payload);
  }

  private static final int CONTINUATION = 0;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PONG = 10;
  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final int LONGEST_CONTROL = 125;

  private final byte[] header = new byte[14];
  private int headerBytes;
  private int opcode;
  private long left; // of the payload
  private int mask; // turned so that its first byte is for the next byte of payload
  private boolean inMessage;
  private final byte[] control = new byte[LONGEST_CONTROL];
  private int controlBytes;

  /**
   * Takes the browser's next bytes and releases them.
   *
   * @throws WrongBytes when they are no frame a browser sends, or the taker's; what was before in
   *     these bytes has been handed on
   */
  public void accept(ByteBuf bytes, Taker taker) throws WrongBytes {
    try {
      while (bytes.isReadable()) {
        if (left == 0) {
          header[headerBytes++] = bytes.readByte();
          if (headerBytes == headerLength()) {
            headerBytes = 0;
            begin(taker);
          }
          continue;
        }
        int part = (int) Math.min(left, bytes.readableBytes());
        unmask(bytes, bytes.readerIndex(), part);
        left -= part;
        if (opcode >= CLOSE) {
          bytes.readBytes(control, controlBytes, part);
          controlBytes += part;
          if (left == 0) {
            endControl(taker);
          }
        } else {
          taker.data(bytes.readRetainedSlice(part));
        }
      }
    } finally {
      bytes.release();
    }
  }

  /** The header's length as far as it is known by now. */
  private int headerLength() {
    if (headerBytes < 2) {
      return 2;
    }
    int length = header[1] & 0x7f;
    return 6 + (length == 127 ? 8 : length == 126 ? 2 : 0);
  }

  private void begin(Taker taker) throws WrongBytes {
    opcode = header[0] & 0x0f;
    boolean last = (header[0] & FIN) != 0;
    int length = header[1] & 0x7f;
    left = length < 126 ? length : number(2, length == 126 ? 2 : 8);
    int at = length < 126 ? 2 : length == 126 ? 4 : 10;
    mask = (int) number(at, 4);
    if ((header[0] & 0x70) != 0 || (header[1] & MASKED) == 0 || left < 0) {
      throw new WrongBytes("viewer sent a frame that is not masked, or has bits that mean nothing");
    }
    if (opcode >= CLOSE) {
      if (opcode > PONG || !last || left > LONGEST_CONTROL) {
        throw new WrongBytes("viewer sent a control frame " + opcode + " of " + left + " bytes");
      }
      controlBytes = 0;
      if (left == 0) {
        endControl(taker);
      }
      return;
    }
    if (opcode != (inMessage ? CONTINUATION : BINARY)) {
      throw new WrongBytes("viewer sent a frame of kind " + opcode + ": want binary messages");
    }
    inMessage = !last;
  }

  private void endControl(Taker taker) {
    taker.control(opcode, Unpooled.copiedBuffer(control, 0, controlBytes));
  }

  /** A big-endian number in the header. */
  private long number(int at, int bytes) {
    long value = 0;
    for (int i = at; i < at + bytes; i++) {
      value = value << 8 | (header[i] & 0xff);
    }
    return value;
  }

  private void unmask(ByteBuf bytes, int from, int length) {
    long eight = (long) mask << 32 | (mask & 0xffffffffL);
    int at = from;
    int end = from + length;
    for (; at + 8 <= end; at += 8) {
      bytes.setLong(at, bytes.getLong(at) ^ eight);
    }
    for (; at < end; at++) {
      bytes.setByte(at, bytes.getByte(at) ^ mask >>> 24);
      mask = Integer.rotateLeft(mask, 8);
    }
  }
}
