package org.gridappliance.agent.envelope;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Holds a program that runs, or is about to: stop it, suspend it, let it go on. Safe from any
 * thread, before, during and after the run; orders given before the start hold from the start.
 */
public final class Reins {

  /** What an envelope does to its running program. Called with the reins' lock held. */
  public interface Harness {
    void kill();

    /** Starts a shell beside the program, which answers on a listening socket. */
    void enter(int listener) throws IOException;

    /** Asks the program to end; ends it when it does not within seconds. */
    void finish();

    void suspend();

    void resume();
  }

  private @Nullable Harness harness;
  private boolean stopped;
  private boolean suspended;
  private boolean finished;

  /** Ends the program; one that has not started yet is not started. */
  public synchronized void stop() {
    stopped = true;
    if (harness != null) {
      harness.kill();
    }
  }

  /** Has the program end as if it did by itself: its files are its result. */
  public synchronized void finish() {
    if (!finished && harness != null) {
      harness.finish();
    }
    finished = true;
  }

  /**
   * Starts a shell beside the program, in its envelope.
   *
   * @param listener a listening Unix socket on which a terminal keeper answers; the caller closes
   *     it
   * @throws IOException in words, when the program does not run or no shell starts
   */
  public synchronized void enter(int listener) throws IOException {
    if (harness == null || stopped) {
      throw new IOException("the program does not run now");
    }
    harness.enter(listener);
  }

  /** Pauses or continues the program; saying the same twice changes nothing. */
  public synchronized void suspend(boolean pause) {
    if (suspended == pause) {
      return;
    }
    suspended = pause;
    if (harness != null && !stopped) {
      if (pause) {
        harness.suspend();
      } else {
        harness.resume();
      }
    }
  }

  /** {@return whether {@link #stop} was called} */
  public synchronized boolean isStopped() {
    return stopped;
  }

  /** {@return whether the program is to pause} */
  public synchronized boolean isSuspended() {
    return suspended;
  }

  /** For envelopes: the program runs now. Orders given before are carried out at once. */
  public synchronized void attach(Harness running) {
    harness = running;
    if (stopped) {
      running.kill();
    } else if (finished) {
      running.finish();
    } else if (suspended) {
      running.suspend();
    }
  }

  /** For envelopes: the program is gone; nothing is called any more once this returns. */
  public synchronized void detach() {
    harness = null;
  }
}
