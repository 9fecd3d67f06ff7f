package org.gridappliance.ipop.services;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.gridappliance.ipop.node.Dht;
import org.gridappliance.ipop.noise.Hash;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Packet;
import org.gridappliance.ipop.wire.PublicKey;
import org.gridappliance.ipop.wire.Signed;
import org.jspecify.annotations.Nullable;

/**
 * Host names that people choose: this node's, kept in the DHT by exclusive create, and a bounded
 * cache of others'. Runs under the node's lock.
 *
 * <p>The record under the hash of pool and name holds a virtual address and the key of the node
 * that has it. Who looks a name up believes it only if that address is that node's, so a name
 * cannot point at another's machine, nor at an address that has since been lost.
 */
final class Names implements Dns.Hosts {

  /** A label of RFC 1123 §2.1. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private static final Pattern OF_AN_ADDRESS = Pattern.compile("c\\d{9}");
  private static final int VALUE = 4 + PublicKey.LENGTH;
  private static final int LEASE_SECONDS = 600;
  private static final long RENEW_MILLIS = 120_000;
  private static final long AGAIN_MILLIS = 5_000;
  private static final long KNOWN_MILLIS = 60_000;
  private static final long UNKNOWN_MILLIS = 3_000;
  private static final int MAX_CACHE = 1024;
  private static final int MAX_ASKING = 64;

  private record Known(OptionalInt address, long untilMillis) {}

  private final Dht dht;
  private final Network network;
  private final Addresses addresses;
  private final String namespace;
  private final PublicKey self;
  private final Optional<String> chosen;
  private final Map<String, List<Consumer<OptionalInt>>> asking = new LinkedHashMap<>();
  private final Map<String, Known> cache =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
          return size() > MAX_CACHE;
        }
      };
  private VirtualNet.HostName state;
  private int published;
  private long version;
  private long dueMillis;
  private long now;

  Names(
      Dht dht,
      Network network,
      Addresses addresses,
      String namespace,
      PublicKey self,
      Optional<String> chosen) {
    this.dht = dht;
    this.network = network;
    this.addresses = addresses;
    this.namespace = namespace;
    this.self = self;
    this.chosen = chosen;
    state = new VirtualNet.HostName(chosen.orElse(""), "", Optional.empty());
  }

  /**
   * Checks a name that somebody chose.
   *
   * @throws IllegalArgumentException saying what was wanted
   */
  static void check(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException(
          "name \""
              + name
              + "\": want 1 to 63 lower-case letters, digits and hyphens, and not C with nine"
              + " digits, which is the name of an address");
    }
  }

  private static boolean isName(String name) {
    return LABEL.matcher(name).matches() && !OF_AN_ADDRESS.matcher(name).matches();
  }

  /** {@return what became of this node's name} */
  VirtualNet.HostName state() {
    return state;
  }

  void tick(long nowMillis, long wallMillis) {
    now = nowMillis;
    OptionalInt address = addresses.own().stream().mapToInt(a -> a).findFirst();
    boolean moved = address.isPresent() && address.getAsInt() != published && version > 0;
    if (chosen.isPresent() && address.isPresent() && (now >= dueMillis || moved)) {
      publish(chosen.get(), address.getAsInt(), wallMillis);
    }
  }

  private void publish(String name, int address, long wallMillis) {
    dueMillis = now + RENEW_MILLIS;
    published = address;
    version = Math.max(version + 1, wallMillis);
    ByteBuffer value = ByteBuffer.allocate(VALUE).putInt(address).put(self.bytes()).flip();
    dht.put(
        keyOf(name),
        version,
        LEASE_SECONDS,
        value,
        (outcome, other) -> {
          if (outcome == Packet.Outcome.OK) {
            state = new VirtualNet.HostName(name, "held", Optional.empty());
          } else if (outcome == Packet.Outcome.TAKEN) {
            state = new VirtualNet.HostName(name, "taken", holder(other));
          } else {
            dueMillis = Math.min(dueMillis, now + AGAIN_MILLIS); // nobody answered
          }
        });
  }

  /** Asked for by the machine's own resolver. Empty: there is no such name, or nobody answered. */
  @Override
  public void lookUp(String name, Consumer<OptionalInt> done) {
    Known known = cache.get(name);
    if (known != null && known.untilMillis >= now) {
      done.accept(known.address);
      return;
    }
    List<Consumer<OptionalInt>> waiting = asking.get(name);
    boolean full = waiting == null ? asking.size() >= MAX_ASKING : waiting.size() >= MAX_ASKING;
    if (full || !isName(name)) {
      done.accept(OptionalInt.empty());
      return;
    }
    if (waiting != null) {
      waiting.add(done);
      return;
    }
    asking.put(name, new ArrayList<>(List.of(done)));
    dht.get(keyOf(name), record -> believed(record, address -> found(name, address)));
  }

  private void believed(@Nullable Signed record, Consumer<OptionalInt> done) {
    Optional<PublicKey> holder = holder(record);
    if (record == null || holder.isEmpty()) {
      done.accept(OptionalInt.empty());
      return;
    }
    int address = record.value().getInt(record.value().position());
    if (!network.isAssignable(address)) {
      done.accept(OptionalInt.empty());
      return;
    }
    addresses.lookUp(
        address,
        owner ->
            done.accept(
                holder.get().equals(owner) ? OptionalInt.of(address) : OptionalInt.empty()));
  }

  private void found(String name, OptionalInt address) {
    long millis = address.isPresent() ? KNOWN_MILLIS : UNKNOWN_MILLIS;
    cache.put(name, new Known(address, now + millis));
    List<Consumer<OptionalInt>> all = asking.remove(name);
    if (all != null) {
      all.forEach(done -> done.accept(address));
    }
  }

  private static Optional<PublicKey> holder(@Nullable Signed record) {
    if (record == null || record.value().remaining() != VALUE) {
      return Optional.empty();
    }
    byte[] key = new byte[PublicKey.LENGTH];
    record.value().get(record.value().position() + 4, key);
    return Optional.of(PublicKey.of(key));
  }

  private Address keyOf(String name) {
    return Address.of(
        Hash.of("ipop name v1", (namespace + "\0" + name).getBytes(StandardCharsets.UTF_8)));
  }
}
