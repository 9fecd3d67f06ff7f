package org.gridappliance.portal.country;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gridappliance.jobs.Countries;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.settings.Network;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guesses the country of machines by what this one sees of them: the public address a machine was
 * met at; of a machine of the overlay the public address that its packets come from; of this
 * machine a public address of its own. Without a table it guesses nothing. Safe for all threads,
 * never waits: what is seen is looked at beside, once a minute while somebody asks.
 */
public final class Whereabouts implements Countries {
  private static final Logger log = LoggerFactory.getLogger(Whereabouts.class);
  private static final long FRESH_NANOS = Duration.ofMinutes(1).toNanos();

  /** Addresses that are in no country (RFC 6890 and the registries it made). */
  private static final List<Network> NOT_PUBLIC =
      Stream.of(
              "0.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.0.2.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "198.51.100.0/24",
              "203.0.113.0/24",
              "224.0.0.0/3",
              "::/8",
              "2001:db8::/32",
              "fc00::/7",
              "fe80::/10",
              "ff00::/8")
          .map(network -> Network.of(network).orElseThrow())
          .toList();

  /** A peer's way, as {@code direct [tls://|tls-from://]HOST:PORT}, an IPv6 host in brackets. */
  private static final Pattern DIRECT =
      Pattern.compile("direct (?:tls(?:-from)?://)?\\[?([0-9A-Fa-f.:]+?)]?:[0-9]{1,5}");

  /**
   * What is seen.
   *
   * @param behind public addresses by the overlay's
   * @param own a public address of this machine
   */
  private record Seen(Map<String, InetAddress> behind, Optional<InetAddress> own) {}

  private final Optional<CountryTable> table;
  private final Supplier<JsonNode> overlay;
  private final LongSupplier nanos;
  private final AtomicLong lookAgainAt;
  private volatile Seen seen = new Seen(Map.of(), Optional.empty());

  private Whereabouts(
      Optional<CountryTable> table, Supplier<JsonNode> overlay, LongSupplier nanos) {
    this.table = table;
    this.overlay = overlay;
    this.nanos = nanos;
    this.lookAgainAt = new AtomicLong(nanos.getAsLong());
  }

  /**
   * Opens the table; one that is absent, or none, is logged and leaves all unknown.
   *
   * @param file empty for no guessing at all
   * @param overlay the agent's answer to {@code GET /overlay}; may block, and throw a {@link
   *     Problem} where there is no agent
   */
  public static Countries open(Optional<Path> file, Supplier<JsonNode> overlay) {
    return new Whereabouts(file.flatMap(Whereabouts::table), overlay, System::nanoTime);
  }

  static Whereabouts of(CountryTable table, Supplier<JsonNode> overlay, LongSupplier nanos) {
    return new Whereabouts(Optional.of(table), overlay, nanos);
  }

  private static Optional<CountryTable> table(Path file) {
    try {
      return Optional.of(CountryTable.open(file));
    } catch (NoSuchFileException e) {
      log.info("no table of countries path={}", file);
    } catch (IOException e) {
      log.warn("table of countries left out path={} reason={}", file, e.getMessage());
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> of(String address) {
    if (table.isEmpty()) {
      return Optional.empty();
    }
    long due = lookAgainAt.get();
    long now = nanos.getAsLong();
    if (now - due >= 0 && lookAgainAt.compareAndSet(due, now + FRESH_NANOS)) {
      Thread.ofVirtual().name("whereabouts").start(this::look);
    }
    Seen known = seen;
    return literal(address)
        .flatMap(
            met ->
                met.isLoopbackAddress()
                    ? known.own
                    : Optional.of(known.behind.getOrDefault(met.getHostAddress(), met)))
        .filter(Whereabouts::isPublic)
        .flatMap(table.get()::country);
  }

  /** Looks at what is seen now; blocks. */
  void look() {
    seen = new Seen(behind(), own());
  }

  private Map<String, InetAddress> behind() {
    Map<String, InetAddress> found = new HashMap<>();
    try {
      for (JsonNode peer : overlay.get().path("node").path("peers")) {
        Matcher way = DIRECT.matcher(peer.path("path").asText());
        Optional<InetAddress> at = way.matches() ? literal(way.group(1)) : Optional.empty();
        if (at.filter(Whereabouts::isPublic).isPresent()) {
          peer.path("addresses").forEach(own -> found.put(own.asText(), at.get()));
        }
      }
    } catch (Problem e) {
      log.debug("the overlay's peers are not known reason={}", e.getMessage());
    }
    return Map.copyOf(found);
  }

  private static Optional<InetAddress> own() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(Whereabouts::isPublic)
          .findFirst();
    } catch (SocketException e) {
      log.debug("this machine's addresses are not known reason={}", e.getMessage());
      return Optional.empty();
    }
  }

  private static boolean isPublic(InetAddress address) {
    return NOT_PUBLIC.stream().noneMatch(network -> network.contains(address));
  }

  /** No name is looked up. */
  private static Optional<InetAddress> literal(@Nullable String text) {
    try {
      return text == null ? Optional.empty() : Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
