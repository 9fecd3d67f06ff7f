package org.gridappliance.ipop.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over received bytes that never throws: reading past the end gives zeros and makes {@link
 * #good} false. Integers are big-endian. Not thread-safe.
 */
final class In {

  private final ByteBuffer bytes;
  private boolean good = true;

  /** Reads from the buffer's position to its limit, without moving the caller's buffer. */
  In(ByteBuffer bytes) {
    this.bytes = bytes.duplicate();
  }

  /** {@return whether every read so far was within the bytes and every {@link #demand} held} */
  boolean good() {
    return good;
  }

  /** {@return whether all was good and nothing is left} */
  boolean complete() {
    return good && !bytes.hasRemaining();
  }

  int left() {
    return bytes.remaining();
  }

  /** Makes the whole parse fail unless the claim holds. */
  void demand(boolean claim) {
    good &= claim;
  }

  int u8() {
    return has(1) ? bytes.get() & 0xff : 0;
  }

  int u16() {
    return has(2) ? bytes.getShort() & 0xffff : 0;
  }

  int i32() {
    return has(4) ? bytes.getInt() : 0;
  }

  long i64() {
    return has(8) ? bytes.getLong() : 0;
  }

  /** {@return the next bytes as a view; empty if there are not that many} */
  ByteBuffer slice(int length) {
    if (!has(length)) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer out = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return out;
  }

  ByteBuffer rest() {
    return slice(bytes.remaining());
  }

  Address address() {
    return new Address(i64(), i64(), i32());
  }

  /** An address if the claim holds, else null. */
  @Nullable Address addressIf(boolean present) {
    return present ? address() : null;
  }

  PublicKey publicKey() {
    return new PublicKey(i64(), i64(), i64(), i64());
  }

  Endpoint endpoint() {
    int transport = u8();
    long high = i64();
    long low = i64();
    int port = u16();
    demand(port != 0 && transport <= 1);
    return new Endpoint(
        transport == 1 ? Endpoint.Transport.TLS : Endpoint.Transport.UDP,
        high,
        low,
        good ? port : 1);
  }

  private boolean has(int length) {
    good &= length >= 0 && bytes.remaining() >= length;
    return good;
  }
}
