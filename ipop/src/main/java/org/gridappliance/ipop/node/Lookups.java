package org.gridappliance.ipop.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Packet;
import org.jspecify.annotations.Nullable;

/**
 * Questions sent through the ring and the answers awaited: who stands at an address, which way does
 * a packet take, what is stored under a key. Bounded; an unanswered one ends with "nothing". Runs
 * under the node's lock.
 */
final class Lookups {

  private static final int MAX_PENDING = 256;
  private static final long TIMEOUT_MILLIS = 3_000;

  private record Pending(long deadlineMillis, Consumer<@Nullable Packet> done) {}

  private final Node node;
  private final RandomGenerator random;
  private final Map<Integer, Pending> pending = new HashMap<>();

  Lookups(Node node, RandomGenerator random) {
    this.node = node;
    this.random = random;
  }

  /**
   * Asks who stands nearest to an address.
   *
   * @param by a node to go by first, for one that is not on the ring yet
   * @param found gets the contacts, none after a timeout, and the node to reach them by
   */
  void find(Address target, @Nullable Address by, BiConsumer<List<Contact>, Address> found) {
    int id =
        await(
            packet -> {
              if (packet instanceof Packet.Found f) {
                found.accept(f.contacts(), by == null ? Address.ZERO : by);
              }
            });
    node.router().originate(Packet.Mode.NEAREST, target, by, new Packet.Find(id, node.contact()));
  }

  /** Sends an echo to a node; the result is the addresses of the way there, or null if lost. */
  void echo(Address target, Consumer<@Nullable List<Address>> done) {
    int id = await(p -> done.accept(p instanceof Packet.Echo echo ? echo.hops() : null));
    node.router().originate(Packet.Mode.EXACT, target, null, new Packet.Echo(id, false, List.of()));
  }

  /** Sends a DHT question to the node nearest to a key; null after a timeout. */
  void ask(Address key, QuestionOf question, Consumer<Packet.@Nullable Answer> done) {
    int id = await(p -> done.accept(p instanceof Packet.Answer answer ? answer : null));
    Packet packet = question.withId(id);
    if (!node.router().originate(Packet.Mode.NEAREST, key, null, packet)) {
      Pending alone = pending.remove(id);
      if (alone != null) {
        alone.done.accept(null);
      }
    }
  }

  /** Sends a DHT message to one neighbour. */
  void askNode(Address target, QuestionOf question, Consumer<Packet.@Nullable Answer> done) {
    int id = await(p -> done.accept(p instanceof Packet.Answer answer ? answer : null));
    node.router().originate(Packet.Mode.EXACT, target, null, question.withId(id));
  }

  /** A question that still needs its number. */
  @FunctionalInterface
  interface QuestionOf {
    Packet withId(int id);
  }

  /** An answer has come; without a question it is dropped. */
  void answered(int id, Packet packet) {
    Pending question = pending.remove(id);
    if (question != null) {
      question.done.accept(packet);
    }
  }

  void tick() {
    List<Pending> late = new ArrayList<>();
    pending
        .values()
        .removeIf(
            p -> {
              if (p.deadlineMillis > node.now()) {
                return false;
              }
              late.add(p);
              return true;
            });
    late.forEach(p -> p.done.accept(null));
  }

  private int await(Consumer<@Nullable Packet> done) {
    if (pending.size() >= MAX_PENDING) {
      int oldest =
          pending.entrySet().stream()
              .min((a, b) -> Long.compare(a.getValue().deadlineMillis, b.getValue().deadlineMillis))
              .orElseThrow()
              .getKey();
      Pending dropped = pending.remove(oldest);
      if (dropped != null) {
        dropped.done.accept(null);
      }
    }
    int id = random.nextInt();
    while (pending.containsKey(id)) {
      id = random.nextInt();
    }
    pending.put(id, new Pending(node.now() + TIMEOUT_MILLIS, done));
    return id;
  }
}
