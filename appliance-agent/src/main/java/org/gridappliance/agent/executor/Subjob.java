package org.gridappliance.agent.executor;

import java.nio.file.Path;
import org.gridappliance.agent.envelope.Reins;
import org.gridappliance.jobs.lease.Lease;
import org.jspecify.annotations.Nullable;

/** A lease in this executor's hands, from the answer that brought it until its result is taken. */
final class Subjob {
  final Lease lease;
  final Reins reins = new Reins();
  private final LiveOutput.Sent sent = new LiveOutput.Sent();
  private volatile @Nullable Path streams;
  private volatile boolean started;

  Subjob(Lease lease) {
    this.lease = lease;
  }

  /** Cores it holds, at most all there are. */
  int cpus(int slots) {
    return Math.clamp(lease.limits().cpus(), 1, slots);
  }

  /** Its program is about to run. */
  void start(Path folderOfStreams) {
    streams = folderOfStreams;
    started = true;
  }

  /** The folder with its {@code stdout} and {@code stderr} while it runs, else null. */
  @Nullable Path streams() {
    return streams;
  }

  void ended() {
    streams = null;
  }

  boolean isStarted() {
    return started;
  }

  /** How much of its output the portal has. Its lock is held while output is sent. */
  LiveOutput.Sent sent() {
    return sent;
  }
}
