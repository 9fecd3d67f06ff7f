package org.gridappliance.agent.desktop;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A viewer of a terminal: frames to the keeper, what it shows back as text. */
final class TerminalClient implements AutoCloseable {
  private final SocketChannel channel;
  private final StringBuilder shown = new StringBuilder();

  TerminalClient(Path socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
  }

  void type(String text) throws IOException {
    send('i', text.getBytes(StandardCharsets.UTF_8));
  }

  void send(char kind, byte[] body) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(3 + body.length);
    frame.put((byte) kind).putShort((short) body.length).put(body).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  /** Reads until the text was shown; {@return all that was}. Fails after 20 s. */
  String await(String wanted) throws IOException {
    Thread guard =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    TimeUnit.SECONDS.sleep(20); // the deadline of this wait, cut short when it ends
                    channel.close();
                  } catch (IOException | InterruptedException e) {
                    // shown in time
                  }
                });
    ByteBuffer buffer = ByteBuffer.allocate(65536);
    try {
      while (shown.indexOf(wanted) < 0) {
        if (channel.read(buffer.clear()) < 0) {
          throw new AssertionError("ended before " + wanted + ": " + shown);
        }
        shown.append(new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new AssertionError("never shown: " + wanted + " in: " + shown, e);
    } finally {
      guard.interrupt();
    }
    return shown.toString();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
