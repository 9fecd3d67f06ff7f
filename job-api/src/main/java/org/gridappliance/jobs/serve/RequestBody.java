package org.gridappliance.jobs.serve;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A request's body as a stream for a virtual thread, at most {@value #AHEAD} buffers ahead of the
 * reader. Make it on the event loop, before anything else looks at the body.
 */
final class RequestBody extends InputStream {
  private static final int AHEAD = 16;
  private static final int PATIENCE_SECONDS = 60;

  private enum End {
    NOT_YET,
    DONE,
    BROKEN
  }

  private record Piece(Buffer bytes, End end) {}

  private final HttpServerRequest request;
  private final BlockingQueue<Piece> queue = new LinkedBlockingQueue<>();
  private Buffer current = Buffer.buffer();
  private int at;
  private boolean ended;

  RequestBody(HttpServerRequest request) {
    this.request = request;
    request.pause();
    request.handler(bytes -> queue.add(new Piece(bytes, End.NOT_YET)));
    request.endHandler(nothing -> queue.add(new Piece(Buffer.buffer(), End.DONE)));
    request.exceptionHandler(gone -> queue.add(new Piece(Buffer.buffer(), End.BROKEN)));
    request.fetch(AHEAD);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (at == current.length()) {
      if (ended || !next()) {
        return -1;
      }
    }
    int count = Math.min(length, current.length() - at);
    current.getBytes(at, at + count, bytes, offset);
    at += count;
    return count;
  }

  private boolean next() throws IOException {
    try {
      Piece piece = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (piece == null) {
        throw new IOException("the client sent nothing for " + PATIENCE_SECONDS + " s");
      }
      if (piece.end() == End.BROKEN) {
        throw new IOException("the client went away while it sent");
      }
      if (piece.end() == End.DONE) {
        ended = true;
        return false;
      }
      current = piece.bytes();
      at = 0;
      request.fetch(1);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
