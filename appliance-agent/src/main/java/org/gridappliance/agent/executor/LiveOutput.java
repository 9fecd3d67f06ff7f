package org.gridappliance.agent.executor;

import java.io.IOException;
import org.gridappliance.jobs.lease.Lease;

/**
 * Sends what a program printed, by offset, so that the page can show its tail while it runs: at
 * most once a second and a bounded piece each time.
 */
final class LiveOutput {
  static final int PIECE = 256 << 10;

  /** How far the portal is. Guarded by itself while something is sent. */
  static final class Sent {
    private final Stream stdout = new Stream("stdout");
    private final Stream stderr = new Stream("stderr");
    private volatile boolean touched;

    /** Whether anything was or may have been sent; then the output must go this way to its end. */
    boolean isTouched() {
      return touched;
    }

    Stream stdout() {
      return stdout;
    }

    Stream stderr() {
      return stderr;
    }
  }

  /** One of the two streams. */
  static final class Stream {
    private final String name;
    private long offset;

    Stream(String name) {
      this.name = name;
    }

    Stream(String name, long offset) {
      this.name = name;
      this.offset = offset;
    }

    long offset() {
      return offset;
    }
  }

  private final PortalClient portal;

  LiveOutput(PortalClient portal) {
    this.portal = portal;
  }

  /** Sends a next piece of a running subjob's output; another try follows when it fails. */
  void send(Subjob subjob) throws IOException, InterruptedException {
    Sent sent = subjob.sent();
    synchronized (sent) {
      Printed.Both printed = subjob.printed();
      if (printed == null) {
        return;
      }
      for (Stream stream : new Stream[] {sent.stdout, sent.stderr}) {
        Printed from = stream == sent.stdout ? printed.stdout() : printed.stderr();
        if (from.size() > stream.offset) {
          sent.touched = true;
          if (subjob.printed() == null) { // it ended just now and may have its output inside
            return;
          }
          long most = subjob.lease.limits().outputBytes();
          piece(subjob.lease, from, stream, most);
        }
      }
    }
  }

  /** Sends all that is left of one stream. */
  void finish(String lease, long fence, Printed from, Stream stream, long most)
      throws IOException, InterruptedException {
    while (piece(lease, fence, from, stream, most)) {
      // next piece
    }
  }

  private void piece(Lease lease, Printed from, Stream stream, long most)
      throws IOException, InterruptedException {
    piece(lease.lease(), lease.fence(), from, stream, most);
  }

  /** {@return whether the portal has something new, so that another piece may follow} */
  private boolean piece(String lease, long fence, Printed from, Stream stream, long most)
      throws IOException, InterruptedException {
    int count = Math.clamp(most - stream.offset, 0, PIECE);
    byte[] bytes = from.read(stream.offset, count);
    if (bytes.length == 0) {
      return false;
    }
    long size = portal.append(lease, stream.name, fence, stream.offset, bytes);
    boolean moved = size != stream.offset; // not when the portal has as much as it wants
    stream.offset = size;
    return moved;
  }
}
