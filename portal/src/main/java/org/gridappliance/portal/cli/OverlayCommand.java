package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The overlay as the portal's machine sees it: state, an echo to a node, the way to it. */
@Command(
    name = "overlay",
    description =
        "Shows the overlay network as the portal's machine sees it; for pool admins (login --pool).",
    mixinStandardHelpOptions = true)
final class OverlayCommand implements Callable<Integer> {
  private static final int SHORTEST = 4;

  /** What is asked. */
  enum Verb {
    STATUS,
    PING,
    TRACE,
    WHY
  }

  /** Their words, for completion. */
  static final class Verbs implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Verb.values()).map(v -> v.name().toLowerCase(Locale.ROOT)).iterator();
    }
  }

  @Parameters(
      index = "0",
      arity = "0..1",
      defaultValue = "status",
      completionCandidates = Verbs.class,
      description = "status (default), ping, trace or why")
  String verb = "status";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NODE",
      description = "virtual address, host name, or the beginning of a node's own address")
  @Nullable String node;

  @Option(names = "--json", description = "print JSON")
  boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException, CliException {
    Verb wanted = parsed();
    try (Client client = Client.of(Login.read())) {
      JsonNode state = client.get("overlay");
      if (!state.path("running").asBoolean()) {
        throw new CliException("the overlay does not run there: " + state.path("why").asText());
      }
      if (wanted == Verb.STATUS) {
        print(state);
        return 0;
      }
      String name = node;
      if (name == null) {
        throw new CliException("overlay " + verb + " wants a node; overlay status lists them");
      }
      Peer peer = find(state.path("node").path("peers"), name);
      return wanted == Verb.WHY ? why(peer) : echo(client, peer, wanted);
    }
  }

  private Verb parsed() throws CliException {
    for (Verb one : Verb.values()) {
      if (one.name().equalsIgnoreCase(verb)) {
        return one;
      }
    }
    throw new CliException("overlay " + verb + ": want status, ping, trace or why");
  }

  private record Peer(JsonNode shown) {
    String address() {
      return shown.path("address").asText();
    }

    String path() {
      return shown.path("path").asText();
    }

    List<String> names() {
      List<String> names = new ArrayList<>();
      for (JsonNode virtual : shown.path("addresses")) {
        names.add(virtual.asText());
        names.add(hostName(virtual.asText()));
      }
      return names;
    }
  }

  /** {@return C and the last three bytes of a virtual address (thesis Table 3-1)} */
  private static String hostName(String address) {
    StringBuilder name = new StringBuilder("C");
    List<String> bytes = List.of(address.split("\\.", -1));
    for (String part : bytes.subList(Math.min(1, bytes.size()), bytes.size())) {
      name.append("0".repeat(Math.max(0, 3 - part.length()))).append(part);
    }
    return name.toString();
  }

  private static Peer find(JsonNode peers, String name) throws CliException {
    String wanted = name.toLowerCase(Locale.ROOT).replaceFirst("^(c[0-9]{9})\\..*", "$1");
    Optional<Peer> found = Optional.empty();
    for (JsonNode one : peers) {
      Peer peer = new Peer(one);
      boolean named = peer.names().stream().anyMatch(n -> n.equalsIgnoreCase(wanted));
      boolean begins = wanted.length() >= SHORTEST && peer.address().startsWith(wanted);
      if (named || begins) {
        if (found.isPresent()) {
          throw new CliException(name + " is not one node but several; give more of its address");
        }
        found = Optional.of(peer);
      }
    }
    return found.orElseThrow(
        () -> new CliException(name + " is no peer of that machine; overlay status lists them"));
  }

  private void print(JsonNode state) {
    if (json) {
      System.out.println(state.toPrettyString());
      return;
    }
    JsonNode own = state.path("node");
    System.out.printf(
        "pool %s on %s, about %d nodes, %s%naddress %s%s%nfor others' overlay.bootstrap: %s@HOST:%d%n%n",
        state.path("pool").asText(),
        state.path("device").asText(),
        own.path("estimatedNodes").asLong(),
        own.path("peers").isEmpty()
            ? "alone so far"
            : own.path("settled").asBoolean() ? "settled" : "looking for its place",
        own.path("addresses").path(0).asText("none yet"),
        named(own),
        own.path("key").asText(),
        own.path("port").asInt());
    System.out.printf("%-10s %-16s %-32s %s%n", "NODE", "ADDRESS", "WAY", "IS");
    for (JsonNode one : own.path("peers")) {
      System.out.printf(
          "%-10.8s %-16s %-32.32s %s%n",
          one.path("address").asText(),
          one.path("addresses").path(0).asText("-"),
          one.path("path").asText(),
          one.path("roles").asText());
    }
  }

  /** {@return what became of the name a person chose for the machine} */
  private static String named(JsonNode own) {
    String name = own.path("name").asText();
    if (name.isEmpty()) {
      return "";
    }
    String state = own.path("nameState").asText();
    return ", name "
        + name
        + "."
        + own.path("domain").asText()
        + switch (state) {
          case "held" -> "";
          case "" -> " (not published yet)";
          default -> " (" + state + "; choose another overlay.name)";
        };
  }

  private int why(Peer peer) {
    if (json) {
      System.out.println(peer.shown().toPrettyString());
      return 0;
    }
    String path = peer.path();
    if (path.startsWith("direct tls")) {
      System.out.println(
          path + ": over a TLS connection, because no UDP passes; UDP is tried again now and then");
    } else if (path.startsWith("direct ")) {
      System.out.println(path + ": datagrams go straight there");
    } else if (path.startsWith("relay ")) {
      System.out.println(
          path
              + ": no direct way was found (routers on both sides change ports), so a common neighbour"
              + " passes sealed packets on; it is tried again after 15 s, then ever more seldom");
    } else {
      System.out.println(path + ": reached through other nodes until a direct way is found");
    }
    return 0;
  }

  private int echo(Client client, Peer peer, Verb wanted)
      throws IOException, InterruptedException, CliException {
    JsonNode answer =
        client.post(
            "overlay/trace", JsonNodeFactory.instance.objectNode().put("address", peer.address()));
    if (json) {
      System.out.println(answer.toPrettyString());
    } else if (!answer.path("answered").asBoolean()) {
      System.out.println("no answer within 4 s");
    } else {
      System.out.printf(
          Locale.ROOT, "answer after %.2f ms%n", answer.path("micros").asLong() / 1000.0);
      if (wanted == Verb.TRACE) {
        answer.path("hops").forEach(hop -> System.out.println("  through " + hop.asText()));
      }
    }
    return answer.path("answered").asBoolean() ? 0 : 1;
  }
}
