package org.gridappliance.ipop.underlay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.Endpoint.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Datagrams over TLS 1.3, for where UDP does not pass.
 *
 * <p>Out: {@link #send} → the connection to that endpoint, opened if there is none → its queue. In:
 * a virtual thread for each connection → {@link Receiver}. A connection that the node sends no
 * session data by is closed: at once useless, and all that a stranger can have. Everything is
 * bounded; what is dropped is counted. Safe for all threads.
 */
public final class TlsUnderlay implements Underlay, AutoCloseable {

  /** The most connections, in and out. */
  static final int MAX_CONNECTIONS = 256;

  /** Of these, opened by others: strangers cannot take the room this node dials with. */
  static final int MAX_ACCEPTED = 192;

  private static final long ACCEPT_AGAIN_NANOS = 200_000_000L;

  /** The most accepted from one address: several nodes may be behind one firewall. */
  static final int MAX_OF_ONE_ADDRESS = 32;

  /** A stranger's time to become a peer. */
  static final long STRANGER_MILLIS = 20_000;

  /** A connection in use carries a keepalive at least every 30 s. */
  static final long IDLE_MILLIS = 90_000;

  private static final Logger log = LoggerFactory.getLogger(TlsUnderlay.class);
  private static final int CONNECT_MILLIS = 5_000;
  private static final long FIRST_BACKOFF_MILLIS = 15_000;
  private static final int MAX_BACKOFF_DOUBLINGS = 5;
  private static final int MAX_FAILURES = 512;

  /** Where a datagram that has come is handed to. Called by the connection's thread. */
  @FunctionalInterface
  public interface Receiver {
    /** Takes a datagram, which is only valid during the call. */
    void datagram(Endpoint from, ByteBuffer bytes);
  }

  private record Failure(int times, long untilMillis) {}

  private final Receiver receiver;
  private final LongSupplier clock;
  private final Predicate<InetAddress> isOverlay;
  private final SSLContext client = TlsKeys.client();
  private final @Nullable SSLContext server;
  private final @Nullable ServerSocket listening;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Endpoint, TlsConnection> connections = new HashMap<>();
  private final Map<Endpoint, Failure> failures =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Endpoint, Failure> eldest) {
          return size() > MAX_FAILURES;
        }
      };
  private long dropped;
  private long slow;
  private long refused;
  private boolean closed;

  /**
   * Listens if it shall; {@link #start} begins to accept.
   *
   * @param port to listen at, 0 for any; empty: connects only
   * @param keyFile where the certificate's key is or shall be; only used to listen
   * @param isOverlay the addresses of the virtual network: never to be used underneath it
   * @param clock milliseconds of a clock that never jumps
   */
  public TlsUnderlay(
      OptionalInt port,
      Path keyFile,
      Predicate<InetAddress> isOverlay,
      LongSupplier clock,
      Receiver receiver)
      throws IOException {
    this.receiver = receiver;
    this.clock = clock;
    this.isOverlay = isOverlay;
    if (port.isEmpty()) {
      server = null;
      listening = null;
      return;
    }
    ServerSocket socket = new ServerSocket();
    try {
      server = TlsKeys.server(keyFile);
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port.getAsInt()));
    } catch (IOException e) {
      socket.close();
      throw new IOException(
          "TLS port "
              + port.getAsInt()
              + ": "
              + e.getMessage()
              + "; set another port under \"tls\", or give the program CAP_NET_BIND_SERVICE",
          e);
    }
    listening = socket;
  }

  /** Begins to accept. */
  public void start() {
    ServerSocket socket = listening;
    if (socket != null) {
      Thread.ofPlatform().name("ipop-tls").daemon().start(() -> accept(socket));
    }
  }

  /** {@return the port it listens at} */
  public OptionalInt port() {
    return listening == null ? OptionalInt.empty() : OptionalInt.of(listening.getLocalPort());
  }

  /** {@return what was counted: open now; since the start: dropped, let go as slow, refused} */
  public Map<String, Long> counters() {
    lock.lock();
    try {
      Map<String, Long> map = new LinkedHashMap<>();
      map.put("tlsConnections", (long) connections.size());
      map.put("tlsDropped", dropped);
      map.put("tlsSlow", slow);
      map.put("tlsRefused", refused);
      return map;
    } finally {
      lock.unlock();
    }
  }

  /** {@return where it listens}, for each address of {@code hosts} that others can reach */
  public List<Endpoint> listeningAt(List<Endpoint> hosts) {
    if (listening == null) {
      return List.of();
    }
    int port = listening.getLocalPort();
    return hosts.stream()
        .filter(host -> !host.isPrivate())
        .map(host -> host.withPort(port).over(Transport.TLS))
        .toList();
  }

  @Override
  public List<Endpoint> localEndpoints() {
    return List.of(); // an address is the business of the UDP socket beside it
  }

  @Override
  public void send(Endpoint to, byte[] bytes, int offset, int length) {
    TlsConnection connection;
    lock.lock();
    try {
      connection = connections.get(to);
      if (connection == null) {
        connection = length > DatagramStream.MAX ? null : open(to);
      }
      if (connection == null) {
        dropped++;
        return;
      }
    } finally {
      lock.unlock();
    }
    switch (connection.offer(bytes, offset, length)) {
      case QUEUED -> {}
      case FULL -> count(false);
      case SLOW -> {
        count(true);
        log.info(
            "tls edge dropped endpoint={} reason=\"took nothing for {} s\"",
            to,
            TlsConnection.SLOW_MILLIS / 1000);
        connection.close();
      }
    }
  }

  private void count(boolean isSlow) {
    lock.lock();
    try {
      dropped++;
      slow += isSlow ? 1 : 0;
    } finally {
      lock.unlock();
    }
  }

  /** Begins to connect. {@return the connection, or null if it is not to be tried now} */
  private @Nullable TlsConnection open(Endpoint to) {
    Failure failure = failures.get(to);
    InetSocketAddress address = to.socket();
    if (closed
        || to.transport() != Transport.TLS
        || connections.size() >= MAX_CONNECTIONS
        || isOverlay.test(address.getAddress())
        || (failure != null && clock.getAsLong() < failure.untilMillis)) {
      return null;
    }
    TlsConnection connection = new TlsConnection(to, clock);
    connections.put(to, connection);
    Thread.ofVirtual().name("ipop-tls " + to).start(() -> dial(connection, address));
    return connection;
  }

  private void dial(TlsConnection connection, InetSocketAddress address) {
    try {
      Socket plain = connection.plain();
      plain.connect(address, CONNECT_MILLIS);
      SSLSocket tls =
          (SSLSocket)
              client
                  .getSocketFactory()
                  .createSocket(
                      plain, address.getAddress().getHostAddress(), address.getPort(), true);
      connection.run(tls, true, receiver);
    } catch (IOException e) {
      log.debug("tls edge ended endpoint={} reason=\"{}\"", connection.endpoint, e.getMessage());
    } finally {
      forget(connection);
    }
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket plain = socket.accept();
        InetSocketAddress from = (InetSocketAddress) plain.getRemoteSocketAddress();
        Endpoint endpoint = Endpoint.of(from).over(Transport.TLS_ACCEPTED);
        TlsConnection connection = new TlsConnection(endpoint, clock);
        connection.carriedBy(plain);
        if (isOverlay.test(from.getAddress()) || !admit(connection)) {
          connection.close();
        } else {
          Thread.ofVirtual().name("ipop-tls " + endpoint).start(() -> serve(connection, plain));
        }
      } catch (IOException e) {
        if (!socket.isClosed()) {
          log.warn("cannot accept TLS connections: {}", e.getMessage());
          LockSupport.parkNanos(ACCEPT_AGAIN_NANOS); // without descriptors it fails at once
        }
      }
    }
  }

  private boolean admit(TlsConnection connection) {
    lock.lock();
    try {
      long same =
          connections.keySet().stream()
              .filter(e -> e.withPort(1).equals(connection.endpoint.withPort(1)))
              .count();
      long accepted =
          connections.keySet().stream()
              .filter(e -> e.transport() == Transport.TLS_ACCEPTED)
              .count();
      if (closed
          || connections.size() >= MAX_CONNECTIONS
          || accepted >= MAX_ACCEPTED
          || same >= MAX_OF_ONE_ADDRESS) {
        refused++;
        return false;
      }
      connections.put(connection.endpoint, connection);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void serve(TlsConnection connection, Socket plain) {
    SSLContext context = server;
    if (context == null) {
      return;
    }
    try {
      SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(plain, null, true);
      connection.run(tls, false, receiver);
    } catch (IOException e) {
      log.debug("tls edge ended endpoint={} reason=\"{}\"", connection.endpoint, e.getMessage());
    } finally {
      forget(connection);
    }
  }

  /** A connection is over; one that has never been of use is not tried again at once. */
  private void forget(TlsConnection connection) {
    connection.close();
    lock.lock();
    try {
      connections.remove(connection.endpoint, connection);
      if (connection.endpoint.transport() != Transport.TLS) {
        return;
      }
      if (connection.spokeMillis() > Long.MIN_VALUE) {
        failures.remove(connection.endpoint);
        return;
      }
      Failure before = failures.remove(connection.endpoint);
      int times = before == null ? 0 : Math.min(before.times + 1, MAX_BACKOFF_DOUBLINGS);
      long until = clock.getAsLong() + (FIRST_BACKOFF_MILLIS << times);
      failures.put(connection.endpoint, new Failure(times, until));
    } finally {
      lock.unlock();
    }
  }

  /** Closes what is of no use; call it a few times a second. */
  public void tick() {
    long now = clock.getAsLong();
    List<TlsConnection> all;
    lock.lock();
    try {
      all = List.copyOf(connections.values());
    } finally {
      lock.unlock();
    }
    for (TlsConnection connection : all) {
      long spoke = connection.spokeMillis();
      boolean idle =
          spoke == Long.MIN_VALUE
              ? now - connection.openedMillis > STRANGER_MILLIS
              : now - spoke > IDLE_MILLIS;
      if (idle) {
        connection.close();
      }
    }
  }

  @Override
  public void close() throws IOException {
    List<TlsConnection> all;
    lock.lock();
    try {
      closed = true;
      all = List.copyOf(connections.values());
    } finally {
      lock.unlock();
    }
    if (listening != null) {
      listening.close();
    }
    all.forEach(TlsConnection::close);
  }
}
