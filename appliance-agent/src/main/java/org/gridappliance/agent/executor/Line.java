package org.gridappliance.agent.executor;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Opening;
import org.jspecify.annotations.Nullable;

/**
 * The WebSocket that this executor keeps open to its portal, the only way in which anybody sees
 * into its subjobs: for each {@link Opening} that comes on it, it connects to the subjob's socket
 * and opens a {@link Channel} to the portal. Nothing listens to the network here. When the line is
 * lost all channels are, since the portal may be gone without a word; programs go on, and people
 * come back over the next line. {@link #run} belongs on a thread of its own.
 */
final class Line {
  private static final System.Logger LOG = System.getLogger(Line.class.getName());
  private static final long LONGEST_WAIT_MILLIS = 3_000;
  private static final long PING_SECONDS = 15;
  private static final int LONGEST_TEXT = 4096;

  private final PortalClient portal;
  private final Function<String, Optional<Subjob>> subjobs;
  private final Runnable beat;
  private final Map<String, Channel> channels = new ConcurrentHashMap<>();
  private final Semaphore room = new Semaphore(LeaseProtocol.MAX_CHANNELS);

  /**
   * @param subjobs finds one in this executor's hands by its lease
   * @param beat told that an order waits to be fetched by heartbeat
   */
  Line(PortalClient portal, Function<String, Optional<Subjob>> subjobs, Runnable beat) {
    this.portal = portal;
    this.subjobs = subjobs;
    this.beat = beat;
  }

  /** Keeps the line open until it is interrupted. */
  void run() throws InterruptedException {
    Backoff backoff = new Backoff(LONGEST_WAIT_MILLIS);
    try {
      while (true) {
        try {
          Talk talk = new Talk();
          WebSocket socket = portal.line(talk);
          backoff.succeeded();
          beat.run(); // a portal that was away learns what runs here
          try {
            talk.keep(socket);
          } finally {
            socket.abort();
          }
        } catch (IOException e) { // the portal is away, or older than this executor
          LOG.log(System.Logger.Level.DEBUG, "No line: {0}", e.toString());
        }
        channels.values().forEach(Channel::abort);
        TimeUnit.MILLISECONDS.sleep(backoff.nextMillis());
      }
    } finally {
      channels.values().forEach(Channel::abort);
    }
  }

  private void open(WebSocket line, Opening opening) {
    if (!room.tryAcquire()) {
      refuse(line, opening, LeaseProtocol.MAX_CHANNELS + " people look into this computer already");
      return;
    }
    try {
      Subjob subjob =
          subjobs
              .apply(opening.lease())
              .filter(s -> s.lease.fence() == opening.fence())
              .orElseThrow(() -> new IOException("the subjob does not run here any more"));
      try (SocketChannel inside = subjob.connect(opening.kind())) {
        Channel channel = new Channel(inside);
        channels.put(opening.channel(), channel);
        channel.run(portal, opening);
      }
    } catch (IOException e) {
      refuse(line, opening, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      channels.remove(opening.channel());
      room.release();
    }
  }

  private static void refuse(WebSocket line, Opening opening, String why) {
    LOG.log(System.Logger.Level.DEBUG, "No channel to {0}: {1}", opening.lease(), why);
    synchronized (line) { // one send at a time
      line.sendText(opening.channel() + " " + why, true)
          .orTimeout(PING_SECONDS, TimeUnit.SECONDS)
          .exceptionally(e -> line)
          .join();
    }
  }

  /** What is heard on one line. */
  private final class Talk implements WebSocket.Listener {
    private final CountDownLatch ended = new CountDownLatch(1);
    private final StringBuilder text = new StringBuilder();
    private volatile boolean answered = true;

    /** Returns when the line is lost. */
    void keep(WebSocket socket) throws InterruptedException {
      while (!ended.await(PING_SECONDS, TimeUnit.SECONDS) && answered) {
        answered = false;
        synchronized (socket) {
          var _ = socket.sendPing(ByteBuffer.allocate(0));
        }
      }
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (text.length() > LONGEST_TEXT) {
        ended.countDown();
        return null;
      }
      if (last) {
        String whole = text.toString();
        text.setLength(0);
        heard(socket, whole);
      }
      socket.request(1);
      return null;
    }

    private void heard(WebSocket socket, String whole) {
      if (whole.equals("beat")) {
        beat.run();
        return;
      }
      try {
        Opening opening = LeaseProtocol.json().readValue(whole, Opening.class);
        Thread _ = Thread.ofVirtual().name("channel").start(() -> open(socket, opening));
      } catch (IOException e) { // a newer portal says more than we know
        LOG.log(System.Logger.Level.DEBUG, "Not understood: {0}", whole);
      }
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      answered = true;
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      ended.countDown();
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      ended.countDown();
    }
  }
}
