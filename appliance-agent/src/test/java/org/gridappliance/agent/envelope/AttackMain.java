package org.gridappliance.agent.envelope;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.lease.Limits;

/**
 * Runs in a JVM of its own. {@code attack FOLDER}: all {@link Attacks}, a line each; {@code hold
 * FOLDER MARK}: one program that never ends, so that somebody can kill this JVM.
 */
final class AttackMain {
  private AttackMain() {}

  public static void main(String[] arguments) throws IOException {
    try (Trial trial = new Trial(Path.of(arguments[1]))) {
      System.out.println(trial.envelope.obstacle().orElse("ready"));
      if (arguments[0].equals("hold")) {
        trial.run(
            new Limits(1, 1L << 28, 1 << 20, 16, 600, 1 << 16),
            List.of("perl", "-e", "fork; sleep 1 while 1", arguments[2]),
            Map.of(),
            List.of(),
            new Reins());
        return;
      }
      for (var attack : new Attacks(trial).all().entrySet()) {
        try {
          attack.getValue().run();
          System.out.println("held " + attack.getKey());
        } catch (AssertionError | IOException e) {
          System.out.println("FELL " + attack.getKey() + ": " + e);
        }
      }
    }
  }
}
