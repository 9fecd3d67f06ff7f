package org.gridappliance.jobs.condor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * HTCondor's own programs, each one call. Blocks for 10 ms to {@value #PATIENCE_SECONDS} s, less
 * than a lease holds without a heartbeat. What they print with {@code -json} when there is nothing
 * is nothing, not an empty list.
 */
final class CondorTools {
  private static final int PATIENCE_SECONDS = 20;
  private static final int MOST_BYTES = 128 << 20;
  private static final Pattern CLUSTER = Pattern.compile("^(\\d+)\\.\\d+", Pattern.MULTILINE);
  private static final Pattern PASSING =
      Pattern.compile(
          "(?i)connect|communication|authenticat|timed out|secman|can't find address|locate|"
              + "cannot allocate a cluster id|not reachable|queue manager");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** HTCondor does not answer now; the same may go through later. */
  static final class Away extends IOException {
    private static final long serialVersionUID = 1;

    Away(String message) {
      super(message);
    }
  }

  /** HTCondor refuses; the same would be refused again. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  private final CondorDoor.Access access;

  CondorTools(CondorDoor.Access access) {
    this.access = access;
  }

  /** {@return the cluster that a submit file has become} */
  int submit(String file) throws IOException, InterruptedException {
    String said = run("condor_submit", "-terse", "-name", access.schedd(), file);
    Matcher found = CLUSTER.matcher(said);
    if (!found.find()) {
      throw new Away("condor_submit named no cluster: " + shortened(said));
    }
    return Integer.parseInt(found.group(1));
  }

  /** {@return the jobs in the queue that fit, with these attributes} */
  List<JsonNode> queue(String constraint, String attributes)
      throws IOException, InterruptedException {
    return list(
        run(
            "condor_q",
            "-name",
            access.schedd(),
            "-allusers",
            "-json",
            "-attributes",
            attributes,
            "-constraint",
            constraint));
  }

  /** {@return what HTCondor says of why a job waits, by its name as {@code 12.0}} */
  String analyze(String job) throws IOException, InterruptedException {
    return run("condor_q", "-name", access.schedd(), "-better-analyze", job);
  }

  /** {@return everybody's place in the fair share} */
  List<Turn> turns() throws IOException, InterruptedException {
    return Turn.of(run("condor_userprio", "-allusers", "-l"));
  }

  /** {@return all slots of the pool} */
  List<JsonNode> slots() throws IOException, InterruptedException {
    return list(run("condor_status", "-json", "-attributes", Machine.ATTRIBUTES));
  }

  /** {@return all slots of another pool, by its collector's address} */
  List<JsonNode> slots(String address) throws IOException, InterruptedException {
    return list(run("condor_status", "-pool", address, "-json", "-attributes", Machine.ATTRIBUTES));
  }

  /** {@return what all machines tell that jobs are submitted on} */
  List<JsonNode> schedds() throws IOException, InterruptedException {
    return list(run("condor_status", "-schedd", "-json", "-attributes", Machine.SCHEDDS));
  }

  /**
   * Acts on jobs in the queue; that none fits is no fault.
   *
   * @param program {@code condor_rm}, {@code condor_hold}, {@code condor_release}, {@code
   *     condor_suspend} or {@code condor_continue}
   * @param options of the program
   */
  void act(String program, String constraint, String... options)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(program, "-name", access.schedd()));
    words.addAll(List.of(options));
    words.addAll(List.of("-constraint", constraint));
    try {
      run(words.toArray(String[]::new));
    } catch (Refused e) {
      String said = String.valueOf(e.getMessage());
      if (!said.contains("Couldn't find") && !said.contains("not find")) {
        throw e;
      }
    }
  }

  /**
   * Changes an attribute of jobs in the queue.
   *
   * @throws Refused also when none fits
   */
  void edit(String constraint, String attribute, String expression)
      throws IOException, InterruptedException {
    run("condor_qedit", "-name", access.schedd(), "-constraint", constraint, attribute, expression);
  }

  /**
   * Takes jobs out of the queue whose machine is out of reach: the shadow does not end for less
   * than the second call.
   */
  void removeLost(String constraint) throws IOException, InterruptedException {
    act("condor_rm", constraint);
    act("condor_rm", constraint, "-forcex");
  }

  private static List<JsonNode> list(String text) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    if (!text.isBlank()) {
      JSON.readTree(text).forEach(all::add);
    }
    return all;
  }

  private String run(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(access.command());
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).start();
    process.getOutputStream().close();
    StringBuilder errors = new StringBuilder();
    Thread reader =
        Thread.ofVirtual().start(() -> errors.append(text(process.getErrorStream(), 1 << 16)));
    try (InputStream out = process.getInputStream()) {
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
      String said = text(out, MOST_BYTES);
      watch.join();
      reader.join();
      int status = process.waitFor();
      if (status == 0) {
        return said;
      }
      String why = (errors + "\n" + said).strip();
      if (why.isEmpty() || status > 128 || PASSING.matcher(why).find()) {
        throw new Away(words[0] + ": " + (why.isEmpty() ? "status " + status : shortened(why)));
      }
      throw new Refused(words[0] + ": " + shortened(why));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static String text(InputStream in, int most) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        all.write(buffer, 0, Math.min(n, most - all.size()));
      }
    } catch (IOException e) {
      // the program was ended; what it said so far counts
    }
    return all.toString(StandardCharsets.UTF_8);
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.length() > 300 ? line.substring(0, 300) + "…" : line;
  }
}
