package org.gridappliance.webdav.tree;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Locale;
import org.gridappliance.webdav.tree.TreeException.Reason;

/**
 * A new file in the spool, not yet in the tree. {@link HomeTree#place} puts it there; {@link
 * #close} removes it when it was not placed. Owned by one thread.
 */
public final class Upload implements AutoCloseable {
  private final Fd spool;
  private final byte[] name;
  private final Fd file;
  private final FileChannel channel;
  private boolean placed;

  Upload(Fd spool, byte[] name) throws IOException {
    this.spool = spool;
    this.name = name;
    this.file = spool.open(name, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL, 0644);
    this.channel = file.channel(StandardOpenOption.WRITE);
  }

  /**
   * Appends all of the bytes.
   *
   * @throws TreeException FULL when the disk is
   */
  public void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw told(e);
    }
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
      for (long n = 1; n > 0; at += n) {
        n = source.transferTo(at, 1L << 30, channel);
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
      channel.force(true);
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
    channel.close();
    file.close();
    if (!placed) {
      spool.remove(name, false);
    }
  }
}
