package org.gridappliance.vnc.rfb;

import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.gridappliance.vnc.dialect.WrongBytes;

/**
 * Follows what a viewer sends, message by message (RFC 6143 §7.1, §7.5 and the extensions that
 * noVNC and TigerVNC use), and hands back what may go on to the server. A viewer that may only look
 * has its key, pointer, clipboard and resize messages taken out here, whatever its page believes.
 *
 * <p>Memory is bounded: at most one message header (≤ 12 bytes) is kept between calls; bodies pass
 * or are dropped as they come. Not thread-safe: owned by one connection.
 */
public final class ClientStream {
  /** The longest clipboard text or fence that is taken for real, bytes. */
  static final int MAX_BODY = 16 << 20;

  private enum Phase {
    VERSION,
    SECURITY,
    INIT,
    MESSAGES
  }

  private final boolean viewOnly;
  private final ByteBuffer header = ByteBuffer.allocate(ServerGreeting.LENGTH);
  private Phase phase = Phase.VERSION;
  private long bodyLeft;
  private boolean forwardBody;

  public ClientStream(boolean viewOnly) {
    this.viewOnly = viewOnly;
  }

  /**
   * Takes the viewer's next bytes.
   *
   * @return what to send on, possibly empty; the very same buffer when nothing is to be looked at
   * @throws WrongBytes when the bytes are no message we know; nothing of them may be sent on
   */
  public Buffer accept(Buffer bytes) throws WrongBytes {
    if (!viewOnly && phase == Phase.MESSAGES) {
      return bytes; // the server parses these itself
    }
    Buffer onward = Buffer.buffer(bytes.length());
    int at = 0;
    while (at < bytes.length()) {
      if (bodyLeft > 0) {
        int part = (int) Math.min(bodyLeft, bytes.length() - at);
        if (forwardBody) {
          onward.appendBuffer(bytes, at, part);
        }
        bodyLeft -= part;
        at += part;
        continue;
      }
      header.put(bytes.getByte(at++));
      if (headerComplete()) {
        boolean forward = finishHeader();
        header.flip();
        if (forward) {
          byte[] whole = new byte[header.remaining()];
          header.get(whole);
          onward.appendBytes(whole);
        }
        header.clear();
        if (!viewOnly && phase == Phase.MESSAGES) {
          return onward.appendBuffer(bytes, at, bytes.length() - at);
        }
      }
    }
    return onward;
  }

  private boolean headerComplete() throws WrongBytes {
    int have = header.position();
    return switch (phase) {
      case VERSION -> have == ServerGreeting.LENGTH;
      case SECURITY, INIT -> have == 1;
      case MESSAGES -> have == headerLength(header.get(0) & 0xff, have);
    };
  }

  /**
   * The bytes that must be seen to know the rest of a message. Fixed messages are all header.
   *
   * @param have bytes seen so far, at least one
   */
  private int headerLength(int type, int have) throws WrongBytes {
    return switch (type) {
      case 2 -> 4; // SetEncodings, §7.5.2
      case 3 -> 10; // FramebufferUpdateRequest, §7.5.3
      case 4 -> 8; // KeyEvent, §7.5.4
      case 5 -> 6; // PointerEvent, §7.5.5
      case 6 -> 8; // ClientCutText, §7.5.6
      case 150 -> 10; // EnableContinuousUpdates
      case 248 -> 9; // ClientFence
      case 250 -> 4; // xvp
      case 251 -> 8; // SetDesktopSize
      case 0 -> 12; // SetPixelFormat, §7.5.1: 20 bytes, the last 8 pass as body
      case 255 -> have < 2 ? 2 : qemuLength(header.get(1) & 0xff, have);
      default -> throw new WrongBytes("viewer sent message type " + type + ": not RFB");
    };
  }

  private int qemuLength(int submessage, int have) throws WrongBytes {
    return switch (submessage) {
      case 0 -> 12; // extended key event
      case 1 -> have < 4 ? 4 : audioLength(header.getShort(2));
      default -> throw new WrongBytes("viewer sent QEMU submessage " + submessage + ": not RFB");
    };
  }

  private static int audioLength(short operation) throws WrongBytes {
    return switch (operation) {
      case 0, 1 -> 4; // enable, disable
      case 2 -> 10; // sample format
      default -> throw new WrongBytes("viewer sent QEMU audio operation " + operation);
    };
  }

  /** Decides on the message whose header is whole; {@return whether it goes on}. */
  private boolean finishHeader() throws WrongBytes {
    return switch (phase) {
      case VERSION -> {
        String version = new String(header.array(), StandardCharsets.ISO_8859_1);
        if (!version.matches("RFB 003\\.00[78]\n")) {
          throw new WrongBytes(
              "viewer greeted with \""
                  + ServerGreeting.printable(version)
                  + "\": want RFB 003.007 or 003.008");
        }
        phase = Phase.SECURITY;
        yield true;
      }
      case SECURITY -> {
        if (header.get(0) != 1) { // None, §7.2.1: the ticket was the authentication
          throw new WrongBytes("viewer chose security type " + (header.get(0) & 0xff) + ": want 1");
        }
        phase = Phase.INIT;
        yield true;
      }
      case INIT -> {
        phase = Phase.MESSAGES;
        yield true;
      }
      case MESSAGES -> {
        int type = header.get(0) & 0xff;
        bodyLeft = bodyLength(type);
        forwardBody = !viewOnly || !acts(type);
        yield forwardBody;
      }
    };
  }

  private long bodyLength(int type) throws WrongBytes {
    long length =
        switch (type) {
          case 0 -> 8;
          case 2 -> 4L * (header.getShort(2) & 0xffff);
          case 6 -> Math.abs((long) header.getInt(4)); // negative: extended clipboard
          case 248 -> header.get(8) & 0xff;
          case 251 -> 16L * (header.get(6) & 0xff);
          default -> 0;
        };
    if (length > MAX_BODY) {
      throw new WrongBytes(
          "viewer announced " + length + " bytes in message " + type + ": at most " + MAX_BODY);
    }
    return length;
  }

  /** Whether a message does more than look: key, pointer, clipboard, xvp, resize, QEMU key. */
  private boolean acts(int type) {
    return switch (type) {
      case 4, 5, 6, 250, 251 -> true;
      case 255 -> header.get(1) == 0;
      default -> false;
    };
  }
}
