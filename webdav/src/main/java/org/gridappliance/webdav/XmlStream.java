package org.gridappliance.webdav;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;

/**
 * A 207 answer sent in pieces of about 32 KiB. A piece is handed over only when the one before was
 * taken by the network. Owned by one thread. Closed without {@link #end}, it cuts the connection,
 * so that half an answer is not taken for a whole one.
 */
final class XmlStream implements AutoCloseable {
  private static final int PIECE = 32 * 1024;

  private final HttpServerResponse response;
  private final StringBuilder text = new StringBuilder(PIECE + 4096);
  private boolean isStarted;
  private boolean isEnded;

  XmlStream(HttpServerResponse response) {
    this.response = response;
  }

  void append(String part) throws IOException {
    text.append(part);
    if (text.length() >= PIECE) {
      start();
      Buffer piece = Buffer.buffer(text.toString());
      text.setLength(0);
      Exchange.await(response.write(piece));
    }
  }

  private void start() {
    if (!isStarted) {
      isStarted = true;
      response
          .setStatusCode(207)
          .putHeader("Content-Type", "application/xml; charset=utf-8")
          .setChunked(true);
    }
  }

  void end() throws IOException {
    start();
    isEnded = true;
    Exchange.await(response.end(Buffer.buffer(text.toString())));
  }

  @Override
  public void close() {
    if (isStarted && !isEnded) {
      response.reset();
    }
  }
}
