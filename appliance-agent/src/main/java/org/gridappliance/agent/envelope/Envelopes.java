package org.gridappliance.agent.envelope;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The envelopes of one machine: the {@link Evm} for every program, {@link Bubblewrap} for programs
 * that show windows (their X server needs a terminal device and a socket of ours), and for all of
 * this machine's programs where the Entropia VM cannot run.
 */
public final class Envelopes implements Envelope, AutoCloseable {
  private final Evm evm;
  private final Bubblewrap bubblewrap;

  /**
   * Prepares both.
   *
   * @param folder for what they need themselves; made
   * @param firstUid user number of slot 0 where the agent is root; slot n has {@code firstUid + n}
   * @param slots how many programs may run at once
   */
  public Envelopes(Path folder, int firstUid, int slots) {
    bubblewrap = new Bubblewrap(folder, firstUid, slots);
    evm = new Evm(folder.resolve("evm"), firstUid);
  }

  /** {@return empty when programs run here: in the Entropia VM, else in bubblewrap} */
  @Override
  public Optional<String> obstacle() {
    return evm.obstacle().isEmpty() ? Optional.empty() : bubblewrap.obstacle();
  }

  @Override
  public boolean seals() {
    return evm.seals();
  }

  /** {@return why programs run in bubblewrap only; empty when they run in the Entropia VM} */
  public Optional<String> fallback() {
    return evm.obstacle();
  }

  /** {@return how memory is limited here, in words} */
  public String memoryGuard() {
    return evm.obstacle().isEmpty() ? evm.memoryGuard() : bubblewrap.memoryGuard();
  }

  @Override
  public Outcome run(Spec spec, Reins reins) {
    if (spec.sealed() != null && evm.obstacle().isPresent()) {
      return Outcome.failed(
          EvmWords.broken(
              "its data is to lie sealed here, which wants the Entropia VM: "
                  + evm.obstacle().get()));
    }
    if (spec.screen() != null && spec.code().bundle() == null) {
      return bubblewrap.run(spec, reins);
    }
    if (!spec.code().reach().isEmpty() && evm.obstacle().isPresent()) {
      return Outcome.failed(
          EvmWords.broken(
              "it connects to hosts outside, which wants the Entropia VM: "
                  + evm.obstacle().get()));
    }
    if (evm.obstacle().isPresent() && spec.code().bundle() == null) {
      return bubblewrap.run(spec, reins);
    }
    return evm.run(spec, reins);
  }

  @Override
  public void close() {
    evm.close();
    bubblewrap.close();
  }
}
