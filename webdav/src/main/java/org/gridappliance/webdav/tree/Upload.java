package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;
import org.gridappliance.webdav.tree.TreeException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * A new file in the spool, not yet in the tree. {@link HomeTree#place} puts it there; {@link
 * #close} removes it when it was not placed. Owned by one thread.
 */
public final class Upload implements AutoCloseable {
  /** Bytes that are written without a channel. */
  private static final int SMALL = 16 * 1024;

  private final Fd spool;
  private final byte[] name;
  private final Fd file;
  private @Nullable FileChannel channel; // a second descriptor, which small files do without
  private boolean placed;

  Upload(Fd spool, byte[] name) throws IOException {
    this.spool = spool;
    this.name = name;
    this.file = spool.open(name, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL, 0644);
  }

  /**
   * Appends all of the bytes.
   *
   * @throws TreeException FULL when the disk is
   */
  public void write(ByteBuffer bytes) throws IOException {
    try {
      if (channel == null && bytes.remaining() <= SMALL) {
        file.write(bytes);
        return;
      }
      FileChannel to = channel();
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
    } catch (IOException e) {
      throw told(e);
    }
  }

  /** The bytes written before are behind it: it begins at the end. */
  private FileChannel channel() throws IOException {
    if (channel == null) {
      channel = file.channel(StandardOpenOption.WRITE);
      channel.position(channel.size());
    }
    return channel;
  }

  /** {@return FULL when the disk is; the JDK tells so by the message alone} */
  private IOException told(IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    boolean isFull =
        message.contains("no space") || message.contains("quota") || spool.usableBytes() < 65_536;
    return isFull
        ? new TreeException(Reason.FULL, "no space is left on the disk; delete something first")
        : e;
  }

  /** Appends another file, without its bytes passing through the JVM where the kernel can. */
  void copyFrom(FileChannel source) throws IOException {
    long at = 0;
    try {
      FileChannel to = channel();
      for (long n = 1; n > 0; at += n) {
        n = source.transferTo(at, 1L << 30, to);
      }
    } catch (IOException e) {
      throw told(e);
    }
  }

  /** Gives the file a date. */
  public void setModified(Instant modified) throws IOException {
    file.setModified(modified);
  }

  /** Makes the bytes durable. */
  public void sync() throws IOException {
    try {
      file.sync();
    } catch (IOException e) {
      throw told(e);
    }
  }

  /** {@return the file as it is; placing it changes nothing of this} */
  public Node node() throws IOException {
    return file.stat();
  }

  Fd file() {
    return file;
  }

  byte[] name() {
    return name;
  }

  void markPlaced() {
    placed = true;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
    file.close();
    if (!placed) {
      spool.remove(name, false);
    }
  }
}
