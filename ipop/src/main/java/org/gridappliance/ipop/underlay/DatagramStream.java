package org.gridappliance.ipop.underlay;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.gridappliance.ipop.wire.Frame;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams on a stream ({@code docs/wire.md} §2.1): each with its length in two bytes before it,
 * big-endian. One thread reads.
 */
final class DatagramStream {

  /** The most one datagram may have; what the node sends is far below. */
  static final int MAX = 0x4000;

  private static final int PREFIX = 2;

  private final DataInputStream in;
  private final byte[] buffer = new byte[MAX];

  DatagramStream(InputStream in) {
    this.in = new DataInputStream(in);
  }

  /**
   * Waits for the next datagram.
   *
   * @return it, valid until the next call; null when the stream has ended between two
   * @throws IOException if it ends within one, or names a length outside 32..16,384
   */
  @Nullable ByteBuffer next() throws IOException {
    int high = in.read();
    if (high < 0) {
      return null;
    }
    int low = in.read();
    if (low < 0) {
      throw new EOFException("the stream ended within a length");
    }
    int length = high << 8 | low;
    if (length < Frame.DATA_MIN || length > MAX) {
      throw new IOException(
          "datagram of " + length + " bytes: want " + Frame.DATA_MIN + ".." + MAX);
    }
    in.readFully(buffer, 0, length);
    return ByteBuffer.wrap(buffer, 0, length).slice();
  }

  /** {@return the bytes on the stream for these datagrams} */
  static byte[] encode(List<byte[]> datagrams) {
    ByteBuffer out = ByteBuffer.allocate(datagrams.stream().mapToInt(d -> PREFIX + d.length).sum());
    for (byte[] datagram : datagrams) {
      out.putShort((short) datagram.length).put(datagram);
    }
    return out.array();
  }
}
