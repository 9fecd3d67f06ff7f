package org.gridappliance.portal.desktops;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.vnc.rfb.Snapshot;

/** Small pictures of desktops, taken when asked for. Blocks for some 20 ms. Thread-safe. */
final class Thumbnails {
  private static final int AT_ONCE = 4;
  private static final int SECONDS = 3;

  private final Semaphore busy = new Semaphore(AT_ONCE);

  /** {@return a PNG file} */
  byte[] of(AgentDesktop desktop) {
    if (!busy.tryAcquire()) {
      throw new Problem(503, "Busy", AT_ONCE + " pictures are being taken; ask again");
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(desktop.socket()));
      Thread guard = Thread.ofVirtual().start(() -> cut(channel));
      try {
        return Snapshot.png(Channels.newInputStream(channel), Channels.newOutputStream(channel));
      } finally {
        guard.interrupt();
      }
    } catch (IOException e) {
      throw new Problem(503, "No picture", desktop.title() + " gave no picture: " + e.getMessage());
    } finally {
      busy.release();
    }
  }

  /** A desktop that does not answer in time is not waited for. */
  private static void cut(SocketChannel channel) {
    try {
      TimeUnit.SECONDS.sleep(SECONDS);
      channel.close();
    } catch (InterruptedException | IOException e) {
      // the picture is there
    }
  }
}
