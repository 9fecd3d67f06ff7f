package org.gridappliance.tests.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One connection of a load generator that is not what limits: blocking channel, direct buffers of 1
 * MiB, bodies made of nothing and thrown away. Owned by one thread.
 */
final class DavClient implements AutoCloseable {
  private static final int MEBI = 1 << 20;

  private final int port;
  private SocketChannel channel;
  private final String common;
  private final ByteBuffer in = ByteBuffer.allocateDirect(MEBI);
  private final ByteBuffer body = ByteBuffer.allocateDirect(MEBI);
  private long firstByteNanos;

  /**
   * @param authorization the header's value, empty for none
   */
  DavClient(int port, String authorization) throws IOException {
    this.port = port;
    channel = open(port);
    common =
        "Host: 127.0.0.1:"
            + port
            + "\r\n"
            + (authorization.isEmpty() ? "" : "Authorization: " + authorization + "\r\n");
    in.flip();
    for (int i = 0; i < body.capacity(); i++) {
      body.put((byte) (i * 31)); // not zeros, which a file system may leave out
    }
  }

  private static SocketChannel open(int port) throws IOException {
    SocketChannel opened =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return opened;
  }

  /**
   * PUTs so many bytes, once more when the server ended a connection at rest, as Apache does under
   * load and clients must expect (RFC 9112 §9.3.1). {@return seconds}
   */
  double put(String path, long bytes) throws IOException {
    long start = System.nanoTime();
    try {
      send(path, bytes);
    } catch (IOException e) {
      if (bytes > body.capacity()) {
        throw e;
      }
      channel.close();
      channel = open(port);
      in.clear().flip();
      send(path, bytes);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private void send(String path, long bytes) throws IOException {
    ByteBuffer head = head("PUT", path, "Content-Length: " + bytes + "\r\n");
    if (bytes <= body.capacity()) {
      ByteBuffer[] both = {head, body.duplicate().position(0).limit((int) bytes)};
      while (both[1].hasRemaining()) {
        channel.write(both);
      }
    } else {
      write(head);
      for (long left = bytes; left > 0; left -= Math.min(left, MEBI)) {
        write(body.duplicate().position(0).limit((int) Math.min(left, MEBI)));
      }
    }
    expect("PUT", path, 201, 204);
  }

  /** GETs. {@return seconds} */
  double get(String path) throws IOException {
    long start = System.nanoTime();
    write(head("GET", path, ""));
    expect("GET", path, 200, 200);
    return (System.nanoTime() - start) / 1e9;
  }

  /**
   * What a PROPFIND took.
   *
   * @param firstByteMillis until the answer's first byte
   */
  record Found(double seconds, double firstByteMillis, long bytes) {}

  /** PROPFIND with Depth 1, all properties. */
  Found find(String path) throws IOException {
    long start = System.nanoTime();
    write(head("PROPFIND", path, "Depth: 1\r\nContent-Length: 0\r\n"));
    long bytes = expect("PROPFIND", path, 207, 207);
    return new Found((System.nanoTime() - start) / 1e9, (firstByteNanos - start) / 1e6, bytes);
  }

  /** Makes a folder. */
  void makeFolder(String path) throws IOException {
    write(head("MKCOL", path, "Content-Length: 0\r\n"));
    expect("MKCOL", path, 201, 405);
  }

  private ByteBuffer head(String method, String path, String more) {
    String text = method + " " + path + " HTTP/1.1\r\n" + common + more + "\r\n";
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Reads one answer. {@return bytes of its body} */
  private long expect(String method, String path, int one, int other) throws IOException {
    more();
    firstByteNanos = System.nanoTime();
    String status = line();
    int code = Integer.parseInt(status.substring(9, 12));
    long length = code == 204 ? 0 : -1;
    boolean chunked = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(15).strip());
      } else if (lower.startsWith("transfer-encoding:")) {
        chunked = true;
      }
    }
    long bytes = chunked ? chunks() : skip(Math.max(0, length));
    if (code != one && code != other) {
      throw new IOException(method + " " + path + ": " + status);
    }
    return bytes;
  }

  private long chunks() throws IOException {
    long all = 0;
    while (true) {
      long size = Long.parseLong(line().strip(), 16);
      all += skip(size);
      if (size == 0) {
        while (!line().isEmpty()) {
          // trailers
        }
        return all;
      }
      line();
    }
  }

  private long skip(long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      if (!in.hasRemaining()) {
        more();
      }
      int n = (int) Math.min(left, in.remaining());
      in.position(in.position() + n);
      left -= n;
    }
    return bytes;
  }

  private String line() throws IOException {
    StringBuilder text = new StringBuilder();
    while (true) {
      if (!in.hasRemaining()) {
        more();
      }
      char c = (char) in.get();
      if (c == '\n') {
        return text.toString();
      }
      if (c != '\r') {
        text.append(c);
      }
    }
  }

  private void more() throws IOException {
    if (!in.hasRemaining()) {
      if (channel.read(in.clear()) < 0) {
        throw new EOFException("the server hung up");
      }
      in.flip();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
