package org.gridappliance.ipop.program;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.ipop.device.Coalescer;
import org.gridappliance.ipop.device.Tap;
import org.gridappliance.ipop.node.Inlet;
import org.gridappliance.ipop.node.Node;
import org.gridappliance.ipop.services.VirtualNet;
import org.gridappliance.ipop.session.Session;
import org.gridappliance.ipop.underlay.Received;
import org.gridappliance.ipop.underlay.UdpUnderlay;
import org.gridappliance.ipop.wire.Endpoint;
import org.gridappliance.ipop.wire.Frame;
import org.gridappliance.ipop.wire.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in by vectors. {@code ipop-udp}: {@link UdpUnderlay#receive}. {@code ipop-open}: for each
 * run of datagrams {@link Node#inlet} under the node's lock, {@link Session#open} without it,
 * {@link VirtualNet#admit} under it again, and {@link Coalescer} → device. What is no data frame
 * goes to {@link Node#receive}, what is no IP packet to {@link Node#message}.
 */
final class Inbound {

  private static final Logger log = LoggerFactory.getLogger(Inbound.class);
  private static final int SLOTS = 4;

  /** Vectors up to this many bytes are opened where they were received. */
  private static final int SMALL = 8192;

  private static final int IPV4 = 20;
  private static final int DATA = 4;

  private final ReentrantLock lock;
  private final Node node;
  private final @Nullable VirtualNet net;
  private final @Nullable Coalescer device;
  private final UdpUnderlay underlay;
  private final Stage<Received> opening;
  private final Thread receiving;
  private volatile boolean closed;

  /** One run's messages, opened: each with room for an Ethernet header in front. */
  private final byte[] plain = new byte[2 * 0x10000];

  private final ByteBuffer plainBuffer = ByteBuffer.wrap(plain);
  private final int[] offset = new int[0x10000 / Frame.DATA_MIN + 1];
  private final int[] length = new int[offset.length];
  private final long[] mac = new long[offset.length];

  Inbound(
      ReentrantLock lock,
      Node node,
      @Nullable VirtualNet net,
      @Nullable Tap tap,
      UdpUnderlay underlay) {
    this.lock = lock;
    this.node = node;
    this.net = net;
    this.underlay = underlay;
    device = tap == null ? null : new Coalescer(tap);
    opening = new Stage<>("ipop-open", SLOTS, Received::new, this::open);
    receiving = Thread.ofPlatform().name("ipop-udp").daemon().unstarted(this::receive);
  }

  void start() {
    opening.start();
    receiving.start();
  }

  void close() {
    closed = true;
    opening.close();
  }

  private void receive() {
    try {
      while (!closed) {
        Received received = opening.claim();
        if (!underlay.receive(received) || closed) {
          return;
        }
        if (received.size() <= SMALL) {
          opening.passNow();
        } else {
          opening.pass();
        }
      }
    } catch (IOException e) {
      log.warn("cannot receive: {}", e.getMessage());
    }
  }

  /** Runs on {@code ipop-open}, or on {@code ipop-udp} while that is idle. */
  private void open(Received received) {
    for (int run = 0; run < received.runs(); run++) {
      Endpoint from = received.from(run);
      if (from == null) {
        continue;
      }
      byte[] bytes = received.bytes();
      int position = received.offset(run);
      int end = position + received.length(run);
      int step = received.segment(run);
      while (position < end) {
        if (isData(bytes, position, Math.min(step, end - position))) {
          position = openRun(bytes, position, end, step, from);
        } else {
          int size = Math.min(step, end - position);
          other(from, ByteBuffer.wrap(bytes, position, size).slice());
          position += size;
        }
      }
    }
    if (device != null) {
      device.flush();
    }
  }

  private void other(Endpoint from, ByteBuffer datagram) {
    lock.lock();
    try {
      node.receive(from, datagram, Program.now());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Opens consecutive data frames of one session.
   *
   * @return where the first that is none of them starts
   */
  private int openRun(byte[] bytes, int start, int end, int step, Endpoint from) {
    int index = index(bytes, start);
    Inlet inlet;
    lock.lock();
    try {
      inlet = node.inlet(index, Program.now());
    } finally {
      lock.unlock();
    }
    int opened = 0;
    int packets = 0;
    int forged = 0;
    int used = 0;
    int position = start;
    while (position < end) {
      int size = Math.min(step, end - position);
      if (!isData(bytes, position, size) || index(bytes, position) != index) {
        break;
      }
      int room = used + VirtualNet.HEADER - 1;
      int got = inlet == null ? -1 : open(inlet.session(), bytes, position, size, room);
      if (got >= 0) {
        offset[opened] = room;
        length[opened++] = got;
        packets += got > 0 && plain[room] == Message.IP ? 1 : 0;
        used = room + got;
      } else {
        forged++;
      }
      position += size;
    }
    if (inlet != null) {
      deliver(inlet, from, opened, packets, forged);
    }
    return position;
  }

  private int open(Session session, byte[] bytes, int position, int size, int room) {
    long counter = ByteBuffer.wrap(bytes).getLong(position + 8);
    int text = position + Frame.DATA_HEADER;
    return session.open(counter, bytes, text, size - Frame.DATA_HEADER, plain, room);
  }

  private void deliver(Inlet inlet, Endpoint from, int opened, int packets, int forged) {
    lock.lock();
    try {
      long now = Program.now();
      if (!node.opened(inlet, from, opened, packets, forged, now)) {
        return;
      }
      for (int i = 0; i < opened; i++) {
        if (length[i] > 0 && plain[offset[i]] == Message.IP) {
          mac[i] = admit(inlet, offset[i] + 1, length[i] - 1, now);
        } else {
          mac[i] = -1;
          node.message(inlet, from, plainBuffer.slice(offset[i], length[i]), now);
        }
      }
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < opened; i++) {
      if (mac[i] >= 0 && device != null) {
        int frame = offset[i] + 1 - VirtualNet.HEADER;
        VirtualNet.header(plain, frame, mac[i]);
        device.write(plain, frame, length[i] - 1 + VirtualNet.HEADER);
      }
    }
    if (device != null) {
      device.flush(); // the next run's text takes this one's place
    }
  }

  private long admit(Inlet inlet, int packet, int size, long now) {
    if (net == null) {
      return -1;
    }
    ByteBuffer buffer = plainBuffer.slice(packet, size);
    boolean isIpv4 = size >= IPV4 && (plain[packet] & 0xf0) == 0x40;
    long to = isIpv4 ? net.admit(inlet.key(), buffer, now) : -1;
    if (to < 0) {
      net.fromPeer(inlet.key(), buffer);
    }
    return to;
  }

  private static boolean isData(byte[] bytes, int at, int size) {
    return size >= Frame.DATA_MIN
        && bytes[at] == DATA
        && (bytes[at + 1] | bytes[at + 2] | bytes[at + 3]) == 0;
  }

  private static int index(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).getInt(at + 4);
  }
}
