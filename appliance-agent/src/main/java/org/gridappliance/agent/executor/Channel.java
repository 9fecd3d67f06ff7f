package org.gridappliance.agent.executor;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.gridappliance.jobs.lease.Opening;
import org.jspecify.annotations.Nullable;

/**
 * One person's bytes between a subjob's socket and the portal. Back-pressure both ways: at most one
 * buffer is on its way to the portal, and the next message from there is asked for when the last
 * has been written. Ends when either side does.
 */
final class Channel implements WebSocket.Listener {
  private static final int BUFFER = 64 << 10;
  private static final Executor VIRTUAL = Thread::startVirtualThread;

  private final SocketChannel inside;
  private volatile @Nullable WebSocket outside;
  private volatile boolean aborted;

  /**
   * @param inside connected; whoever made it closes it
   */
  Channel(SocketChannel inside) {
    this.inside = inside;
  }

  /**
   * Carries bytes until one side ends.
   *
   * @throws IOException when the portal does not take the channel
   */
  void run(PortalClient portal, Opening opening) throws IOException, InterruptedException {
    WebSocket socket = portal.channel(opening, this);
    outside = socket;
    if (aborted) {
      socket.abort();
    }
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    try {
      while (inside.read(bytes) >= 0) {
        bytes.flip();
        WebSocket _ = socket.sendBinary(bytes, true).join();
        bytes.clear();
      }
      WebSocket _ = socket.sendClose(WebSocket.NORMAL_CLOSURE, "it ended").join();
    } catch (IOException | CompletionException e) { // one side is gone: the other goes too
      socket.abort();
    }
  }

  /** Ends it at once, from any thread. */
  void abort() {
    aborted = true;
    WebSocket socket = outside;
    if (socket != null) {
      socket.abort();
    }
    hangUp();
  }

  private void hangUp() {
    try {
      inside.close();
    } catch (IOException e) { // it is gone then
      aborted = true;
    }
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            while (data.hasRemaining()) {
              int _ = inside.write(data);
            }
            socket.request(1);
          } catch (IOException e) {
            socket.abort();
            hangUp();
          }
        },
        VIRTUAL);
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
    hangUp();
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    hangUp();
  }
}
