package org.gridappliance.agent.pool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What only the pool's administrator may do, with HTCondor's own programs and the token of the
 * manager's daemons, which nobody else has.
 */
record CondorAdmin(PoolFolders folders, Path root) {
  private static final System.Logger LOG = System.getLogger(CondorAdmin.class.getName());
  private static final int PATIENCE_SECONDS = 20;

  /**
   * Has a machine's startd end what it runs, or stop it at once, or take work again. That it gets
   * no more is the negotiator's doing, see {@link Standings}: a machine that does not answer now
   * loses nothing by it.
   *
   * @param standing {@code open}, {@code draining} or {@code banned}
   */
  void drain(String address, String standing) throws IOException, InterruptedException {
    String slot = "slot1@" + CondorConfig.host(address);
    run("condor_drain", "-cancel", slot); // another kind of draining may be under way
    switch (standing) {
      case "draining" -> run("condor_drain", "-graceful", slot);
      case "banned" -> run("condor_drain", "-fast", slot);
      default -> {}
    }
  }

  /**
   * Has another pool's collector forget that people of this schedd want something there. Its
   * negotiator would otherwise go on to ask for their jobs, on a connection it holds, until the
   * last it heard of them is 15 minutes old.
   *
   * @param other the other pool's manager
   * @param own this schedd's address
   */
  void leave(String other, String own) throws IOException, InterruptedException {
    String query =
        """
        MyType = "Query"
        TargetType = "Submitter"
        Requirements = ScheddName == "%s"
        """
            .formatted(CondorConfig.host(own));
    tell(query, "condor_advertise", "-tcp", "-pool", other, "INVALIDATE_SUBMITTOR_ADS");
  }

  /**
   * {@return an attribute of the ad that a pool's collector has of itself; empty when it did not
   * answer, {@code undefined} where the ad has none} Any token that reads will do.
   *
   * @param manager the collector's address
   */
  Optional<String> ofCollector(String manager, String attribute)
      throws IOException, InterruptedException {
    String collector = "Machine == \"%s\"".formatted(CondorConfig.host(manager));
    Said said = ask("", "condor_status", "-collector", "-constraint", collector, "-af", attribute);
    return said.status() == 0 && !said.text().isBlank()
        ? Optional.of(said.text().strip())
        : Optional.empty();
  }

  private void run(String... words) throws IOException, InterruptedException {
    tell("", words);
  }

  private void tell(String input, String... words) throws IOException, InterruptedException {
    Said said = ask(input, words);
    if (said.status() != 0) {
      LOG.log(
          System.Logger.Level.INFO,
          "{0}: {1}",
          String.join(" ", words),
          said.text().replaceAll("\\s+", " ").strip());
    }
  }

  private record Said(int status, String text) {}

  private Said ask(String input, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(CondorLaunch.command(folders, root, "admin", "", false));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // it ended before; what it said tells why
    }
    Thread watch =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                      process.destroyForcibly();
                    }
                  } catch (InterruptedException e) {
                    process.destroyForcibly();
                  }
                });
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    watch.join();
    return new Said(process.waitFor(), said);
  }
}
