package org.gridappliance.agent.envelope;

import java.util.Optional;

/**
 * Runs one program so that it can touch its scratch folder and nothing else: {@link Evm}, and
 * {@link Bubblewrap} where that cannot; {@link Envelopes} chooses.
 */
public interface Envelope {

  /**
   * {@return empty when programs can be contained here, else why not and what to do about it, in
   * words}
   */
  Optional<String> obstacle();

  /** {@return whether it keeps what is on the disk sealed for a subjob that is to be} */
  default boolean seals() {
    return false;
  }

  /**
   * Runs a program to its end, or until a limit or {@code reins} ends it. When this returns, every
   * process that the program started is dead.
   *
   * <p>Blocks. Must be called on a platform thread that outlives the program: the kernel kills the
   * program when the <em>thread</em> that started it ends.
   *
   * @return how it ended; never throws for what the program did
   */
  Outcome run(Spec spec, Reins reins);
}
