package org.gridappliance.agent.pool;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Optional;
import org.gridappliance.agent.pool.PoolSettings.Role;

/** Finds the address of this machine by which the pool knows it. */
final class OwnAddress {
  private OwnAddress() {}

  /** {@return it; empty while this machine has none such} */
  static Optional<String> of(PoolSettings settings) throws IOException {
    String wanted = settings.address();
    if (PoolSettings.ADDRESS.matcher(wanted).matches()) {
      InetAddress literal = InetAddress.getByName(wanted); // no look-up
      return NetworkInterface.getByInetAddress(literal) == null
          ? Optional.empty()
          : Optional.of(wanted);
    }
    if (!wanted.isEmpty()) {
      NetworkInterface named = NetworkInterface.getByName(wanted);
      return named == null
          ? Optional.empty()
          : named
              .inetAddresses()
              .filter(Inet4Address.class::isInstance)
              .map(InetAddress::getHostAddress)
              .findFirst();
    }
    if (settings.role() == Role.MANAGER) {
      return Optional.of("127.0.0.1");
    }
    try (DatagramSocket socket = new DatagramSocket()) { // sends nothing: asks for the route
      socket.connect(new InetSocketAddress(settings.manager(), settings.port()));
      InetAddress local = socket.getLocalAddress();
      return local.isAnyLocalAddress() ? Optional.empty() : Optional.of(local.getHostAddress());
    } catch (java.io.UncheckedIOException | java.net.SocketException e) { // no route now
      return Optional.empty();
    }
  }
}
