package org.gridappliance.ipop.underlay;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.gridappliance.ipop.wire.Endpoint;
import org.jspecify.annotations.Nullable;

/** One UDP socket, IPv6 and IPv4 together where the machine has both. */
public final class UdpUnderlay implements Underlay, AutoCloseable {

  private static final int SOCKET_BUFFER = 4 << 20;
  private static final int CACHE = 1024;
  private static final long LOOK_AGAIN_NANOS = 5_000_000_000L;

  private final DatagramChannel channel;
  private final int port;
  private final Predicate<InetAddress> isOverlay;
  private final AtomicLong sendFailures = new AtomicLong();
  private final Map<Endpoint, InetSocketAddress> sockets =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Endpoint, InetSocketAddress> eldest) {
          return size() > CACHE;
        }
      };
  private List<Endpoint> local = List.of();
  private long lookedNanos;

  /**
   * Opens the socket.
   *
   * @param port 0 for any
   * @param isOverlay the addresses of the virtual network: never to be used underneath it
   */
  public UdpUnderlay(int port, Predicate<InetAddress> isOverlay) throws IOException {
    channel = DatagramChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
    channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
    try {
      channel.bind(new InetSocketAddress(port));
    } catch (IOException e) {
      channel.close();
      throw new IOException("UDP port " + port + ": " + e.getMessage() + "; set another port", e);
    }
    this.port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    this.isOverlay = isOverlay;
    local = look();
    lookedNanos = System.nanoTime();
  }

  /** {@return the port it is bound to} */
  public int port() {
    return port;
  }

  /** {@return datagrams the machine refused to send} */
  public long sendFailures() {
    return sendFailures.get();
  }

  /** Called under the node's lock. */
  @Override
  public void send(Endpoint to, byte[] bytes, int offset, int length) {
    try {
      InetSocketAddress socket = sockets.computeIfAbsent(to, Endpoint::socket);
      channel.send(ByteBuffer.wrap(bytes, offset, length), socket);
    } catch (IOException e) {
      sendFailures.incrementAndGet(); // no route, or a full queue: as good as lost on the way
    }
  }

  /**
   * Waits for a datagram. Blocks: call from one platform thread.
   *
   * @param into cleared first, then holds the datagram, ready to be read
   * @return who sent it, or null once the socket is closed
   */
  public @Nullable Endpoint receive(ByteBuffer into) throws IOException {
    while (true) {
      into.clear();
      try {
        InetSocketAddress from = (InetSocketAddress) channel.receive(into);
        into.flip();
        if (from != null && from.getPort() != 0) {
          return Endpoint.of(from);
        }
      } catch (AsynchronousCloseException e) {
        return null;
      } catch (java.net.PortUnreachableException e) {
        sendFailures.incrementAndGet(); // an ICMP message for something sent earlier
      }
    }
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

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
