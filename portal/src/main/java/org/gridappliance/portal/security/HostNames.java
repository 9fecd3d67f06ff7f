package org.gridappliance.portal.security;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.gridappliance.portal.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The names under which this portal may be called. A page of another site that made its own name
 * point here (DNS rebinding) is refused by this. Immutable.
 */
public final class HostNames {
  private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");

  private final Set<String> names = new LinkedHashSet<>();

  /**
   * Loopback names always; the machine's own name and addresses when it listens beyond loopback;
   * the names of the settings.
   */
  public HostNames(Settings settings, InetAddress listen) {
    names.addAll(LOOPBACK);
    names.add(bare(listen.getHostAddress()));
    settings.names().forEach(n -> names.add(bare(n)));
    if (!listen.isLoopbackAddress()) {
      String host = settings.name().toLowerCase(Locale.ROOT);
      if (host.matches("[a-z0-9][a-z0-9.-]*")) {
        names.add(host);
      }
      names.addAll(listen.isAnyLocalAddress() ? machineAddresses() : List.of());
    }
  }

  /** {@return names and addresses, without ports} */
  public Set<String> all() {
    return Set.copyOf(names);
  }

  /**
   * {@return an address for other machines: the given one, or one of this machine's own in place of
   * "any address"}
   */
  public URI reachable(URI address) {
    String host = bare(String.valueOf(address.getHost()));
    if (!host.matches("[0.:]+")) {
      return address;
    }
    String own =
        names.stream()
            .filter(n -> !LOOPBACK.contains(n) && !n.matches("[0.:]+"))
            .min(Comparator.comparingInt(n -> n.matches("[0-9.]+") ? 0 : 1))
            .orElse("localhost");
    String literal = own.contains(":") ? "[" + own + "]" : own;
    return URI.create(address.getScheme() + "://" + literal + ":" + address.getPort());
  }

  /**
   * Whether this portal may be called so.
   *
   * @param authority of a Host header, as {@code name}, {@code name:8443} or {@code [::1]:8443}
   */
  public boolean allow(@Nullable String authority) {
    return authority != null && names.contains(bare(withoutPort(authority)));
  }

  /**
   * Whether an Origin header names the site that the request is sent to.
   *
   * @param tls whether we serve HTTPS ourselves; else a proxy before us may
   */
  public static boolean sameOrigin(String origin, String authority, boolean tls) {
    String lower = origin.toLowerCase(Locale.ROOT);
    String wanted = authority.toLowerCase(Locale.ROOT);
    return lower.equals("https://" + wanted) || (!tls && lower.equals("http://" + wanted));
  }

  private static String withoutPort(String authority) {
    if (authority.startsWith("[")) {
      int end = authority.indexOf(']');
      boolean clean = end > 0 && authority.substring(end + 1).matches("(:[0-9]{1,5})?");
      return clean ? authority.substring(1, end) : "";
    }
    int colon = authority.indexOf(':');
    if (colon < 0) {
      return authority;
    }
    return authority.substring(colon + 1).matches("[0-9]{1,5}")
        ? authority.substring(0, colon)
        : "";
  }

  private static String bare(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    int scope = lower.indexOf('%');
    String address = scope < 0 ? lower : lower.substring(0, scope);
    return address.equals("0:0:0:0:0:0:0:1") ? "::1" : address;
  }

  private static List<String> machineAddresses() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(a -> bare(a.getHostAddress()))
          .toList();
    } catch (SocketException e) {
      return List.of(); // no interfaces to be read: the names of the settings remain
    }
  }
}
