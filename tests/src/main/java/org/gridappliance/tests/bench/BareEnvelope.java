package org.gridappliance.tests.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.gridappliance.agent.envelope.Envelope;
import org.gridappliance.agent.envelope.Outcome;
import org.gridappliance.agent.envelope.Reins;
import org.gridappliance.agent.envelope.Spec;

/**
 * No envelope at all, to tell what ours costs. Lives here so that no running appliance can be
 * talked into it.
 */
final class BareEnvelope implements Envelope {
  @Override
  public Optional<String> obstacle() {
    return Optional.empty();
  }

  @Override
  public Outcome run(Spec spec, Reins reins) {
    long start = System.nanoTime();
    try {
      Process process =
          new ProcessBuilder(spec.command())
              .directory(spec.work().toFile())
              .redirectOutput(spec.stdout().toFile())
              .redirectError(spec.stderr().toFile())
              .start();
      int status = process.waitFor();
      Duration wall = Duration.ofNanos(System.nanoTime() - start);
      return new Outcome(status, null, null, wall, null, null);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
