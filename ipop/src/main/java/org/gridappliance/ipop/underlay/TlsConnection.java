package org.gridappliance.ipop.underlay;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.gridappliance.ipop.wire.Endpoint;

/**
 * One TLS connection: datagrams in on the thread of {@link #run}, out by way of a bounded queue on
 * another. {@link #offer} never blocks. A full queue drops what comes, like a full socket would;
 * one that has been full and unmoved for {@link #SLOW_MILLIS} means a peer too slow to keep.
 */
final class TlsConnection {

  /** Bytes that may wait to be sent. */
  static final int QUEUE = 256 << 10;

  /** A peer that takes nothing for so long is let go. */
  static final long SLOW_MILLIS = 10_000;

  /** What the two sides agree to speak (RFC 7301): anything else at that port is not ours. */
  static final String ALPN = "ipop/1";

  private static final int HANDSHAKE_MILLIS = 10_000;
  private static final int AT_ONCE = 0x4000;
  private static final int DATA = 4;

  final Endpoint endpoint;
  final long openedMillis;
  private final LongSupplier clock;
  private final Socket plain = new Socket();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private final Deque<byte[]> queue = new ArrayDeque<>();
  private int queued;
  private long movedMillis;
  private long spokeMillis = Long.MIN_VALUE;
  private boolean established;
  private boolean closed;
  private Socket carrier = plain;

  TlsConnection(Endpoint endpoint, LongSupplier clock) {
    this.endpoint = endpoint;
    this.clock = clock;
    openedMillis = clock.getAsLong();
    movedMillis = openedMillis;
  }

  /** {@return the socket to connect, for a side that dials} */
  Socket plain() {
    return plain;
  }

  /** Names the socket that closing must end, for a side that has accepted. */
  void carriedBy(Socket accepted) {
    lock.lock();
    try {
      carrier = accepted;
      if (closed) {
        closeQuietly(accepted);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What became of a datagram. */
  enum Offer {
    QUEUED,
    /** Dropped: the queue is full. */
    FULL,
    /** Dropped, and the peer has taken nothing for too long. */
    SLOW
  }

  /** Queues a copy. Any thread; never blocks. */
  Offer offer(byte[] bytes, int offset, int length) {
    lock.lock();
    try {
      if (queued + length > QUEUE) {
        return clock.getAsLong() - movedMillis > SLOW_MILLIS ? Offer.SLOW : Offer.FULL;
      }
      if (queue.isEmpty()) {
        movedMillis = clock.getAsLong();
      }
      if (bytes[offset] == DATA && established) {
        spokeMillis = clock.getAsLong();
      }
      queue.add(Arrays.copyOfRange(bytes, offset, offset + length));
      queued += length;
      filled.signal();
      return Offer.QUEUED;
    } finally {
      lock.unlock();
    }
  }

  /** {@return when data of a session was last sent}; it never was: the least there is. */
  long spokeMillis() {
    lock.lock();
    try {
      return spokeMillis;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Shakes hands, then reads until the connection ends. Blocks.
   *
   * @param tls layered over the connection's socket
   * @throws IOException why it ended, other than by the other side's wish
   */
  void run(SSLSocket tls, boolean isClient, TlsUnderlay.Receiver receiver) throws IOException {
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3"});
    parameters.setApplicationProtocols(new String[] {ALPN});
    tls.setSSLParameters(parameters);
    tls.setUseClientMode(isClient);
    tls.setTcpNoDelay(true);
    tls.setSoTimeout(HANDSHAKE_MILLIS);
    tls.startHandshake();
    if (!ALPN.equals(tls.getApplicationProtocol())) {
      throw new IOException("what answers there speaks TLS, but is no node of an overlay");
    }
    tls.setSoTimeout(0);
    established();
    Thread.ofVirtual().name("ipop-tls-out " + endpoint).start(() -> write(tls));
    DatagramStream in = new DatagramStream(tls.getInputStream());
    ByteBuffer datagram = in.next();
    while (datagram != null) {
      receiver.datagram(endpoint, datagram);
      datagram = in.next();
    }
  }

  private void established() {
    lock.lock();
    try {
      established = true;
      movedMillis = clock.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  /** What waits goes out together, in records of up to 16 KiB. */
  private void write(SSLSocket tls) {
    try {
      OutputStream out = tls.getOutputStream();
      List<byte[]> batch = take();
      while (!batch.isEmpty()) {
        out.write(DatagramStream.encode(batch));
        moved(batch);
        batch = take();
      }
    } catch (IOException e) {
      close(); // the reading side tells why
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
    }
  }

  /** {@return the next datagrams}; none once it is closed. */
  private List<byte[]> take() throws InterruptedException {
    lock.lock();
    try {
      while (queue.isEmpty() && !closed) {
        filled.await();
      }
      List<byte[]> batch = new ArrayList<>();
      int size = 0;
      for (byte[] next : queue) {
        size += next.length;
        if (closed || (!batch.isEmpty() && size > AT_ONCE)) {
          break;
        }
        batch.add(next);
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Takes what has been written off the queue: until then it counts. */
  private void moved(List<byte[]> batch) {
    lock.lock();
    try {
      for (byte[] sent : batch) {
        queued -= sent.length;
        queue.remove();
      }
      movedMillis = clock.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  /** Ends both threads. Does not wait, unlike closing an SSLSocket that is being written to. */
  void close() {
    lock.lock();
    try {
      closed = true;
      filled.signalAll();
      closeQuietly(carrier);
    } finally {
      lock.unlock();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is closed all the same
    }
  }
}
