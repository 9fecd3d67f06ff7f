package org.gridappliance.evm.seal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One growing file whose bytes lie on the disk only sealed, under a key that is nowhere but in this
 * object: with it, or with this JVM, the content is gone. Blocks of {@value SealCipher#BLOCK} bytes
 * as in a {@link SealedFolder}, file number 1, version block + 1; the last, unfinished one is kept
 * in memory, so that no block is ever sealed twice. Every read is checked. It has no name on the
 * disk, so nothing of it stays, however this JVM ends.
 *
 * <p>Safe from any thread. {@link #close} forgets the key and frees the space.
 */
public final class SealedFile implements AutoCloseable {
  private static final long NUMBER = 1;

  private final String name;
  private final FileChannel channel;
  private final SealKey key = SealKey.random();
  private final SealCipher cipher = new SealCipher(key, List.of(SealCipher.randomSalt()));
  private final byte[] last = new byte[SealCipher.BLOCK];
  private final byte[] sealed = new byte[SealCipher.STRIDE];
  private final byte[] plain = new byte[SealCipher.BLOCK];
  private long size;
  private boolean closed;

  /**
   * An empty one.
   *
   * @param folder on whose disk it lies
   * @param name of its content, for messages
   */
  public SealedFile(Path folder, String name) throws IOException {
    this.name = name;
    Path path = Files.createTempFile(folder, "sealed", "");
    try {
      this.channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      Files.delete(path);
    }
  }

  /** {@return its content's name} */
  public String name() {
    return name;
  }

  /** {@return its length in bytes} */
  public synchronized long size() {
    return size;
  }

  /** Adds bytes at the end. */
  public synchronized void append(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    open();
    int from = offset;
    int left = length;
    while (left > 0) {
      int at = (int) (size % SealCipher.BLOCK);
      int now = Math.min(left, SealCipher.BLOCK - at);
      System.arraycopy(bytes, from, last, at, now);
      if (at + now == SealCipher.BLOCK) {
        long block = size / SealCipher.BLOCK;
        cipher.seal(NUMBER, block, block + 1, last, sealed);
        ByteBuffer out = ByteBuffer.wrap(sealed);
        while (out.hasRemaining()) {
          channel.write(out, block * SealCipher.STRIDE + out.position());
        }
      }
      size += now;
      from += now;
      left -= now;
    }
  }

  /**
   * {@return at most {@code count} bytes from {@code offset} on; fewer only at the end}
   *
   * @throws SealException when it is not what was written
   */
  public synchronized byte[] read(long offset, int count) throws IOException {
    open();
    if (offset < 0 || count < 0) {
      throw new IllegalArgumentException(offset + ", " + count + ": want 0 or more");
    }
    byte[] into = new byte[(int) Math.min(count, Math.max(0, size - offset))];
    for (int done = 0; done < into.length; ) {
      long block = (offset + done) / SealCipher.BLOCK;
      int at = (int) ((offset + done) % SealCipher.BLOCK);
      int now = Math.min(into.length - done, SealCipher.BLOCK - at);
      System.arraycopy(block(block), at, into, done, now);
      done += now;
    }
    return into;
  }

  private byte[] block(long block) throws IOException {
    if (block == size / SealCipher.BLOCK) {
      return last;
    }
    ByteBuffer in = ByteBuffer.wrap(sealed);
    int got = 0;
    while (in.hasRemaining() && got >= 0) {
      got = channel.read(in, block * SealCipher.STRIDE + in.position());
    }
    if (in.hasRemaining() || !cipher.open(NUMBER, block, block + 1, sealed, plain)) {
      throw new SealException("scratch was altered: " + name + " block " + block);
    }
    return plain;
  }

  /** {@return its bytes from the beginning; closing the stream closes nothing else} */
  public InputStream stream() {
    return new Reader(0, Long.MAX_VALUE);
  }

  /** {@return a stretch of it as a stream} */
  public InputStream stream(long offset, long length) {
    return new Reader(offset, length);
  }

  private final class Reader extends InputStream {
    private static final int AHEAD = 16 * SealCipher.BLOCK;
    private long offset;
    private long left;
    private byte[] ahead = new byte[0];
    private int at;

    Reader(long offset, long length) {
      this.offset = offset;
      this.left = length;
    }

    private boolean fill() throws IOException {
      if (at == ahead.length) {
        ahead = SealedFile.this.read(offset, (int) Math.min(left, AHEAD));
        offset += ahead.length;
        left -= ahead.length;
        at = 0;
      }
      return ahead.length > 0;
    }

    @Override
    public int read() throws IOException {
      return fill() ? ahead[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int count) throws IOException {
      Objects.checkFromIndexSize(from, count, into.length);
      if (count == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int now = Math.min(count, ahead.length - at);
      System.arraycopy(ahead, at, into, from, now);
      at += now;
      return now;
    }
  }

  private void open() throws IOException {
    if (closed) {
      throw new IOException(name + " is gone");
    }
  }

  /** Forgets it. */
  @Override
  public synchronized void close() throws IOException {
    if (!closed) {
      closed = true;
      key.forget();
      Arrays.fill(last, (byte) 0);
      Arrays.fill(plain, (byte) 0);
      channel.close();
    }
  }
}
