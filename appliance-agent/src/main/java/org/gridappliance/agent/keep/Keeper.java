package org.gridappliance.agent.keep;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.gridappliance.agent.settings.ApplianceYaml.Wrong;

/**
 * Keeps one part of this machine running, on a thread of its own: prepare → run until it ends →
 * again after 1, 2, 4 … {@value #LONGEST_WAIT} s, from 1 s again once it ran for a minute. Where it
 * cannot be it keeps the words why. Safe for all threads.
 */
public final class Keeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Keeper.class.getName());
  private static final int LONGEST_WAIT = 60;

  /** What is kept running. Called by the keeper's thread only. */
  public interface Part {
    /**
     * Lays everything out.
     *
     * @return why it cannot be started; empty when it can
     * @throws Wrong when the settings cannot be; nothing is tried until they are changed
     */
    Optional<Obstacle> prepare() throws IOException, Wrong, InterruptedException;

    /** Starts it, and returns when it has ended. */
    void run() throws IOException, InterruptedException;
  }

  /**
   * Why it cannot be started.
   *
   * @param why in words for people, with the remedy
   * @param lasts whether only a person changes that: nothing is tried before {@link #changed}
   */
  public record Obstacle(String why, boolean lasts) {}

  private final String what;
  private final Part part;
  private final Thread thread;

  /** Released when a person wants it otherwise. */
  private final Semaphore changed = new Semaphore(0);

  private volatile String why = "it is being started";
  private volatile boolean isClosed;

  /**
   * @param name of the thread
   * @param what it is called in the log
   */
  public Keeper(String name, String what, Part part) {
    this.what = what;
    this.part = part;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::keep);
  }

  /** Begins; returns at once. */
  public void start() {
    thread.start();
  }

  /** A person wants it otherwise: it is tried at once when it is off now. */
  public void changed() {
    changed.release();
  }

  /** {@return why it is off; empty while it runs} */
  public String why() {
    return why;
  }

  /** {@return whether it is to end} */
  public boolean isClosed() {
    return isClosed;
  }

  /** It runs now. */
  public void on() {
    why = "";
  }

  /** It does not run now, for that reason. */
  public void off(String reason) {
    if (!reason.equals(why)) {
      LOG.log(System.Logger.Level.INFO, "{0} is off: {1}", what, reason);
    }
    why = reason;
  }

  private void keep() {
    int wait = 1;
    try {
      while (!isClosed) {
        long began = System.nanoTime();
        if (turn()) {
          changed.acquire();
          wait = 1;
          continue;
        }
        if (System.nanoTime() - began > TimeUnit.MINUTES.toNanos(1)) {
          wait = 1;
        }
        if (!isClosed) {
          if (changed.tryAcquire(wait, TimeUnit.SECONDS)) {
            wait = 1;
          }
          wait = Math.min(LONGEST_WAIT, wait * 2);
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  /** Tries once. {@return whether only a person's change is worth another try} */
  private boolean turn() throws InterruptedException {
    try {
      Optional<Obstacle> obstacle = part.prepare();
      if (obstacle.isPresent()) {
        off(obstacle.get().why());
        return obstacle.get().lasts();
      }
      part.run();
      return false;
    } catch (Wrong e) {
      off(String.valueOf(e.getMessage()));
      return true;
    } catch (IOException e) {
      off(String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** Ends the trying; what runs now is the owner's to stop. */
  @Override
  public void close() {
    close(() -> {});
  }

  /** Ends the trying, and stops what runs before the thread that started it ends. */
  public void close(Runnable stop) {
    isClosed = true;
    stop.run();
    thread.interrupt();
  }
}
