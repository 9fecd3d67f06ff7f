package org.gridappliance.agent.executor;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.gridappliance.agent.envelope.Envelope;
import org.gridappliance.agent.envelope.Outcome;
import org.gridappliance.agent.envelope.Spec;
import org.gridappliance.evm.EvmReach;
import org.gridappliance.evm.EvmResult;
import org.gridappliance.evm.HostFinder;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.evm.seal.SealException;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * Takes one subjob from its lease to its parcel: inputs from the cache → scratch folder → envelope
 * → outputs into the spool → scratch gone. Runs on the slot's platform thread.
 */
final class Runner {
  private static final System.Logger LOG = System.getLogger(Runner.class.getName());
  private static final long ROOM_BYTES = 16L << 20;
  private static final long LOOK_MILLIS = 500;
  private static final long FULL_PATIENCE_MILLIS = 60_000;
  private static final int FULL_TRIES = 3;
  private static final Failure FULL =
      Failure.of(
          Failure.Kind.EXECUTOR,
          "The executor's disk is full.",
          "It is tried on another executor; free space on that machine.");

  private final PortalClient portal;
  private final Envelope envelope;
  private final InputCache cache;
  private final SealedCache sealed;
  private final BundleCache bundles;
  private final Path scratch;
  private final Path spool;
  private final Runnable started;
  private final AtomicLong number = new AtomicLong();

  /**
   * @param started told when a program with windows is about to run
   */
  Runner(
      PortalClient portal,
      Envelope envelope,
      InputCache cache,
      SealedCache sealed,
      BundleCache bundles,
      Path scratch,
      Path spool,
      Runnable started) {
    this.started = started;
    this.portal = portal;
    this.envelope = envelope;
    this.cache = cache;
    this.sealed = sealed;
    this.bundles = bundles;
    this.scratch = scratch;
    this.spool = spool;
  }

  /**
   * {@return the result with its files, or empty when the subjob was stopped meanwhile: then nobody
   * wants it}
   *
   * <p>While this machine's disk is full a subjob waits, and what ran then runs again: neither its
   * exit status nor its files can be trusted.
   */
  Optional<Parcel> run(Subjob subjob, int slot) throws InterruptedException {
    Failure failure = FULL;
    for (int tries = 0; tries < FULL_TRIES && awaitRoom(subjob); tries++) {
      try {
        Optional<Parcel> parcel = once(subjob, slot);
        if (hasRoom() || subjob.reins.isStopped()) {
          return parcel;
        }
        if (parcel.isPresent()) {
          parcel.get().discard(); // it has no name, so it would fill the disk unseen
        }
      } catch (SealException e) {
        failure = Outcome.altered(String.valueOf(e.getMessage()));
        break;
      } catch (IOException e) {
        failure =
            Failure.of(
                Failure.Kind.EXECUTOR,
                "The executor could not handle the subjob's files: " + e + ".",
                "See the executor's log, and whether its disk is full.");
        if (hasRoom()) {
          break; // another executor may do better
        }
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} is full: {1} runs again",
          scratch,
          subjob.lease.lease());
      Scratch.remove(spool.resolve(subjob.lease.lease()));
    }
    return subjob.reins.isStopped()
        ? Optional.empty()
        : Optional.of(Parcel.light(failed(subjob.lease, failure)));
  }

  /** {@return the answer for a lease that the owner of this machine gives back} */
  static Parcel given(Lease lease, String why) {
    return Parcel.light(
        failed(
            lease,
            Failure.of(
                Failure.Kind.OWNER,
                "Its computer was wanted: " + why + ".",
                "It runs again on another computer, or here when it is free.")));
  }

  /** What a program did while the disk was full tells nothing about it. */
  private boolean hasRoom() {
    return scratch.toFile().getUsableSpace() >= ROOM_BYTES;
  }

  /** {@return whether there is room, at once or before the patience ends} */
  private boolean awaitRoom(Subjob subjob) throws InterruptedException {
    for (long waited = 0; !hasRoom(); waited += LOOK_MILLIS) {
      if (waited >= FULL_PATIENCE_MILLIS || subjob.reins.isStopped()) {
        return false;
      }
      Thread.sleep(LOOK_MILLIS); // the kernel tells nobody when a disk has room again
    }
    return true;
  }

  private Optional<Parcel> once(Subjob subjob, int slot) throws IOException, InterruptedException {
    Lease lease = subjob.lease;
    Path own = scratch.resolve(Long.toString(number.incrementAndGet()));
    Sandbox sandbox = lease.sandbox() == null ? Sandbox.PLAIN : lease.sandbox();
    Bundle bundle = null;
    Scratch place = null;
    try {
      place = place(lease, own, sandbox.sealKey());
      Failure missing = place.stageIn(lease, portal);
      if (missing != null) {
        return Optional.of(Parcel.light(failed(lease, missing)));
      }
      try {
        bundle = sandbox.bundle() == null ? null : bundles.take(sandbox.bundle(), source(lease));
      } catch (IOException e) {
        return Optional.of(Parcel.light(failed(lease, Scratch.notHere("application", e))));
      }
      Spec.Code code =
          new Spec.Code(
              bundle,
              sandbox.allow().contains(Sandbox.GENERATED_CODE),
              sandbox.allow().contains(Sandbox.OWN_PROGRAMS),
              reach(sandbox));
      Spec.Screen screen = subjob.openDoors(own);
      subjob.start(place.printed());
      if (screen != null) {
        started.run(); // somebody waits for its windows
      }
      Outcome outcome = envelope.run(place.spec(lease, screen, slot, code, 0), subjob.reins);
      for (int run = 1; wroteItsState(lease, outcome) && !subjob.reins.isStopped(); run++) {
        Spec again = place.spec(within(lease, outcome.wall()), screen, slot, code, run);
        outcome = Outcome.after(outcome, envelope.run(again, subjob.reins));
      }
      subjob.ended();
      subjob.closeDoors();
      log(lease, outcome);
      return subjob.reins.isStopped()
          ? Optional.empty()
          : Optional.of(Packer.pack(subjob, outcome, place));
    } catch (HostFinder.Refused e) {
      return Optional.of(
          Parcel.light(
              failed(
                  lease,
                  Failure.of(
                      e.isUnknown() ? Failure.Kind.INPUT : Failure.Kind.PROGRAM,
                      "It may not be run: " + e.getMessage() + ".",
                      "Correct the host in the application's network, or ask an administrator."))));
    } finally {
      subjob.ended();
      subjob.closeDoors();
      if (place == null) {
        Scratch.remove(own);
      } else {
        place.close();
      }
      if (bundle != null) {
        bundles.release(bundle);
      }
    }
  }

  /** Names are found here, outside: inside there is no name service. */
  private static List<EvmReach> reach(Sandbox sandbox) throws HostFinder.Refused {
    List<EvmReach> found = new ArrayList<>();
    HostFinder finder = sandbox.network().isEmpty() ? null : HostFinder.ofThisMachine();
    for (Sandbox.Host one : sandbox.network()) {
      found.add(requireNonNull(finder).find(one.host(), one.port(), sandbox.privateNetwork()));
    }
    return found;
  }

  private static void log(Lease lease, Outcome outcome) {
    for (EvmResult.Reached one : outcome.reached()) {
      LOG.log(
          System.Logger.Level.INFO,
          "hosts reached job={0} subjob={1} host={2} port={3} connections={4} failed={5}"
              + " sentBytes={6} receivedBytes={7}",
          Long.toString(lease.job()),
          Integer.toString(lease.index()),
          one.host(),
          Integer.toString(one.port()),
          Long.toString(one.connections()),
          Long.toString(one.failed()),
          Long.toString(one.sentBytes()),
          Long.toString(one.receivedBytes()));
    }
  }

  private Scratch place(Lease lease, Path own, @Nullable String key) throws IOException {
    if (key == null) {
      return new OpenScratch(own, spool, lease.lease(), cache);
    }
    cache.forgetUnused();
    return new SealedScratch(own, key, sealed);
  }

  private InputCache.Source source(Lease lease) {
    return (file, into) -> portal.fetch(lease.lease(), file.sha256(), file.bytes(), into);
  }

  /** It ended only to be started again in the folder that holds its state. */
  private static boolean wroteItsState(Lease lease, Outcome outcome) {
    Integer status = outcome.exitCode();
    return lease.checkpoint() != null
        && outcome.failure() == null
        && status != null
        && status == Lease.CHECKPOINTED;
  }

  /** {@return the same with what is left of its time} */
  private static Lease within(Lease lease, Duration used) {
    Limits all = lease.limits();
    return lease.withLimits(
        new Limits(
            all.cpus(),
            all.memoryBytes(),
            all.diskBytes(),
            all.processes(),
            Math.max(1, all.wallSeconds() - used.toMillis() / 1e3),
            all.outputBytes()));
  }

  static SubjobResult failed(Lease lease, Failure failure) {
    return new SubjobResult(
        lease.lease(), lease.fence(), null, null, failure, 0, null, null, List.of(), "", "");
  }
}
