package org.gridappliance.jobs.split;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Decides where chunks end, and hashes them, while the file passes by. One thread. */
final class Cutter {
  private final String unit;
  private final long records;
  private final long bytes;
  private final int count;
  private final List<Chunk> chunks = new ArrayList<>();
  private final MessageDigest digest = sha256();

  private byte[] buffer = {};
  private long bufferAt;
  private long hashedTo;
  private long chunkAt;
  private long record;
  private long firstRecord;

  /**
   * A cutter of a file.
   *
   * @param records in the file, ≥ count
   * @param bytes of the file
   * @param count of chunks to make, ≥ 1
   */
  Cutter(String unit, long records, long bytes, int count) {
    this.unit = unit;
    this.records = records;
    this.bytes = bytes;
    this.count = count;
  }

  /** The next piece of the file lies in the buffer. */
  void next(byte[] piece) {
    buffer = piece;
  }

  /** A record begins in the present piece. */
  void record(long position) {
    int current = chunks.size();
    long chunksLeft = count - 1L - current;
    boolean full =
        position >= bytes / count * (current + 1) + bytes % count * (current + 1) / count;
    boolean mustEnd = records - record == chunksLeft;
    if (record > 0 && chunksLeft > 0 && (full || mustEnd)) {
      endChunk(position);
    }
    record++;
  }

  /** The present piece ends here. */
  void consume(int length) {
    hashTo(bufferAt + length);
    bufferAt += length;
  }

  /** {@return the chunks, when the file has ended} */
  List<Chunk> end() {
    endChunk(bufferAt);
    return List.copyOf(chunks);
  }

  private void hashTo(long position) {
    digest.update(buffer, (int) (hashedTo - bufferAt), (int) (position - hashedTo));
    hashedTo = position;
  }

  private void endChunk(long position) {
    hashTo(position);
    String hash = HexFormat.of().formatHex(digest.digest());
    chunks.add(new Chunk(chunkAt, position - chunkAt, hash, label()));
    chunkAt = position;
    firstRecord = record;
  }

  /** As {@code sequences 1–200}. */
  private String label() {
    return record == firstRecord + 1
        ? String.format(Locale.ROOT, "%s %d", unit, record)
        : String.format(Locale.ROOT, "%s %d–%d", unit, firstRecord + 1, record);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
