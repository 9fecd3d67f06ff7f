package org.gridappliance.tests.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A WebSocket client that costs as little as can be: frames to send are masked beforehand, of those
 * received only the headers are looked at. Blocking; one thread at a time.
 */
final class VncViewer implements AutoCloseable {
  private static final int FRAME = 64 << 10;
  private static final int HEADER = 14; // RFC 6455 §5.2: 2, 8 of length, 4 of mask
  private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocateDirect(512 << 10).limit(0);
  private long left; // of the payload of the frame that is being received

  VncViewer(int port, boolean ticket) throws IOException {
    channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    String protocols = ticket ? "binary, ticket." + ticket(port) : "binary";
    String request =
        "GET /vnc HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: http://127.0.0.1:%d\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n"
            .formatted(port, port, protocols);
    send(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("\r\n\r\n")) {
      fill();
      answer.append((char) in.get());
    }
    if (!answer.toString().startsWith("HTTP/1.1 101")) {
      throw new IOException(answer.toString());
    }
    take(VncDesktop.GREETING);
    byte[] hello = Arrays.copyOf("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII), 14);
    hello[12] = 1;
    hello[13] = 1;
    send(frame(hello));
  }

  private static String ticket(int port) throws IOException {
    try {
      URI uri = URI.create("http://127.0.0.1:" + port + "/ticket");
      return HTTP.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  void order(char what, long count) throws IOException {
    byte[] order = new byte[VncDesktop.ORDER];
    ByteBuffer.wrap(order).put((byte) what).putLong(count);
    send(frame(order));
  }

  void download(long bytes) throws IOException {
    order('d', bytes);
    take(bytes);
  }

  void upload(long bytes) throws IOException {
    order('u', bytes);
    ByteBuffer whole = frame(new byte[FRAME]);
    for (long sent = 0; sent < bytes; sent += FRAME) {
      send(whole.rewind());
    }
    take(1);
  }

  /** {@return nanoseconds that each of so many small messages took there and back} */
  long[] echo(int count) throws IOException {
    order('e', count);
    ByteBuffer message = frame(new byte[VncDesktop.MESSAGE]);
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      send(message.rewind());
      take(VncDesktop.MESSAGE);
      nanos[i] = System.nanoTime() - start;
    }
    return nanos;
  }

  /** Takes payload bytes, whatever the frames are; control frames are passed over. */
  void take(long bytes) throws IOException {
    for (long wanted = bytes; wanted > 0; ) {
      if (left == 0) {
        header();
        continue;
      }
      if (!in.hasRemaining()) {
        fill();
      }
      int part = (int) Math.min(Math.min(left, wanted), in.remaining());
      in.position(in.position() + part);
      left -= part;
      wanted -= part;
    }
  }

  private void header() throws IOException {
    int kind = next() & 0x0f;
    int length = next() & 0x7f;
    long whole = length;
    if (length >= 126) {
      whole = 0;
      for (int i = length == 126 ? 2 : 8; i > 0; i--) {
        whole = whole << 8 | (next() & 0xff);
      }
    }
    if (kind == 8) {
      throw new EOFException("closed by the relay");
    }
    if (kind >= 8) { // ping or pong
      for (; whole > 0; whole--) {
        next();
      }
    }
    left = whole;
  }

  private byte next() throws IOException {
    fill();
    return in.get();
  }

  private void fill() throws IOException {
    while (!in.hasRemaining()) {
      in.clear();
      if (channel.read(in) < 0) {
        throw new EOFException("closed by the relay");
      }
      in.flip();
    }
  }

  private static ByteBuffer frame(byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocateDirect(HEADER + payload.length).put((byte) 0x82);
    if (payload.length < 126) {
      frame.put((byte) (0x80 | payload.length));
    } else {
      frame.put((byte) 0xff).putLong(payload.length);
    }
    frame.put(MASK);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ MASK[i & 3]));
    }
    return frame.flip();
  }

  private void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
