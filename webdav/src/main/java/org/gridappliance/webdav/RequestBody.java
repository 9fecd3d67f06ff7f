package org.gridappliance.webdav;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A request's body as a sequence of buffers. The network is told to wait while {@link #MOST_BYTES}
 * or {@link #MOST_PARTS} lie here, and to go on when half of them were taken; what one read of the
 * socket brought comes on top. Waiting for a slow client holds a virtual thread and nothing else.
 * Made on the event loop with the request paused; read by one thread.
 */
public final class RequestBody {
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_PARTS = 128; // a buffer of one byte takes memory too

  /** The reader is woken for so much, or for the end: each time costs about as much as 64 KiB. */
  private static final int WORTH_WAKING = 256 << 10;

  private final HttpServerRequest request;
  private final Context context;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition hasChanged = lock.newCondition();
  private final Queue<Buffer> parts = new ArrayDeque<>();
  private int bytes;
  private boolean isPaused;
  private boolean isOver;
  private boolean isDiscarding;
  private @Nullable Runnable whenOver;
  private @Nullable String broken;

  /** Begins to read a paused request. Call on its event loop. */
  public RequestBody(HttpServerRequest request, Context context) {
    this.request = request;
    this.context = context;
    request.handler(this::take);
    request.endHandler(end -> change(() -> isOver = true));
    request.exceptionHandler(e -> change(() -> broken = String.valueOf(e.getMessage())));
    request.resume();
  }

  /** Runs something once all has come, or nothing comes any more. Call on the event loop. */
  void whenOver(Runnable work) {
    if (isOver || broken != null) {
      work.run();
    } else {
      whenOver = work;
    }
  }

  private void take(Buffer buffer) {
    change(
        () -> {
          if (!isDiscarding) {
            parts.add(buffer);
            bytes += buffer.length();
            if (!isPaused && (bytes >= MOST_BYTES || parts.size() >= MOST_PARTS)) {
              isPaused = true;
              request.pause();
            }
          }
        });
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      if (isWorthWaking()) {
        hasChanged.signal();
      }
    } finally {
      lock.unlock();
    }
    Runnable work = whenOver;
    if (work != null && (isOver || broken != null || isPaused)) {
      whenOver = null;
      work.run();
    }
  }

  private boolean isWorthWaking() {
    return bytes >= WORTH_WAKING || parts.size() >= MOST_PARTS / 2 || isOver || broken != null;
  }

  /** {@return the next bytes; empty at the end} */
  public Optional<ByteBuffer> next() throws IOException {
    lock.lock();
    try {
      if (parts.isEmpty()) {
        while (!isWorthWaking()) {
          hasChanged.await();
        }
      }
      Buffer part = parts.poll();
      if (part == null) {
        if (broken != null && !isOver) {
          throw new IOException("the client went away: " + broken);
        }
        return Optional.empty();
      }
      bytes -= part.length();
      if (isPaused && bytes <= MOST_BYTES / 2 && parts.size() <= MOST_PARTS / 2) {
        isPaused = false;
        context.runOnContext(v -> resume());
      }
      return Optional.of(((BufferInternal) part).getByteBuf().nioBuffer());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the server stops", e);
    } finally {
      lock.unlock();
    }
  }

  /** On the event loop, which may have had to pause again since this was asked for. */
  private void resume() {
    change(
        () -> {
          if (!isPaused) {
            request.resume();
          }
        });
  }

  /**
   * {@return the whole body}
   *
   * @throws DavException 413 when it has more than {@code limit} bytes
   */
  byte[] all(int limit) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Optional<ByteBuffer> part = next(); part.isPresent(); part = next()) {
      byte[] more = new byte[part.get().remaining()];
      part.get().get(more);
      if (all.size() + more.length > limit) {
        throw new DavException(413, "the request's XML has more than " + limit + " bytes");
      }
      all.writeBytes(more);
    }
    return all.toByteArray();
  }

  /** Lets what the client still sends pass unseen, so that it can read the answer. */
  public void discardRest() {
    lock.lock();
    try {
      isDiscarding = true;
      isPaused = false;
      parts.clear();
      if (!isOver) {
        context.runOnContext(v -> resume());
      }
    } finally {
      lock.unlock();
    }
  }
}
