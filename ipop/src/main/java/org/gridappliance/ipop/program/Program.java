package org.gridappliance.ipop.program;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.ipop.device.Tap;
import org.gridappliance.ipop.dht.Signer;
import org.gridappliance.ipop.node.Node;
import org.gridappliance.ipop.node.PingReport;
import org.gridappliance.ipop.services.Forwarder;
import org.gridappliance.ipop.services.Network;
import org.gridappliance.ipop.services.VirtualNet;
import org.gridappliance.ipop.session.Identity;
import org.gridappliance.ipop.underlay.TlsUnderlay;
import org.gridappliance.ipop.underlay.UdpUnderlay;
import org.gridappliance.ipop.underlay.Underlays;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Contact;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.PublicKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: the socket, the device, and five platform threads. {@link Outbound}: device →
 * sealing → socket; {@link Inbound}: socket → opening → device; {@code ipop-timer}: everything that
 * waits. The node itself is under one lock, held to find out where a vector goes and never while it
 * is read, sealed, opened or written.
 */
final class Program implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Program.class);
  private static final long TICK_MILLIS = 100;
  private static final long REMEMBER_MILLIS = 20_000;

  private final Settings settings;
  private final ReentrantLock lock = new ReentrantLock();
  private final Identity identity;
  private final UdpUnderlay underlay;
  private final TlsUnderlay tls;
  private final Node node;
  private final @Nullable Tap tap;
  private final @Nullable VirtualNet net;
  private final Forwarder forwarder;
  private final LocalApi api;
  private final PeerFile peerFile;
  private boolean saidOwnKey;
  private String saidOfName = "";
  private final Inbound inbound;
  private final @Nullable Outbound outbound;
  private final Thread timer;
  private volatile boolean closed;

  /** Opens everything, then starts the threads; on failure nothing is left open. */
  Program(Settings settings) throws IOException {
    this.settings = settings;
    Files.createDirectories(settings.data());
    Files.setPosixFilePermissions(settings.data(), PosixFilePermissions.fromString("rwx------"));
    SecureRandom random = new SecureRandom();
    KeyFile keys = KeyFile.open(settings.data().resolve("key"), random);
    identity = new Identity(keys.sessionKey(), settings.secret());
    tap =
        settings.device().isPresent()
            ? Tap.open(settings.device().get(), VirtualNet.MTU, settings.offload())
            : null;
    peerFile = new PeerFile(settings.data().resolve("peers"));
    underlay = new UdpUnderlay(settings.port(), this::isOverlay, settings.offload());
    tls =
        new TlsUnderlay(
            settings.tls(),
            settings.data().resolve("tls.p12"),
            this::isOverlay,
            Program::now,
            this::receive);
    node =
        new Node(
            identity,
            Signer.of(keys.signingSeed()),
            new Node.Settings(settings.namespace(), joinBy()),
            random,
            new Underlays(underlay, tls));
    forwarder =
        new Forwarder(
            new Resolvers(settings.resolvers(), Path.of("/etc/resolv.conf"), this::isOverlay),
            random);
    net =
        tap == null
            ? null
            : new VirtualNet(
                node,
                identity.publicKey(),
                tap,
                settings.network(),
                settings.namespace(),
                settings.name(),
                forwarder);
    api = new LocalApi(socket(settings.data()), this);
    inbound = new Inbound(lock, node, net, tap, underlay);
    outbound = tap == null || net == null ? null : new Outbound(lock, tap, net, underlay);
    timer = Thread.ofPlatform().name("ipop-timer").unstarted(this::keepTime);
  }

  /** {@return where the local API listens} */
  static Path socket(Path data) {
    return data.resolve("api.sock");
  }

  void start() {
    log.info(
        "overlay node started address={} namespace={} port={} device={} offload={}",
        identity.address(),
        settings.namespace(),
        underlay.port(),
        tap == null ? "none" : tap.name(),
        tap != null && tap.hasOffload());
    inbound.start();
    if (outbound != null) {
      outbound.start();
    }
    tls.start();
    timer.start();
    api.start();
  }

  /** A datagram of a TLS connection; on that connection's thread. */
  private void receive(Endpoint from, ByteBuffer datagram) {
    lock.lock();
    try {
      node.receive(from, datagram, now());
    } finally {
      lock.unlock();
    }
  }

  /** The configured nodes, and those known from the last time. */
  private List<Contact> joinBy() throws IOException {
    List<Contact> contacts = new ArrayList<>(settings.contacts());
    for (Contact known : peerFile.read()) {
      if (contacts.stream().noneMatch(c -> c.key().equals(known.key()))
          && !known.key().equals(identity.publicKey())) {
        contacts.add(known);
      }
    }
    return contacts;
  }

  private boolean isOverlay(InetAddress address) {
    return address instanceof Inet4Address
        && settings.network().contains(ByteBuffer.wrap(address.getAddress()).getInt());
  }

  private void keepTime() {
    long remembered = now();
    while (!closed) {
      List<Contact> known = List.of();
      lock.lock();
      try {
        long wallMicros = System.currentTimeMillis() * 1000;
        node.tick(now(), wallMicros);
        if (net != null) {
          net.tick(now(), wallMicros / 1000);
        }
        if (now() - remembered > REMEMBER_MILLIS) {
          remembered = now();
          known = node.knownContacts(PeerFile.MAX);
        }
        warnOfCopiedKey();
        warnOfTakenName();
      } finally {
        lock.unlock();
      }
      tls.tick();
      try {
        peerFile.write(known);
        Thread.sleep(TICK_MILLIS);
      } catch (IOException e) {
        log.warn("known peers not saved: {}", e.getMessage());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void warnOfCopiedKey() {
    if (!saidOwnKey && node.counters().ownKeySeen() > 0) {
      saidOwnKey = true;
      log.error(
          "another node runs with this node's key; stop one of them and remove its file {}",
          settings.data().resolve("key"));
    }
  }

  /** What {@code overlay status} shows. */
  record Status(
      String address,
      String key,
      String namespace,
      int port,
      boolean settled,
      long estimatedNodes,
      List<String> addresses,
      String domain,
      String name,
      String nameState,
      List<PeerStatus> peers,
      PingReport pings,
      Map<String, Long> counters) {}

  /** A peer, with the virtual addresses of its that this node has met. */
  record PeerStatus(
      String address,
      String key,
      boolean direct,
      String path,
      String roles,
      List<String> addresses) {}

  private List<PeerStatus> peers() {
    Map<PublicKey, List<Integer>> known = net == null ? Map.of() : net.knownAddresses();
    return node.peers().stream()
        .map(
            peer ->
                new PeerStatus(
                    peer.address().toString(),
                    peer.key().toString(),
                    peer.direct(),
                    peer.path(),
                    peer.roles(),
                    known.getOrDefault(peer.key(), List.of()).stream().map(Network::text).toList()))
        .toList();
  }

  /** {@return empty, {@code held}, or {@code taken by KEY}} */
  private String nameState() {
    if (net == null) {
      return "";
    }
    VirtualNet.HostName name = net.hostName();
    return name.state() + name.holder().map(key -> " by " + key).orElse("");
  }

  private void warnOfTakenName() {
    String now = nameState();
    if (!now.equals(saidOfName)) {
      saidOfName = now;
      if (now.startsWith("taken")) {
        log.warn("host name not ours name={} {}; choose another", settings.name().orElse(""), now);
      }
    }
  }

  private Map<String, Long> counters() {
    Map<String, Long> all = node.counters().all();
    all.putAll(tls.counters());
    all.put("dnsDropped", forwarder.dropped());
    return all;
  }

  Status status() {
    lock.lock();
    try {
      return new Status(
          identity.address().toString(),
          identity.publicKey().toString(),
          settings.namespace(),
          underlay.port(),
          node.isSettled(),
          Math.round(node.estimatedNodes()),
          net == null ? List.of() : net.ownAddresses().stream().map(Network::text).toList(),
          settings.network().domain(),
          settings.name().orElse(""),
          nameState(),
          peers(),
          node.pings().withoutRows(),
          counters());
    } finally {
      lock.unlock();
    }
  }

  /** {@return what the ping test has found} */
  PingReport pings() {
    lock.lock();
    try {
      return node.pings();
    } finally {
      lock.unlock();
    }
  }

  /** Begins a ping test now. {@return what earlier ones have found} */
  PingReport beginPings() {
    lock.lock();
    try {
      node.beginPings(now());
      return node.pings().withoutRows();
    } finally {
      lock.unlock();
    }
  }

  /** Sends an echo through the ring. {@return the hops, or null if it was lost} */
  CompletableFuture<@Nullable List<Address>> echo(Address target) {
    CompletableFuture<@Nullable List<Address>> done = new CompletableFuture<>();
    lock.lock();
    try {
      node.echo(target, now(), done::complete);
    } finally {
      lock.unlock();
    }
    return done;
  }

  /** {@return the node's clock in milliseconds} */
  static long now() {
    return System.nanoTime() / 1_000_000;
  }

  /** Says goodbye to the peers and ends the threads. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    lock.lock();
    try {
      node.close(now());
    } finally {
      lock.unlock();
    }
    api.close();
    tls.close();
    underlay.close();
    if (tap != null) {
      tap.close();
    }
    inbound.close();
    if (outbound != null) {
      outbound.close();
    }
    timer.interrupt();
    log.info("overlay node stopped address={}", identity.address());
  }
}
