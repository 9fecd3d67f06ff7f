package org.gridappliance.evm;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * From a host's name to the one address at which a program may reach it. Refuses this machine
 * itself, its link, what clouds tell their machines' secrets at, and, unless allowed, private
 * networks: a name's owner decides what it resolves to, and must not choose a neighbour of this
 * machine. Blocks for the name service.
 */
public final class HostFinder {
  /** The name service. */
  @FunctionalInterface
  public interface Names {
    /** {@return the addresses of a host} */
    InetAddress[] find(String host) throws UnknownHostException;
  }

  /** It may not be reached; the message says which address is why. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean unknown;

    Refused(String message, boolean unknown) {
      super(message);
      this.unknown = unknown;
    }

    /** {@return whether no address was found at all, so that another machine may find one} */
    public boolean isUnknown() {
      return unknown;
    }
  }

  private enum Kind {
    PUBLIC,
    PRIVATE,
    FORBIDDEN
  }

  /** Metadata services of clouds that lie outside link-local addresses. */
  private static final Set<String> METADATA =
      Set.of(
          "168.63.129.16",
          "100.100.100.200",
          "fd00:ec2:0:0:0:0:0:254",
          "fd20:ce:0:0:0:0:0:254",
          "fd00:42:0:0:0:0:0:42");

  private final Names names;
  private final Set<InetAddress> own;

  HostFinder(Names names, Set<InetAddress> own) {
    this.names = names;
    this.own = Set.copyOf(own);
  }

  /** {@return one that asks this machine's name service and knows its present addresses} */
  public static HostFinder ofThisMachine() {
    Set<InetAddress> own = new HashSet<>();
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .forEach(own::add);
    } catch (SocketException e) {
      throw new IllegalStateException("this machine's addresses cannot be listed", e);
    }
    return new HostFinder(InetAddress::getAllByName, own);
  }

  /**
   * {@return where a host is; of several addresses an IPv4 one first, since every network has that}
   *
   * @param privateToo whether it may be in a private network
   * @throws Refused when the name is unknown, or none of its addresses may be reached
   */
  public EvmReach find(String host, int port, boolean privateToo) throws Refused {
    if (!EvmReach.isName(host)) {
      throw new Refused(host + " is not a host's name", false);
    }
    List<InetAddress> found;
    try {
      found = Arrays.asList(names.find(host));
    } catch (UnknownHostException e) {
      throw new Refused(host + " has no address that is known there", true);
    }
    Refused why = new Refused(host + " has no address that is known there", true);
    for (boolean four : new boolean[] {true, false}) {
      for (InetAddress address : found) {
        if (address instanceof Inet4Address != four) {
          continue;
        }
        Kind kind = kind(address);
        if (kind == Kind.PUBLIC || (kind == Kind.PRIVATE && privateToo)) {
          return new EvmReach(host, port, address);
        }
        why =
            new Refused(
                host
                    + " is "
                    + address.getHostAddress()
                    + (kind == Kind.PRIVATE
                        ? ", in a private network, which the setting jobs.network does not allow"
                        : ", which is never reached from a job: the machine itself, its link, or"
                            + " what tells its secrets"),
                false);
      }
    }
    throw why;
  }

  /** {@return whether an address is of the open internet, and none of this machine's own} */
  public boolean isPublic(InetAddress address) {
    return kind(address) == Kind.PUBLIC;
  }

  private Kind kind(InetAddress address) {
    if (own.contains(address)
        || METADATA.contains(address.getHostAddress().toLowerCase(Locale.ROOT))
        || address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()) {
      return Kind.FORBIDDEN;
    }
    int[] b = new int[address.getAddress().length];
    Arrays.setAll(b, i -> address.getAddress()[i] & 0xff);
    return b.length == 4 ? four(b) : six(b);
  }

  /** RFC 6890's registry of IPv4 blocks that are not the open internet. */
  private static Kind four(int[] b) {
    if (b[0] == 0 || b[0] >= 240) {
      return Kind.FORBIDDEN;
    }
    boolean inside =
        b[0] == 10
            || (b[0] == 172 && b[1] >= 16 && b[1] < 32)
            || (b[0] == 192 && b[1] == 168)
            || (b[0] == 192 && b[1] == 0 && b[2] == 0)
            || (b[0] == 100 && b[1] >= 64 && b[1] < 128)
            || (b[0] == 198 && (b[1] == 18 || b[1] == 19));
    return inside ? Kind.PRIVATE : Kind.PUBLIC;
  }

  /** Only 2000::/3 is the open internet; of it what carries an IPv4 address inside is refused. */
  private static Kind six(int[] b) {
    if ((b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0xc0)) {
      return Kind.PRIVATE; // unique local, and the site-local that came before
    }
    boolean tunnel =
        (b[0] == 0x20 && b[1] == 0x02) // 6to4
            || (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0); // Teredo
    return (b[0] & 0xe0) == 0x20 && !tunnel ? Kind.PUBLIC : Kind.FORBIDDEN;
  }
}
