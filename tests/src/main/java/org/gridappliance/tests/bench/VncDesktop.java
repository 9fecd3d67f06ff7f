package org.gridappliance.tests.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * What stands behind the relays: greets as RFB does, takes the viewer's three first answers, then
 * orders of nine bytes (a letter and a number). {@code d}: send so many bytes; {@code u}: take so
 * many, then answer one; {@code e}: send 64 bytes back so many times; {@code p}: send so many bytes
 * a second until the viewer leaves. A thread a connection.
 */
final class VncDesktop implements AutoCloseable {
  static final int GREETING = 12;
  static final int ANSWERS = 14;
  static final int ORDER = 9;
  static final int MESSAGE = 64;
  private static final int BLOCK = 256 << 10;
  private static final int PICTURE = 32 << 10;

  private final ServerSocketChannel door;

  VncDesktop(Path socket) throws IOException {
    door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    door.bind(UnixDomainSocketAddress.of(socket), 1024);
    Thread.ofPlatform().daemon().start(this::welcome);
  }

  private void welcome() {
    while (true) {
      SocketChannel viewer;
      try {
        viewer = door.accept();
      } catch (IOException e) { // closed
        return;
      }
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try (viewer) {
                  serve(viewer);
                } catch (IOException e) { // the relay closed it
                  return;
                }
              });
    }
  }

  private static void serve(SocketChannel viewer) throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    write(viewer, ByteBuffer.wrap("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII)));
    read(viewer, block.clear().limit(ANSWERS));
    while (true) {
      read(viewer, block.clear().limit(ORDER));
      long count = block.flip().getLong(1);
      switch (block.get(0)) {
        case 'd' -> {
          for (long left = count; left > 0; left -= BLOCK) {
            write(viewer, block.clear().limit((int) Math.min(BLOCK, left)));
          }
        }
        case 'u' -> {
          for (long left = count; left > 0; left -= block.position()) {
            block.clear().limit((int) Math.min(BLOCK, left));
            if (viewer.read(block) < 0) {
              return;
            }
          }
          write(viewer, block.clear().limit(1));
        }
        case 'e' -> {
          for (long left = count; left > 0; left--) {
            read(viewer, block.clear().limit(MESSAGE));
            write(viewer, block.flip());
          }
        }
        case 'p' -> pictures(viewer, block, count);
        default -> throw new IOException("order " + block.get(0));
      }
    }
  }

  private static void pictures(SocketChannel viewer, ByteBuffer block, long bytesPerSecond)
      throws IOException {
    long pause = 1_000_000_000L * PICTURE / bytesPerSecond;
    for (long next = System.nanoTime(); ; next += pause) {
      write(viewer, block.clear().limit(PICTURE));
      LockSupport.parkNanos(next + pause - System.nanoTime());
    }
  }

  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static void read(SocketChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new IOException("the viewer left");
      }
    }
  }

  @Override
  public void close() throws IOException {
    door.close();
  }
}
