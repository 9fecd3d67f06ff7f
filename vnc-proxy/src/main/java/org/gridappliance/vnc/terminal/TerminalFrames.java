package org.gridappliance.vnc.terminal;

import io.vertx.core.buffer.Buffer;
import org.gridappliance.vnc.dialect.Dialect;
import org.gridappliance.vnc.dialect.WrongBytes;

/**
 * What a page sends to a terminal, frame by frame; a viewer that may only look has every frame
 * taken out. The terminal's own bytes go on as they are.
 *
 * <pre>
 * kind (1 byte) | length (2 bytes, big-endian) | body
 * 'i' input, any bytes      'r' columns and rows, 2 bytes each, big-endian
 * </pre>
 *
 * <p>Keeps at most one header between calls. Not thread-safe: owned by one connection.
 */
public final class TerminalFrames implements Dialect {
  private static final int HEADER = 3;

  private final boolean viewOnly;
  private final byte[] header = new byte[HEADER];
  private int headerBytes;
  private int bodyLeft;

  public TerminalFrames(boolean viewOnly) {
    this.viewOnly = viewOnly;
  }

  @Override
  public Buffer fromViewer(Buffer bytes) throws WrongBytes {
    int at = 0;
    while (at < bytes.length()) {
      if (bodyLeft > 0) {
        int part = Math.min(bodyLeft, bytes.length() - at);
        bodyLeft -= part;
        at += part;
        continue;
      }
      header[headerBytes++] = bytes.getByte(at++);
      if (headerBytes == HEADER) {
        headerBytes = 0;
        bodyLeft = ((header[1] & 0xff) << 8) | (header[2] & 0xff);
        check(header[0] & 0xff);
      }
    }
    return viewOnly ? Buffer.buffer() : bytes;
  }

  private void check(int kind) throws WrongBytes {
    if (kind != 'i' && !(kind == 'r' && bodyLeft == 4)) {
      throw new WrongBytes(
          "viewer sent a frame of kind " + kind + " with " + bodyLeft + " bytes: want i or r");
    }
  }

  @Override
  public void fromDesktop(Buffer bytes) {
    // whatever a program prints
  }
}
