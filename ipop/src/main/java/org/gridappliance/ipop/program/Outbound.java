package org.gridappliance.ipop.program;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.ipop.device.Frames;
import org.gridappliance.ipop.device.Segmenter;
import org.gridappliance.ipop.device.Tap;
import org.gridappliance.ipop.node.Outlet;
import org.gridappliance.ipop.services.VirtualNet;
import org.gridappliance.ipop.session.Session;
import org.gridappliance.ipop.underlay.SendBatch;
import org.gridappliance.ipop.underlay.UdpUnderlay;
import org.gridappliance.ipop.wire.Message;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way out by vectors. {@code ipop-device}: {@link Tap#read} → {@link VirtualNet#outlet} under
 * the node's lock. {@code ipop-seal}: {@link Segmenter} → {@link Session#seal} → {@link
 * SendBatch#flush}, without it. What has no outlet (ARP, DHCP, DNS, a path through a relay, an
 * address not known yet) is cut and handed to {@link VirtualNet#fromDevice} at once.
 */
final class Outbound {

  private static final Logger log = LoggerFactory.getLogger(Outbound.class);
  private static final int SLOTS = 8;

  /** Vectors up to this many bytes are sealed where they were read. */
  private static final int SMALL = 8192;

  /** What was read in one go, and where each frame goes. */
  private static final class Vector {
    private final Frames frames = new Frames();
    private final @Nullable Outlet[] outlets = new Outlet[64];
  }

  private final ReentrantLock lock;
  private final Tap tap;
  private final VirtualNet net;
  private final SendBatch batch;
  private final Segmenter segmenter = new Segmenter();
  private final Segmenter slowly = new Segmenter();
  private final Stage<Vector> sealing;
  private final Thread reading;
  private volatile boolean closed;

  Outbound(ReentrantLock lock, Tap tap, VirtualNet net, UdpUnderlay underlay) {
    this.lock = lock;
    this.tap = tap;
    this.net = net;
    batch = underlay.batch();
    sealing = new Stage<>("ipop-seal", SLOTS, Vector::new, this::seal);
    reading = Thread.ofPlatform().name("ipop-device").daemon().unstarted(this::read);
  }

  void start() {
    sealing.start();
    reading.start();
  }

  void close() {
    closed = true;
    sealing.close();
  }

  private void read() {
    try {
      while (!closed) {
        Vector vector = sealing.claim();
        if (!tap.read(vector.frames) || closed) {
          return;
        }
        if (!findOutlets(vector)) {
          continue;
        }
        if (vector.frames.size() <= SMALL) {
          sealing.passNow();
        } else {
          sealing.pass();
        }
      }
    } catch (IOException e) {
      log.error("device lost: {}", e.getMessage());
    }
  }

  /** {@return whether there is anything to seal} */
  private boolean findOutlets(Vector vector) {
    Frames frames = vector.frames;
    Arrays.fill(vector.outlets, null);
    boolean any = false;
    lock.lock();
    try {
      long now = Program.now();
      for (int i = 0; i < frames.count(); i++) {
        Outlet outlet =
            net.outlet(
                frames.bytes(),
                frames.offset(i),
                frames.length(i),
                Segmenter.packets(frames, i),
                now);
        vector.outlets[i] = outlet;
        any |= outlet != null;
        if (outlet == null) {
          slowly.start(frames, i);
          while (slowly.next()) {
            net.fromDevice(frames.bytes(), slowly.offset(), slowly.length(), now);
          }
        }
      }
    } finally {
      lock.unlock();
    }
    return any;
  }

  /** Runs on {@code ipop-seal}, or on {@code ipop-device} while that is idle. */
  private void seal(Vector vector) {
    Frames frames = vector.frames;
    for (int i = 0; i < frames.count(); i++) {
      Outlet outlet = vector.outlets[i];
      if (outlet != null) {
        segmenter.start(frames, i);
        while (segmenter.next()) {
          seal(outlet, frames.bytes(), segmenter.offset(), segmenter.length());
        }
      }
    }
    batch.flush();
  }

  private void seal(Outlet outlet, byte[] bytes, int frame, int frameLength) {
    int packet = frame + VirtualNet.HEADER;
    int total = (bytes[packet + 2] & 0xff) << 8 | (bytes[packet + 3] & 0xff);
    int length = Math.min(total, frameLength - VirtualNet.HEADER) + 1; // without padding
    bytes[packet - 1] = Message.IP;
    batch.reserve(length + Session.OVERHEAD);
    int size = outlet.session().seal(bytes, packet - 1, length, batch.bytes(), batch.end());
    if (size > 0) {
      batch.add(outlet.endpoint(), size);
    }
  }
}
