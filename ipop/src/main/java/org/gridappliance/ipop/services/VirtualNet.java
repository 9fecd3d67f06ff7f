package org.gridappliance.ipop.services;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.gridappliance.ipop.device.Device;
import org.gridappliance.ipop.node.Node;
import org.gridappliance.ipop.node.Outlet;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;

/**
 * The virtual network as the machine sees it on its device.
 *
 * <p>Out: {@link #fromDevice} → ARP, DHCP and DNS are answered here; other IPv4 → {@link Addresses}
 * (address to node) → {@link Node#sendIp}. In: {@link Node.PacketSink} → source address checked
 * against the sender's key (<i>cryptokey routing</i>) → device.
 *
 * <p>What the machine's addresses and MACs are is learned from its frames (thesis §3.3.1): a
 * statically configured address is claimed when it is first seen. Runs under the node's lock.
 */
public final class VirtualNet {

  /** Largest IP packet the device carries; fits through one relay without fragments. */
  public static final int MTU = 1280;

  /** Bytes of the Ethernet header in front of a packet. */
  public static final int HEADER = Eth.HEADER;

  private static final int MAX_WAITING = 64;
  private static final int MAX_WAITING_EACH = 16;
  private static final long WAIT_MILLIS = 3_000;
  private static final long CLAIM_AGAIN_MILLIS = 5_000;

  /**
   * What became of the name a person chose for this node.
   *
   * @param name empty if none was chosen
   * @param state empty while it is not known, {@code held}, or {@code taken}: another node has it
   * @param holder of a name that is taken
   */
  public record HostName(String name, String state, Optional<PublicKey> holder) {}

  private record Waiting(ByteBuffer frame, long untilMillis) {}

  private final Node node;
  private final Device device;
  private final Network network;
  private final Addresses addresses;
  private final Dhcp dhcp;
  private final Names names;
  private final Dns dns;
  private final Map<Integer, Deque<Waiting>> waiting = new LinkedHashMap<>();
  private final Map<Integer, Long> claims = new LinkedHashMap<>();
  private final byte[] frame = new byte[0x10000];
  private long now;

  /** Without a chosen name, and without other name servers. */
  public VirtualNet(Node node, PublicKey self, Device device, Network network, String namespace) {
    this(node, self, device, network, namespace, Optional.empty(), (query, most, done) -> false);
  }

  /**
   * The device's frames must be handed to {@link #fromDevice}.
   *
   * @param name a host name for this node
   * @param upstream answers what is not the pool's; may do so on another thread
   */
  public VirtualNet(
      Node node,
      PublicKey self,
      Device device,
      Network network,
      String namespace,
      Optional<String> name,
      Dns.Upstream upstream) {

    this.node = node;
    this.device = device;
    this.network = network;
    addresses = new Addresses(node, network, namespace, self);
    dhcp = new Dhcp(network, addresses, MTU);
    names = new Names(node.dht(), network, addresses, namespace, self, name);
    dns = new Dns(network, names, upstream);
    node.onPacket(this::fromPeer);
  }

  /**
   * Checks a host name somebody chose; an empty one is none.
   *
   * @throws IllegalArgumentException saying what was wanted
   */
  public static Optional<String> checkedName(String name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    Names.check(name);
    return Optional.of(name);
  }

  /** Call together with {@link Node#tick}. */
  public void tick(long nowMillis, long wallMillis) {
    now = nowMillis;
    addresses.tick(nowMillis, wallMillis);
    names.tick(nowMillis, wallMillis);
    for (Integer target : List.copyOf(waiting.keySet())) {
      flush(target);
    }
  }

  /** {@return the virtual addresses of others that this node has met, by the node's key} */
  public Map<PublicKey, List<Integer>> knownAddresses() {
    return addresses.known();
  }

  /** {@return what became of this node's host name} */
  public HostName hostName() {
    return names.state();
  }

  /** {@return this node's virtual addresses} */
  public List<Integer> ownAddresses() {
    return addresses.own();
  }

  /**
   * Takes a frame the machine has sent.
   *
   * @param bytes with the Ethernet header at {@code offset}; may be overwritten
   */
  public void fromDevice(byte[] bytes, int offset, int length, long nowMillis) {
    now = nowMillis;
    if (length < Eth.HEADER + 20) {
      return;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, length).slice();
    int type = in.getShort(12) & 0xffff;
    if (type == Eth.ARP) {
      arp(in);
    } else if (type == Eth.IPV4) {
      ipv4(in, bytes, offset, length);
    }
  }

  /**
   * Finds where a frame goes if it is an ordinary packet for a node reached directly.
   *
   * @param packets into how many the frame will be cut
   * @return null if {@link #fromDevice} must decide
   */
  public @Nullable Outlet outlet(
      byte[] bytes, int offset, int length, int packets, long nowMillis) {
    now = nowMillis;
    if (length < Eth.HEADER + 20 || bytes[offset + Eth.HEADER] != 0x45) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int ip = offset + Eth.HEADER;
    int source = in.getInt(ip + 12);
    int target = in.getInt(ip + 16);
    if ((in.getShort(offset + 12) & 0xffff) != Eth.IPV4
        || (in.getShort(ip + 2) & 0xffff) > length - Eth.HEADER
        || isForServices(in, ip, length)
        || !network.isAssignable(source)
        || !network.isAssignable(target)
        || addresses.macOf(source) < 0) {
      return null;
    }
    PublicKey key = addresses.cached(target);
    return key == null ? null : node.outlet(key, packets, now);
  }

  private static boolean isForServices(ByteBuffer in, int ip, int length) {
    if (in.get(ip + 9) != 17 || length < Eth.HEADER + 28) {
      return false;
    }
    int port = in.getShort(ip + 22) & 0xffff;
    return port == Dhcp.SERVER_PORT || port == Dns.PORT;
  }

  /**
   * {@return the MAC a peer's packet goes to} after the same checks as for one that comes alone; -1
   * if {@link #fromPeer} must decide.
   *
   * @param packet IPv4, 20 bytes or more
   */
  public long admit(PublicKey from, ByteBuffer packet, long nowMillis) {
    now = nowMillis;
    int source = packet.getInt(packet.position() + 12);
    int target = packet.getInt(packet.position() + 16);
    boolean isTheirs = network.isAssignable(source) && from.equals(addresses.cached(source));
    return isTheirs ? addresses.macOf(target) : -1;
  }

  /** Puts an Ethernet header in front of an admitted packet. */
  public static void header(byte[] bytes, int offset, long mac) {
    Eth.header(ByteBuffer.wrap(bytes, offset, Eth.HEADER), mac, Eth.GATEWAY, Eth.IPV4);
  }

  /** RFC 826: every address but the asker's own stands behind the gateway. */
  private void arp(ByteBuffer in) {
    boolean isRequest =
        in.limit() >= Eth.HEADER + 28 && in.getInt(14) == 0x00010800 && in.getInt(18) == 0x06040001;
    if (!isRequest) {
      return;
    }
    long mac = Eth.mac(in, 22);
    int sender = in.getInt(28);
    int target = in.getInt(38);
    learn(mac, sender);
    // sender 0 is an address probe (RFC 5227): an answer would say that the address is in use
    if (sender == 0
        || sender == target
        || !network.contains(target)
        || addresses.macOf(target) >= 0) {
      return;
    }
    ByteBuffer out = ByteBuffer.allocate(Eth.HEADER + 28);
    Eth.header(out, mac, Eth.GATEWAY, Eth.ARP);
    out.putInt(0x00010800).putInt(0x06040002);
    out.putShort((short) (Eth.GATEWAY >>> 32)).putInt((int) Eth.GATEWAY).putInt(target);
    out.putShort((short) (mac >>> 32)).putInt((int) mac).putInt(sender);
    device.write(out.array(), 0, out.capacity());
  }

  private void ipv4(ByteBuffer in, byte[] bytes, int offset, int length) {
    int headerLength = (in.get(14) & 0xf) * 4;
    int total = in.getShort(16) & 0xffff;
    if ((in.get(14) & 0xf0) != 0x40
        || headerLength < 20
        || total < headerLength
        || total > length - Eth.HEADER) {
      return;
    }
    long mac = Eth.mac(in, 6);
    int source = in.getInt(26);
    int target = in.getInt(30);
    if (in.get(23) == 17 && total >= headerLength + 8) {
      int udp = Eth.HEADER + headerLength;
      int port = in.getShort(udp + 2) & 0xffff;
      ByteBuffer payload = in.slice(udp + 8, total - headerLength - 8);
      if (port == Dhcp.SERVER_PORT) {
        dhcp.handle(payload, reply -> device.write(reply, 0, reply.length));
        return;
      }
      if (port == Dns.PORT && target == network.services()) {
        int from = in.getShort(udp) & 0xffff;
        dns.answer(
            payload,
            answer -> {
              byte[] reply =
                  Eth.udp(mac, /* source= */ target, Dns.PORT, /* target= */ source, from, answer);
              device.write(reply, 0, reply.length);
            });
        return;
      }
    }
    learn(mac, source);
    if (network.isAssignable(target) && network.isAssignable(source)) {
      send(target, bytes, offset + Eth.HEADER, total);
    }
  }

  /** An address in use that is not leased is claimed: the machine was configured by hand. */
  private void learn(long mac, int source) {
    if (!network.isAssignable(source) || addresses.macOf(source) >= 0) {
      return;
    }
    Long last = claims.get(source);
    if (last != null && now - last < CLAIM_AGAIN_MILLIS) {
      return;
    }
    if (claims.size() >= MAX_WAITING) {
      claims.clear();
    }
    claims.put(source, now);
    addresses.leaseOf(mac).ifPresent(addresses::release); // the machine's address has changed
    addresses.lease(mac, OptionalInt.of(source), lease -> {});
  }

  private void send(int target, byte[] bytes, int offset, int length) {
    PublicKey key = addresses.cached(target);
    if (key != null && node.sendIp(key, bytes, offset, length, now)) {
      return;
    }
    Deque<Waiting> queue = waiting.get(target);
    if (queue == null) {
      if (waiting.size() >= MAX_WAITING) {
        return;
      }
      queue = new ArrayDeque<>();
      waiting.put(target, queue);
    }
    if (queue.size() >= MAX_WAITING_EACH) {
      queue.removeFirst();
    }
    byte[] copy = new byte[Eth.HEADER + length];
    System.arraycopy(bytes, offset, copy, Eth.HEADER, length);
    queue.add(new Waiting(ByteBuffer.wrap(copy), now + WAIT_MILLIS));
    addresses.lookUp(target, found -> flush(target));
  }

  /** Sends what has waited for an address or a session, as far as that now works. */
  private void flush(int target) {
    Deque<Waiting> queue = waiting.get(target);
    if (queue == null) {
      return;
    }
    PublicKey key = addresses.cached(target);
    while (!queue.isEmpty()) {
      Waiting next = queue.getFirst();
      boolean late = next.untilMillis < now;
      if (!late && (key == null || !sendWaiting(key, next.frame))) {
        return;
      }
      queue.removeFirst();
    }
    waiting.remove(target);
  }

  private boolean sendWaiting(PublicKey key, ByteBuffer frame) {
    return node.sendIp(
        key, frame.array(), frame.arrayOffset() + Eth.HEADER, frame.limit() - Eth.HEADER, now);
  }

  /** Takes a packet that has come alone, or whose sender's addresses are not known yet. */
  public void fromPeer(PublicKey from, ByteBuffer packet) {
    if (packet.remaining() < 20 || (packet.get(0) & 0xf0) != 0x40) {
      return;
    }
    int source = packet.getInt(12);
    int target = packet.getInt(16);
    long mac = addresses.macOf(target);
    if (mac < 0 || !network.isAssignable(source)) {
      node.counters().refusedIp();
      return;
    }
    PublicKey owner = addresses.cached(source);
    if (owner == null) {
      byte[] copy = new byte[packet.remaining()];
      packet.get(0, copy);
      addresses.lookUp(
          source,
          found -> {
            if (from.equals(found)) {
              deliver(mac, ByteBuffer.wrap(copy));
            } else {
              node.counters().refusedIp();
            }
          });
      return;
    }
    if (!owner.equals(from)) {
      node.counters().refusedIp();
      return;
    }
    deliver(mac, packet);
  }

  private void deliver(long mac, ByteBuffer packet) {
    Eth.header(ByteBuffer.wrap(frame), mac, Eth.GATEWAY, Eth.IPV4);
    int length = packet.remaining();
    packet.get(packet.position(), frame, Eth.HEADER, length);
    device.write(frame, 0, Eth.HEADER + length);
  }
}
