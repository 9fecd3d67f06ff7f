package org.gridappliance.ipop.underlay;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.gridappliance.ipop.kernel.LibC;
import org.gridappliance.ipop.wire.Endpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One UDP socket, IPv6 and IPv4 together where the machine has both. Datagrams go out and come in
 * by vectors (sendmmsg(2), recvmmsg(2)); with <i>offload</i> the kernel also cuts and joins runs of
 * them (udp(7): UDP_SEGMENT, UDP_GRO). A kernel or a network card that refuses gets them one by one
 * from then on.
 */
public final class UdpUnderlay implements Underlay, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(UdpUnderlay.class);
  private static final int SOCKET_BUFFER = 4 << 20;
  private static final int TIMEOUT_MILLIS = 500;

  /** Room for a {@code struct sockaddr_in6}. */
  private static final int ADDRESS = 32;

  private static final long LOOK_AGAIN_NANOS = 5_000_000_000L;

  final int fd;
  private final boolean ipv6;
  private final int port;
  private final Predicate<InetAddress> isOverlay;
  private final AtomicLong sendFailures = new AtomicLong();
  private volatile boolean canSegment;
  private volatile boolean closed;

  /** For receiving: owned by the receiving thread. */
  private final MessageHeaders incoming;

  private final ByteBuffer incomingMemory = LibC.memory(Received.MAX * Received.MAX_RUN);

  /** For sending: guarded by itself. */
  private final MessageHeaders outgoing;

  private final ByteBuffer outgoingMemory = LibC.memory(2 * 0x10000);
  private final SendBatch single = new SendBatch(this);

  private List<Endpoint> local = List.of();
  private long lookedNanos;

  /**
   * Opens the socket.
   *
   * @param port 0 for any
   * @param isOverlay the addresses of the virtual network: never to be used underneath it
   * @param offload whether to ask the kernel to cut and join runs
   */
  public UdpUnderlay(int port, Predicate<InetAddress> isOverlay, boolean offload)
      throws IOException {
    this.isOverlay = isOverlay;
    boolean six = true;
    int socket;
    try {
      socket = open(LibC.AF_INET6, port);
    } catch (LastErrorException e) {
      six = false; // the machine has no IPv6, or the port is taken: the second try tells
      try {
        socket = open(LibC.AF_INET, port);
      } catch (LastErrorException second) {
        throw new IOException(
            "UDP port " + port + ": " + second.getMessage() + "; set another port", second);
      }
    }
    fd = socket;
    ipv6 = six;
    this.port = boundPort(socket);
    canSegment = offload;
    if (offload) {
      try {
        set(socket, LibC.SOL_UDP, LibC.UDP_GRO, 1);
      } catch (LastErrorException e) {
        log.info("no UDP_GRO here: datagrams are received one by one: {}", e.getMessage());
      }
    }
    incoming = new MessageHeaders(Received.MAX, six);
    outgoing = new MessageHeaders(SendBatch.MAX, six);
    local = look();
    lookedNanos = System.nanoTime();
  }

  /** {@return a bound socket whose receiving returns at least twice a second} */
  private static int open(int family, int port) {
    int socket = LibC.socket(family, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
    try (Memory address = new Memory(ADDRESS);
        Memory timeout = new Memory(16)) {
      address.clear();
      address.setShort(0, (short) family);
      address.setShort(2, MessageHeaders.big((short) port));
      if (family == LibC.AF_INET6) {
        set(socket, LibC.IPPROTO_IPV6, LibC.IPV6_V6ONLY, 0);
      }
      set(socket, LibC.SOL_SOCKET, LibC.SO_RCVBUF, SOCKET_BUFFER);
      set(socket, LibC.SOL_SOCKET, LibC.SO_SNDBUF, SOCKET_BUFFER);
      timeout.setLong(0, 0);
      timeout.setLong(8, TIMEOUT_MILLIS * 1000L);
      LibC.setsockopt(socket, LibC.SOL_SOCKET, LibC.SO_RCVTIMEO, timeout, 16);
      LibC.bind(socket, address, family == LibC.AF_INET6 ? 28 : 16);
      return socket;
    } catch (LastErrorException e) {
      LibC.close(socket);
      throw e;
    }
  }

  private static int boundPort(int socket) {
    try (Memory address = new Memory(ADDRESS);
        Memory length = new Memory(4)) {
      length.setInt(0, ADDRESS);
      LibC.getsockname(socket, address, length);
      return Short.toUnsignedInt(MessageHeaders.big(address.getShort(2)));
    }
  }

  private static void set(int socket, int level, int name, int value) {
    try (Memory memory = new Memory(4)) {
      memory.setInt(0, value);
      LibC.setsockopt(socket, level, name, memory, 4);
    }
  }

  /** {@return the port it is bound to} */
  public int port() {
    return port;
  }

  /** {@return datagrams the machine refused to send} */
  public long sendFailures() {
    return sendFailures.get();
  }

  /** {@return a batch for one thread to send vectors with} */
  public SendBatch batch() {
    return new SendBatch(this);
  }

  boolean canSegment() {
    return canSegment;
  }

  /** Thread-safe. */
  @Override
  public void send(Endpoint to, byte[] bytes, int offset, int length) {
    synchronized (single) {
      single.reserve(length);
      System.arraycopy(bytes, offset, single.bytes(), single.end(), length);
      single.add(to, length);
      single.flush();
    }
  }

  /** Whether an endpoint is of a family the socket has; what is not counts as a failure. */
  boolean reaches(Endpoint to) {
    if (!ipv6 && !to.isIpv4()) {
      sendFailures.incrementAndGet();
      return false;
    }
    return true;
  }

  /** Hands a batch to the kernel; blocks while the socket's buffer is full. */
  void send(SendBatch batch) {
    synchronized (outgoing) {
      outgoingMemory.put(0, batch.bytes, 0, batch.size());
      long memory = LibC.address(outgoingMemory);
      for (int i = 0; i < batch.runs; i++) {
        long start = memory + batch.offset[i];
        outgoing.toSend(i, batch.to[i], start, batch.length[i], batch.segment[i]);
      }
      int sent = 0;
      while (sent < batch.runs && !closed) {
        int done = LibC.sendmmsg(fd, outgoing.address(sent), batch.runs - sent, 0);
        if (done > 0) {
          sent += done;
        } else if (LibC.errno() != LibC.EINTR) {
          refused(batch, sent++, LibC.errno());
        }
      }
    }
  }

  /** The kernel did not take a run: without UDP_SEGMENT, or through a card without checksums. */
  private void refused(SendBatch batch, int run, int error) {
    int segment = batch.segment[run];
    boolean cut = batch.length[run] > segment;
    boolean narrow = error == LibC.EMSGSIZE; // this path; single datagrams are cut in fragments
    if (!cut || (error != LibC.EIO && error != LibC.EINVAL && !narrow)) {
      sendFailures.incrementAndGet(); // no route, or too large: as good as lost on the way
      return;
    }
    if (canSegment && !narrow) {
      canSegment = false;
      log.info("no UDP_SEGMENT here: datagrams are sent one by one errno={}", error);
    }
    long memory = LibC.address(outgoingMemory);
    int end = batch.offset[run] + batch.length[run];
    for (int at = batch.offset[run]; at < end; at += segment) {
      int size = Math.min(segment, end - at);
      outgoing.toSend(run, batch.to[run], memory + at, size, size);
      if (LibC.sendmmsg(fd, outgoing.address(run), 1, 0) < 0) {
        sendFailures.incrementAndGet();
      }
    }
  }

  /**
   * Waits for datagrams, and takes as many as have come. Blocks: call from one platform thread.
   *
   * @return false once the socket is closed
   */
  public boolean receive(Received into) throws IOException {
    into.clear();
    while (!closed) {
      incoming.toReceive(LibC.address(incomingMemory), Received.MAX_RUN);
      int runs = LibC.recvmmsg(fd, incoming.address(0), Received.MAX, LibC.MSG_WAITFORONE, 0);
      if (runs > 0) {
        for (int i = 0; i < runs; i++) {
          int length = incoming.length(i);
          incomingMemory.get(i * Received.MAX_RUN, into.bytes, into.end(), length);
          into.add(incoming.from(i), length, incoming.segment(i));
        }
        return true;
      }
      int error = LibC.errno();
      if (error == LibC.ECONNREFUSED) {
        sendFailures.incrementAndGet(); // an ICMP message for something sent earlier
      } else if (error != LibC.EAGAIN && error != LibC.EINTR) {
        throw new IOException("receive on UDP port " + port + ": errno " + error);
      }
    }
    return false;
  }

  /** Called under the node's lock; looks at the machine's interfaces every five seconds. */
  @Override
  public List<Endpoint> localEndpoints() {
    long now = System.nanoTime();
    if (now - lookedNanos > LOOK_AGAIN_NANOS) {
      lookedNanos = now;
      local = look();
    }
    return local;
  }

  private List<Endpoint> look() {
    List<Endpoint> found = new ArrayList<>();
    try {
      for (NetworkInterface nic : NetworkInterface.networkInterfaces().toList()) {
        if (!nic.isUp() || nic.isLoopback()) {
          continue;
        }
        for (InterfaceAddress entry : nic.getInterfaceAddresses()) {
          InetAddress address = entry.getAddress();
          if (!address.isLinkLocalAddress() && !isOverlay.test(address)) {
            Endpoint endpoint = Endpoint.of(new InetSocketAddress(address, port));
            found.add(address instanceof Inet4Address ? 0 : found.size(), endpoint);
          }
        }
      }
    } catch (SocketException e) {
      return local; // the interfaces cannot be listed just now: what was known stays
    }
    return List.copyOf(found);
  }

  /** Ends {@link #receive} within half a second; the socket is closed with the process. */
  @Override
  public void close() {
    closed = true;
  }
}
