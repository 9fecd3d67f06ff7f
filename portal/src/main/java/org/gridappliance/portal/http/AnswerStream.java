package org.gridappliance.portal.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * An answer written from a virtual thread, which waits while the connection is full. Headers are
 * set before the first byte. Holds at most {@value #BUFFER_BYTES} bytes; what is flushed is sent.
 */
public final class AnswerStream extends OutputStream {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int WAIT_SECONDS = 60;

  private final HttpServerResponse response;
  private final Context context;
  private final Semaphore drained = new Semaphore(0);
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;

  public AnswerStream(HttpServerResponse response, Context context) {
    this.response = response;
    this.context = context;
    context.runOnContext(v -> response.closeHandler(c -> drained.release()));
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    int at = from;
    int left = length;
    while (left > 0) {
      int n = Math.min(left, BUFFER_BYTES - filled);
      System.arraycopy(bytes, at, buffer, filled, n);
      filled += n;
      at += n;
      left -= n;
      if (filled == BUFFER_BYTES) {
        flush();
      }
    }
  }

  /**
   * Sends what is held.
   *
   * @throws IOException when the receiver is gone or takes nothing for {@value #WAIT_SECONDS} s
   */
  @Override
  public void flush() throws IOException {
    if (filled == 0) {
      return;
    }
    Buffer bytes = Buffer.buffer(java.util.Arrays.copyOf(buffer, filled));
    filled = 0;
    context.runOnContext(
        v -> {
          if (response.closed() || response.ended()) {
            drained.release();
            return;
          }
          response.write(bytes);
          if (response.writeQueueFull()) {
            response.drainHandler(d -> drained.release());
          } else {
            drained.release();
          }
        });
    try {
      if (!drained.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS) || response.closed()) {
        throw new IOException("the receiver is gone or took nothing for " + WAIT_SECONDS + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the portal is stopping", e);
    }
  }

  /** Sends the rest and ends the answer. */
  @Override
  public void close() throws IOException {
    flush();
    context.runOnContext(v -> response.end());
  }

  /** Cuts the connection: half an answer must not look like a whole one. */
  public void abort() {
    context.runOnContext(v -> response.reset());
  }
}
