package org.gridappliance.agent.ipsec;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the machine to its end. */
final class Words {
  private static final long SECONDS = 15;

  private Words() {}

  /**
   * Runs it.
   *
   * @param input what it reads
   * @throws IOException when it does not end with 0, with what it said
   */
  static String run(String input, String... words) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().put("LANG", "C.UTF-8");
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", List.of(words)) + " does not end");
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          String.join(" ", List.of(words)) + " ended with " + process.exitValue() + ": " + said);
    }
    return said;
  }
}
