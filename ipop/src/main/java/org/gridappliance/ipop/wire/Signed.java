package org.gridappliance.ipop.wire;

import java.nio.ByteBuffer;

/**
 * A DHT record with its owner's signature. On the wire: key 20, owner 32, version 8, lease 4,
 * seconds left 4, length 2, value, signature 64.
 *
 * @param key where it is stored
 * @param owner the Ed25519 public key that signs it
 * @param version grows with every change the owner makes
 * @param leaseSeconds how long it lives without renewal, 1 to {@link #MAX_LEASE}
 * @param secondsLeft what is left of that where it comes from; not signed, at most the lease
 * @param value up to {@link #MAX_VALUE} bytes
 * @param signature 64 bytes over {@link #signedBytes}
 */
public record Signed(
    Address key,
    PublicKey owner,
    long version,
    int leaseSeconds,
    int secondsLeft,
    ByteBuffer value,
    ByteBuffer signature) {

  /** The longest value, in bytes. */
  public static final int MAX_VALUE = 384;

  /** The longest lease: one day. */
  public static final int MAX_LEASE = 86_400;

  private static final int FIXED = Address.LENGTH + PublicKey.LENGTH + 8 + 4 + 4 + 2 + 64;

  /** {@return what the signature covers}: all but the seconds left and the signature itself. */
  public byte[] signedBytes() {
    return signedBytes(key, owner, version, leaseSeconds, value);
  }

  /** {@return what an owner signs} */
  public static byte[] signedBytes(
      Address key, PublicKey owner, long version, int leaseSeconds, ByteBuffer value) {
    byte[] label = "ipop record v1\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(label.length + FIXED - 64 - 4 + value.remaining());
    out.put(label);
    key.write(out);
    owner.write(out);
    out.putLong(version).putInt(leaseSeconds);
    out.putShort((short) value.remaining()).put(value.duplicate());
    return out.array();
  }

  /** {@return the same record with less time left} */
  public Signed withSecondsLeft(int seconds) {
    return new Signed(key, owner, version, leaseSeconds, seconds, value, signature);
  }

  int length() {
    return FIXED + value.remaining();
  }

  void write(ByteBuffer out) {
    key.write(out);
    owner.write(out);
    out.putLong(version).putInt(leaseSeconds).putInt(secondsLeft);
    out.putShort((short) value.remaining()).put(value.duplicate()).put(signature.duplicate());
  }

  /** Copies value and signature, so that a stored record does not hold on to a datagram. */
  static Signed read(In in) {
    Address key = in.address();
    PublicKey owner = in.publicKey();
    long version = in.i64();
    int lease = in.i32();
    int left = in.i32();
    in.demand(lease >= 1 && lease <= MAX_LEASE && left >= 0 && left <= lease);
    int length = in.u16();
    in.demand(length <= MAX_VALUE);
    ByteBuffer value = copy(in.slice(length));
    ByteBuffer signature = copy(in.slice(64));
    return new Signed(key, owner, version, lease, left, value, signature);
  }

  private static ByteBuffer copy(ByteBuffer view) {
    return ByteBuffer.allocate(view.remaining()).put(view.duplicate()).flip();
  }
}
