package org.gridappliance.ipop.services;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.gridappliance.ipop.node.Dht;
import org.gridappliance.ipop.node.Node;
import org.gridappliance.ipop.noise.Hash;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Packet;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * Which virtual address belongs to which node: this node's own leases, made by exclusive create in
 * the DHT, and a bounded cache of others'. Runs under the node's lock.
 *
 * <p>A lease is a DHT record under the hash of pool and address, with the node's public key as
 * value. It is renewed every two minutes; a renewal that finds another owner there (two partitions
 * had given the address away and have met) loses it, and the machine behind must ask again.
 */
final class Addresses {

  private static final int MAX_LEASES = 16;
  private static final int MAX_CACHE = 4096;

  /** Packets that wait to learn whose one address is; more are dropped. */
  private static final int MAX_WAITING = 64;

  private static final int LEASE_SECONDS = 3600;
  private static final long RENEW_MILLIS = 120_000;
  private static final long CACHE_MILLIS = 60_000;
  private static final long REFRESH_MILLIS = 15_000;
  private static final long NOBODY_MILLIS = 3_000;
  private static final int MAX_TRIES = 16;

  /** An address of this node's. */
  private static final class Lease {
    private final long mac;
    private long renewMillis;
    private long version;

    private Lease(long mac, long renewMillis, long version) {
      this.mac = mac;
      this.renewMillis = renewMillis;
      this.version = version;
    }
  }

  private record Known(@Nullable PublicKey key, long untilMillis) {}

  private final Node node;
  private final Dht dht;
  private final Network network;
  private final String namespace;
  private final PublicKey self;
  private final Map<Integer, Lease> leases = new LinkedHashMap<>();
  private final Map<Integer, List<Consumer<@Nullable PublicKey>>> asking = new LinkedHashMap<>();
  private final Map<Integer, Known> cache =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Known> eldest) {
          return size() > MAX_CACHE;
        }
      };
  private long now;
  private long wallMillis;

  Addresses(Node node, Network network, String namespace, PublicKey self) {
    this.node = node;
    dht = node.dht();
    this.network = network;
    this.namespace = namespace;
    this.self = self;
  }

  void tick(long nowMillis, long wallClockMillis) {
    now = nowMillis;
    wallMillis = wallClockMillis;
    for (Map.Entry<Integer, Lease> entry : List.copyOf(leases.entrySet())) {
      if (now >= entry.getValue().renewMillis) {
        renew(entry.getKey(), entry.getValue());
      }
    }
  }

  /** {@return this node's address for a machine's MAC} */
  OptionalInt leaseOf(long mac) {
    return leases.entrySet().stream()
        .filter(e -> e.getValue().mac == mac)
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  /** {@return the MAC an address of this node's belongs to, or -1} */
  long macOf(int address) {
    Lease lease = leases.get(address);
    return lease == null ? -1 : lease.mac;
  }

  /** {@return this node's addresses} */
  List<Integer> own() {
    return List.copyOf(leases.keySet());
  }

  /** {@return the addresses of others that are known here, by the node's key} */
  Map<PublicKey, List<Integer>> known() {
    Map<PublicKey, List<Integer>> known = new LinkedHashMap<>();
    cache.forEach(
        (address, entry) -> {
          if (entry.key != null) {
            known.computeIfAbsent(entry.key, key -> new ArrayList<>()).add(address);
          }
        });
    return known;
  }

  /**
   * Gets an address for a machine: the one it has, else the wished one, else one that follows from
   * the node's key and the MAC, so that a machine tends to get the same again.
   *
   * @param done gets the address, or empty when the DHT gave none
   */
  void lease(long mac, OptionalInt wish, Consumer<OptionalInt> done) {
    OptionalInt present = leaseOf(mac);
    if (present.isPresent() || leases.size() >= MAX_LEASES) {
      done.accept(present);
      return;
    }
    tryLease(mac, wish, 0, done);
  }

  private void tryLease(long mac, OptionalInt wish, int attempt, Consumer<OptionalInt> done) {
    if (attempt >= MAX_TRIES) {
      done.accept(OptionalInt.empty());
      return;
    }
    boolean wished = attempt == 0 && wish.isPresent() && network.isAssignable(wish.getAsInt());
    int address = wished ? wish.getAsInt() : candidate(mac, attempt);
    if (!network.isAssignable(address)) {
      tryLease(mac, wish, attempt + 1, done);
      return;
    }
    dht.put(
        keyOf(address),
        wallMillis,
        LEASE_SECONDS,
        ByteBuffer.wrap(self.bytes()),
        (outcome, other) -> {
          if (outcome == Packet.Outcome.OK) {
            if (leases.size() < MAX_LEASES) {
              leases.put(address, new Lease(mac, now + RENEW_MILLIS, wallMillis));
            }
            done.accept(leaseOf(mac));
          } else if (outcome == null) {
            done.accept(OptionalInt.empty());
          } else {
            tryLease(mac, wish, attempt + 1, done);
          }
        });
  }

  /** Gives an address back. */
  void release(int address) {
    Lease lease = leases.remove(address);
    if (lease != null) {
      // a lease of one second with a newer version: the record dies, the key is free again
      dht.put(
          keyOf(address),
          lease.version + 1,
          1,
          ByteBuffer.wrap(self.bytes()),
          (outcome, other) -> {});
    }
  }

  private void renew(int address, Lease lease) {
    lease.renewMillis = now + RENEW_MILLIS;
    lease.version = Math.max(lease.version + 1, wallMillis);
    dht.put(
        keyOf(address),
        lease.version,
        LEASE_SECONDS,
        ByteBuffer.wrap(self.bytes()),
        (outcome, other) -> {
          if (outcome == Packet.Outcome.TAKEN) {
            leases.remove(address); // a partition healed and the other owner stays
          }
        });
  }

  /** {@return the node an address belongs to as far as is known here; null if it is not} */
  @Nullable PublicKey cached(int address) {
    Known known = cache.get(address);
    if (known == null || known.untilMillis < now) {
      return null;
    }
    if (known.key != null && known.untilMillis - now < REFRESH_MILLIS) {
      refresh(address);
    }
    return known.key;
  }

  /** Asks anew about an address in use before what is known runs out, so that flows never wait. */
  private void refresh(int address) {
    if (asking.containsKey(address)) {
      return;
    }
    asking.put(address, new ArrayList<>());
    ask(address);
  }

  /** Looks up whose an address is; null if nobody's or nobody answered. */
  void lookUp(int address, Consumer<@Nullable PublicKey> done) {
    Known known = cache.get(address);
    if (known != null && known.untilMillis >= now) {
      done.accept(known.key);
      return;
    }
    List<Consumer<@Nullable PublicKey>> waiting = asking.get(address);
    if (waiting != null) {
      if (waiting.size() < MAX_WAITING) {
        waiting.add(done);
      } else {
        done.accept(null);
      }
      return;
    }
    List<Consumer<@Nullable PublicKey>> list = new ArrayList<>();
    list.add(done);
    asking.put(address, list);
    ask(address);
  }

  private void ask(int address) {
    dht.get(
        keyOf(address),
        record -> {
          boolean found = record != null && record.value().remaining() == PublicKey.LENGTH;
          PublicKey key = null;
          if (record != null && found) {
            byte[] bytes = new byte[PublicKey.LENGTH];
            record.value().get(record.value().position(), bytes);
            key = PublicKey.of(bytes);
          }
          Known before = cache.get(address);
          boolean stands = before != null && before.key != null && before.untilMillis >= now;
          if (found || !stands) { // a lost answer takes nothing away that still holds
            cache.put(address, new Known(key, now + (found ? CACHE_MILLIS : NOBODY_MILLIS)));
          }
          PublicKey result = key;
          List<Consumer<@Nullable PublicKey>> all = asking.remove(address);
          if (all != null) {
            all.forEach(d -> d.accept(result));
          }
        });
  }

  /** {@return the DHT key of an address in this pool} */
  private Address keyOf(int address) {
    return Address.of(
        Hash.of(
            "ipop ip v1",
            (namespace + "\0").getBytes(StandardCharsets.UTF_8),
            ByteBuffer.allocate(4).putInt(address).array()));
  }

  private int candidate(long mac, int attempt) {
    byte[] hash =
        Hash.of(
            "ipop candidate v1",
            self.bytes(),
            ByteBuffer.allocate(12).putLong(mac).putInt(attempt).array());
    return network.base() | (ByteBuffer.wrap(hash).getInt() & ~network.mask());
  }

  /** {@return whether the node has a place on the ring, or stands alone as the first} */
  boolean isReady() {
    return node.isSettled();
  }
}
