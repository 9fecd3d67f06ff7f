package org.gridappliance.ipop.node;

import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.gridappliance.ipop.dht.RecordStore;
import org.gridappliance.ipop.dht.Signer;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Packet;
import org.gridappliance.ipop.wire.Signed;
import org.jspecify.annotations.Nullable;

/**
 * The distributed hash table: each record lives at the node nearest to its key, which decides about
 * it, and at that node's two nearest neighbours on each side. Runs under the node's lock.
 *
 * <p>Put: greedy routing to the nearest node → {@link RecordStore#put} → copies to the neighbours →
 * answer once one of them has it (or there is none). Churn: when its neighbours change, a node
 * sends every record it holds to the nodes that should have it now; whoever finds a better record
 * in the other's answer takes that.
 */
public final class Dht {

  private static final int COPIES_EACH_SIDE = 2;
  private static final long HANDOVER_MILLIS = 120_000;
  private static final int HANDOVER_AT_ONCE = 64;

  private final Node node;
  private final Ring ring;
  private final Signer signer;
  private final RecordStore store = new RecordStore();
  private Set<Address> lastNear = Set.of();
  private long handoverMillis;

  Dht(Node node, Ring ring, Signer signer) {
    this.node = node;
    this.ring = ring;
    this.signer = signer;
  }

  /** {@return who owns what this node puts} */
  public Signer signer() {
    return signer;
  }

  /** {@return how many records this node holds} */
  public int size() {
    return store.size();
  }

  /**
   * Creates or renews a record of this node's.
   *
   * @param version not lower than before
   * @param done gets OK, TAKEN with the owner's record, REFUSED, or null when nobody answered
   */
  public void put(
      Address key,
      long version,
      int leaseSeconds,
      ByteBuffer value,
      BiConsumer<Packet.@Nullable Outcome, @Nullable Signed> done) {
    Signed record = signer.sign(key, version, leaseSeconds, value);
    if (isNearest(key)) {
      accept(record, (outcome, other) -> done.accept(outcome, other));
      return;
    }
    node.lookups()
        .ask(
            key,
            id -> new Packet.Put(id, record),
            answer -> {
              if (answer == null) {
                done.accept(null, null);
              } else {
                Signed other =
                    answer.records().stream()
                        .filter(r -> r.key().equals(key) && Signer.verifies(r))
                        .findFirst()
                        .orElse(null);
                done.accept(answer.outcome(), other);
              }
            });
  }

  /** Reads a record. The answer is null when there is none, nobody answered, or it is forged. */
  public void get(Address key, Consumer<@Nullable Signed> done) {
    Signed here = store.get(key, node.now());
    if (here != null && isNearest(key)) {
      done.accept(here);
      return;
    }
    node.lookups()
        .ask(
            key,
            id -> new Packet.Get(id, key),
            answer -> {
              Signed found = here;
              if (answer != null) {
                found =
                    answer.records().stream()
                        .filter(r -> r.key().equals(key) && Signer.verifies(r))
                        .findFirst()
                        .orElse(here);
              }
              done.accept(found);
            });
  }

  void onGet(Packet.Header header, Packet.Get get) {
    Signed found = store.get(get.key(), node.now());
    node.answer(
        header,
        new Packet.Answer(
            get.id(),
            found == null ? Packet.Outcome.NONE : Packet.Outcome.OK,
            found == null ? List.of() : List.of(found)));
  }

  void onPut(Packet.Header header, Packet.Put put) {
    accept(
        put.signed().withSecondsLeft(put.signed().leaseSeconds()),
        (outcome, other) ->
            node.answer(
                header,
                new Packet.Answer(put.id(), outcome, other == null ? List.of() : List.of(other))));
  }

  void onReplicate(Packet.Header header, Packet.Replicate copy) {
    Packet.Outcome outcome = store.merge(copy.signed(), node.now());
    Signed held = store.get(copy.signed().key(), node.now());
    boolean tell = outcome == Packet.Outcome.TAKEN && held != null;
    node.answer(header, new Packet.Answer(copy.id(), outcome, tell ? List.of(held) : List.of()));
  }

  void tick() {
    Set<Address> near = new LinkedHashSet<>();
    holders().forEach(p -> near.add(p.address));
    if (!near.equals(lastNear)) {
      lastNear = near;
      handoverMillis = Math.min(handoverMillis, node.now() + 1_000);
    }
    if (node.now() >= handoverMillis) {
      handoverMillis = node.now() + HANDOVER_MILLIS;
      store.tick(node.now());
      handOver();
    }
  }

  /** Decides about a put as the node nearest to the key. */
  private void accept(Signed record, BiConsumer<Packet.Outcome, @Nullable Signed> done) {
    Packet.Outcome outcome = store.put(record, node.now());
    if (outcome == Packet.Outcome.TAKEN) {
      done.accept(outcome, store.get(record.key(), node.now()));
      return;
    }
    if (outcome != Packet.Outcome.OK) {
      done.accept(outcome, null);
      return;
    }
    Set<Peer> holders = holders();
    if (holders.isEmpty()) {
      done.accept(Packet.Outcome.OK, null);
      return;
    }
    Replication round = new Replication(holders.size(), done);
    for (Peer peer : holders) {
      node.lookups().askNode(peer.address, id -> new Packet.Replicate(id, record), round::answered);
    }
  }

  /** Waits for the first copy, or for every neighbour's silence. */
  private static final class Replication {
    private final BiConsumer<Packet.Outcome, @Nullable Signed> done;
    private int waiting;
    private boolean told;

    Replication(int waiting, BiConsumer<Packet.Outcome, @Nullable Signed> done) {
      this.waiting = waiting;
      this.done = done;
    }

    void answered(Packet.@Nullable Answer answer) {
      waiting--;
      if (told || (answer == null && waiting > 0)) {
        return;
      }
      told = true;
      if (answer != null && answer.outcome() == Packet.Outcome.TAKEN) {
        done.accept(
            Packet.Outcome.TAKEN, answer.records().isEmpty() ? null : answer.records().getFirst());
      } else {
        done.accept(Packet.Outcome.OK, null);
      }
    }
  }

  /** Sends what this node answers for to its neighbours, and the rest to the node that should. */
  private void handOver() {
    List<Signed> all = store.all(node.now());
    Set<Peer> holders = holders();
    int sent = 0;
    for (Signed record : all) {
      if (sent++ > HANDOVER_AT_ONCE) {
        handoverMillis = node.now() + 1_000;
        return;
      }
      if (isNearest(record.key())) {
        for (Peer peer : holders) {
          node.lookups().askNode(peer.address, id -> new Packet.Replicate(id, record), this::learn);
        }
      } else {
        node.lookups()
            .ask(
                record.key(),
                id -> new Packet.Replicate(id, record),
                answer -> {
                  learn(answer);
                  if (answer != null && !shouldHold(record.key())) {
                    store.drop(record.key());
                  }
                });
      }
    }
  }

  /** Another holder knows a better owner: take that record. */
  private void learn(Packet.@Nullable Answer answer) {
    if (answer != null && answer.outcome() == Packet.Outcome.TAKEN) {
      answer.records().forEach(r -> store.merge(r, node.now()));
    }
  }

  private Set<Peer> holders() {
    Set<Peer> holders = new LinkedHashSet<>(ring.side(true, COPIES_EACH_SIDE));
    holders.addAll(ring.side(false, COPIES_EACH_SIDE));
    return holders;
  }

  private boolean isNearest(Address key) {
    return holders().stream().noneMatch(p -> p.address.isNearer(key, node.address()));
  }

  /** A copy belongs here while the nearest node can be among our near neighbours. */
  private boolean shouldHold(Address key) {
    long nearer = holders().stream().filter(p -> p.address.isNearer(key, node.address())).count();
    return nearer <= COPIES_EACH_SIDE;
  }
}
