package org.gridappliance.ipop.program;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The machine's own name servers: as the settings have them, else as {@code resolv.conf(5)} has
 * them at the moment. Never one inside the virtual network: the question would come back here.
 */
record Resolvers(Optional<List<InetAddress>> chosen, Path file, Predicate<InetAddress> isOverlay)
    implements Supplier<List<InetSocketAddress>> {

  private static final int PORT = 53;
  private static final int MOST = 3;
  private static final Pattern LITERAL =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  /**
   * Reads addresses.
   *
   * @throws IllegalArgumentException for what is none: a name server is not asked for by name
   */
  static List<InetAddress> parse(List<String> texts) {
    List<InetAddress> all = new ArrayList<>();
    for (String text : texts) {
      all.add(
          address(text)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "resolvers \"" + text + "\": want an IPv4 or IPv6 address")));
    }
    return List.copyOf(all);
  }

  @Override
  public List<InetSocketAddress> get() {
    return chosen.orElseGet(this::configured).stream()
        .filter(address -> !isOverlay.test(address))
        .limit(MOST)
        .map(address -> new InetSocketAddress(address, PORT))
        .toList();
  }

  private List<InetAddress> configured() {
    try {
      return Files.readAllLines(file).stream()
          .map(line -> line.strip().split("\\s+", 3))
          .filter(words -> words.length > 1 && words[0].equals("nameserver"))
          .flatMap(words -> address(words[1]).stream())
          .toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      return List.of(); // no file, no other name servers
    }
  }

  private static Optional<InetAddress> address(String text) {
    try {
      return LITERAL.matcher(text).matches()
          ? Optional.of(InetAddress.getByName(text))
          : Optional.empty();
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
