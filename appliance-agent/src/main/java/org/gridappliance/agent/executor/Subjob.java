package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.gridappliance.agent.envelope.Posix;
import org.gridappliance.agent.envelope.Reins;
import org.gridappliance.agent.envelope.Spec;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.jspecify.annotations.Nullable;

/** A lease in this executor's hands, from the answer that brought it until its result is taken. */
final class Subjob {
  final Lease lease;
  final Reins reins = new Reins();
  private final LiveOutput.Sent sent = new LiveOutput.Sent();
  private volatile Printed.@Nullable Both printed;
  private volatile boolean started;
  private volatile @Nullable Doors doors;
  private int screen = -1;
  private boolean orderedPause;
  private boolean ownersPause;

  Subjob(Lease lease) {
    this.lease = lease;
  }

  /**
   * Makes the places where people who look into it connect.
   *
   * @param own its folder, which the program does not see
   * @return the screen of a program that shows windows, else null
   */
  Spec.@Nullable Screen openDoors(Path own) throws IOException {
    Doors made = new Doors(own);
    doors = made;
    if (lease.interactive() == null) {
      return null;
    }
    screen = made.listen(LeaseProtocol.VNC);
    return new Spec.Screen(screen, "job " + lease.job());
  }

  /** Nobody connects any more. */
  void closeDoors() {
    Doors open = doors;
    if (open != null) {
      open.close();
    }
    Posix.close(screen);
    screen = -1;
  }

  /**
   * {@return a connection to its windows}
   *
   * @throws IOException in words for the person who asked
   */
  SocketChannel connect(String kind) throws IOException {
    Doors open = doors;
    if (open == null || !started) {
      throw new IOException("the subjob has not started yet");
    }
    if (kind.equals(LeaseProtocol.TERMINAL)) {
      return terminal(open);
    }
    if (!kind.equals(lease.interactive())) {
      throw new IOException("the subjob has no " + kind.replaceAll("[^a-z]", "?"));
    }
    return open.connect(kind);
  }

  /** The shell that runs already, else a new one. */
  private synchronized SocketChannel terminal(Doors open) throws IOException {
    try {
      return open.connect(LeaseProtocol.TERMINAL);
    } catch (IOException e) { // nobody has opened one, or its shell has ended
      int listener = open.listen(LeaseProtocol.TERMINAL);
      try {
        reins.enter(listener);
      } finally {
        Posix.close(listener);
      }
      return open.connect(LeaseProtocol.TERMINAL);
    }
  }

  /** Cores it holds, at most all there are. */
  int cpus(int slots) {
    return Math.clamp(lease.limits().cpus(), 1, slots);
  }

  /** Pauses or continues it by order of the portal. */
  synchronized void suspendByOrder(boolean pause) {
    orderedPause = pause;
    reins.suspend(orderedPause || ownersPause);
  }

  /** Pauses or continues it by the wish of this machine's owner. */
  synchronized void suspendByOwner(boolean pause) {
    ownersPause = pause;
    reins.suspend(orderedPause || ownersPause);
  }

  /** Its program is about to run. */
  void start(Printed.Both streams) {
    printed = streams;
    started = true;
  }

  /** What it prints, while it runs, else null. */
  Printed.@Nullable Both printed() {
    return printed;
  }

  void ended() {
    printed = null;
  }

  boolean isStarted() {
    return started;
  }

  /** How much of its output the portal has. Its lock is held while output is sent. */
  LiveOutput.Sent sent() {
    return sent;
  }
}
