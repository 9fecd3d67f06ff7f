package org.gridappliance.portal.notify;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.gridappliance.evm.HostFinder;
import org.gridappliance.portal.settings.Network;

/**
 * Where webhooks may go: the open internet by https, and the networks of the administrator's
 * setting by http too. A name's owner decides what it resolves to, so a webhook's name is resolved
 * for every request, all its addresses are checked, and the connection is made to one that was
 * checked. Blocks for the name service; safe for all threads.
 */
final class Targets {
  private static final int MOST_LENGTH = 2000;

  /** The name service. */
  @FunctionalInterface
  interface Names {
    InetAddress[] find(String host) throws UnknownHostException;
  }

  /** It may not go there; the message says why and what to do, and names no more than the host. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /**
   * A checked place. Immutable.
   *
   * @param host as written, for the certificate and the Host header
   * @param address to which the connection is made
   * @param path and query, as they are sent
   */
  record Target(boolean tls, String host, int port, InetAddress address, String path) {}

  private final List<Network> networks;
  private final Names names;

  Targets(List<Network> networks, Names names) {
    this.networks = List.copyOf(networks);
    this.names = names;
  }

  /** {@return where a URL leads now} */
  Target find(String url) throws Refused {
    URI uri = parse(url);
    boolean tls = uri.getScheme().equalsIgnoreCase("https");
    String written = uri.getHost();
    String host = written.startsWith("[") ? written.substring(1, written.length() - 1) : written;
    int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
    InetAddress address = check(host, tls);
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return new Target(
        tls,
        host,
        port,
        address,
        uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
  }

  private static URI parse(String url) throws Refused {
    if (url.length() > MOST_LENGTH) {
      throw new Refused(url.length() + " characters: want at most " + MOST_LENGTH);
    }
    URI uri;
    try {
      uri = new URI(url).parseServerAuthority();
    } catch (URISyntaxException e) {
      throw new Refused("not an address: " + e.getReason() + " at character " + e.getIndex());
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw new Refused("want an address that begins with https://");
    }
    if (uri.getHost() == null || uri.getPort() > 65535) {
      throw new Refused("want a host, and a port of 1..65535 where there is one");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw new Refused("want no name or password before the host, and nothing after a #");
    }
    return uri;
  }

  private InetAddress check(String host, boolean tls) throws Refused {
    InetAddress[] found;
    try {
      found = names.find(host);
    } catch (UnknownHostException e) {
      throw new Refused("the host " + host + " is not known; check how it is written");
    }
    HostFinder own = HostFinder.ofThisMachine(); // its addresses may have changed
    for (InetAddress address : found) {
      boolean named = networks.stream().anyMatch(network -> network.contains(address));
      if (!named && !own.isPublic(address)) {
        throw new Refused(
            "the host "
                + host
                + " is "
                + address.getHostAddress()
                + ", of a private network or this machine itself; an administrator can allow it by"
                + " the setting webhooks.networks");
      }
      if (!named && !tls) {
        throw new Refused(
            "the host "
                + host
                + " is in the open internet, where webhooks go by https alone; begin with https://");
      }
    }
    return found[0];
  }
}
