package org.gridappliance.ipop.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One datagram between two nodes, as a stranger sees it. Wire layout: {@code docs/wire.md} §2;
 * integers are big-endian. The four kinds start alike:
 *
 * <pre>
 *   0        1                 4
 *   +--------+-----------------+----------------------------+
 *   |  kind  |    zero (3)     | index (4)  ...
 *   +--------+-----------------+----------------------------+
 * </pre>
 *
 * <p>Buffers in the records are views into the datagram.
 */
public sealed interface Frame {

  /** Bytes of each of the two authenticators at the end of a handshake message. */
  int MAC = 16;

  /** The plain payload of the first handshake message: the sender's clock. */
  int STAMP = 8;

  /** First handshake message: 8 bytes of header, Noise with an 8-byte payload, two MACs. */
  int INITIATION = 8 + 96 + STAMP + 2 * MAC;

  /** Second handshake message: 12 bytes of header, Noise with an empty payload, two MACs. */
  int RESPONSE = 12 + 48 + 2 * MAC;

  /** Cookie reply: 8 bytes of header, salt, sealed cookie. */
  int COOKIE = 8 + 16 + MAC + 16;

  /** Data: header before the sealed text. */
  int DATA_HEADER = 16;

  /** The least a data frame can be: header and the tag of nothing. */
  int DATA_MIN = DATA_HEADER + 16;

  /** A node wants a session; {@code sender} is the index it will know it by. */
  record Initiation(int sender, ByteBuffer noise, ByteBuffer mac1, ByteBuffer mac2)
      implements Frame {}

  /** The answer: the session exists once the initiator has verified it. */
  record Response(int sender, int receiver, ByteBuffer noise, ByteBuffer mac1, ByteBuffer mac2)
      implements Frame {}

  /** "I am busy: prove first that you receive at the address you send from." */
  record Cookie(int receiver, ByteBuffer salt, ByteBuffer sealed) implements Frame {}

  /** A sealed {@link Message}. */
  record Data(int receiver, long counter, ByteBuffer text) implements Frame {}

  /** {@return the frame in a datagram, or null if it is none} Never throws. */
  static @Nullable Frame parse(ByteBuffer datagram) {
    In in = new In(datagram);
    int length = in.left();
    int head = in.i32();
    int kind = head >>> 24;
    if (!in.good() || (head & 0xffffff) != 0) {
      return null;
    }
    return switch (kind) {
      case 1 ->
          length != INITIATION
              ? null
              : new Initiation(in.i32(), in.slice(96 + STAMP), in.slice(MAC), in.slice(MAC));
      case 2 ->
          length != RESPONSE
              ? null
              : new Response(in.i32(), in.i32(), in.slice(48), in.slice(MAC), in.slice(MAC));
      case 3 -> length != COOKIE ? null : new Cookie(in.i32(), in.slice(16), in.slice(32));
      case 4 -> length < DATA_MIN ? null : new Data(in.i32(), in.i64(), in.rest());
      default -> null;
    };
  }

  /** {@return the first handshake message with its MACs still zero} */
  static ByteBuffer initiation(int sender, byte[] noise) {
    return ByteBuffer.allocate(INITIATION).putInt(1 << 24).putInt(sender).put(noise).rewind();
  }

  /** {@return the second handshake message with its MACs still zero} */
  static ByteBuffer response(int sender, int receiver, byte[] noise) {
    return ByteBuffer.allocate(RESPONSE)
        .putInt(2 << 24)
        .putInt(sender)
        .putInt(receiver)
        .put(noise)
        .rewind();
  }

  /** {@return a cookie reply} */
  static ByteBuffer cookie(int receiver, byte[] salt, byte[] sealed) {
    return ByteBuffer.allocate(COOKIE)
        .putInt(3 << 24)
        .putInt(receiver)
        .put(salt)
        .put(sealed)
        .rewind();
  }

  /** Writes the header of a data frame at {@code offset}; the sealed text follows it. */
  static void dataHeader(byte[] out, int offset, int receiver, long counter) {
    ByteBuffer.wrap(out, offset, DATA_HEADER).putInt(4 << 24).putInt(receiver).putLong(counter);
  }
}
