package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.time.Duration;
import org.gridappliance.jobs.lease.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A program in its envelope, from the moment its first process exists until it is gone. Shared by
 * the slot's thread, the {@link Watch} and the holder of the {@link Reins}.
 */
final class Running implements Reins.Harness {
  /** How long a program has to save its work. */
  private static final long FINISH_NANOS = 5_000_000_000L;

  /** Starts a shell beside the program whose first process a pidfd names. */
  interface Door {
    void enter(int pidfd, int listener) throws IOException;
  }

  private final Spec spec;
  private final Door door;
  private final ProcessTree tree;
  private final int pidfd;
  private final boolean watchMemory;
  private final long startedNanos = System.nanoTime();

  private @Nullable Failure failure;
  private boolean gone;
  private long finishNanos = -1;
  private long pausedNanos;
  private long pausedSinceNanos = -1;
  private long peakBytes;

  /**
   * @param first pid of the envelope's first process, with whose end all others end
   * @param door starts a shell beside it
   * @param watchMemory whether nobody else keeps the memory limit
   */
  Running(Spec spec, int first, Door door, boolean watchMemory) {
    this.door = door;
    this.spec = spec;
    this.tree = new ProcessTree(first);
    this.pidfd = Posix.pidfdOpen(first);
    this.watchMemory = watchMemory;
  }

  Spec spec() {
    return spec;
  }

  boolean watchMemory() {
    return watchMemory;
  }

  /** {@return time since the start without the time it was suspended} */
  synchronized Duration wall() {
    long now = System.nanoTime();
    long paused = pausedNanos + (pausedSinceNanos < 0 ? 0 : now - pausedSinceNanos);
    return Duration.ofNanos(Math.max(0, now - startedNanos - paused));
  }

  /** Ends all its processes for a reason; the first reason counts. */
  synchronized void fail(Failure reason) {
    if (failure == null) {
      failure = reason;
    }
    kill();
  }

  @Override
  public synchronized void kill() {
    if (!gone) {
      Posix.pidfdSendSignal(pidfd, Signals.SIGKILL);
    }
  }

  @Override
  public synchronized void enter(int listener) throws IOException {
    if (gone) {
      throw new IOException("the program has ended");
    }
    door.enter(pidfd, listener);
  }

  @Override
  public synchronized void finish() {
    if (!gone && finishNanos < 0) {
      finishNanos = Math.max(0, System.nanoTime());
      tree.terminate();
    }
  }

  /** {@return whether it was asked to end} */
  synchronized boolean isFinished() {
    return finishNanos >= 0;
  }

  /** Ends what was asked to end and does not. */
  synchronized void insist() {
    if (finishNanos >= 0 && System.nanoTime() - finishNanos > FINISH_NANOS) {
      kill();
    }
  }

  @Override
  public synchronized void suspend() {
    if (!gone && pausedSinceNanos < 0) {
      tree.suspend();
      pausedSinceNanos = Math.max(0, System.nanoTime());
    }
  }

  @Override
  public synchronized void resume() {
    if (!gone && pausedSinceNanos >= 0) {
      tree.resume();
      pausedNanos += System.nanoTime() - pausedSinceNanos;
      pausedSinceNanos = -1;
    }
  }

  /** {@return resident bytes of all its processes now; remembered as peak} */
  long residentBytes() {
    long bytes = tree.residentBytes();
    if (bytes > spec.limits().memoryBytes()) {
      bytes = tree.proportionalBytes();
    }
    synchronized (this) {
      peakBytes = Math.max(peakBytes, bytes);
    }
    return bytes;
  }

  synchronized long peakBytes() {
    return peakBytes;
  }

  synchronized @Nullable Failure failure() {
    return failure;
  }

  /** Its processes are gone: from now on nothing is sent to them. */
  synchronized void end() {
    if (!gone) {
      gone = true;
      Posix.close(pidfd);
    }
  }
}
