package org.gridappliance.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of the machine, called plainly. */
final class Shell {
  private Shell() {}

  /** {@return the first line of a program's output, or {@code missing}} */
  static String line(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      return "missing";
    }
  }

  /**
   * {@return seconds a command took, its output thrown away}
   *
   * @throws IllegalStateException when it does not exit with 0
   */
  static double seconds(List<String> command, String stdin)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var out = process.getOutputStream()) {
      out.write(stdin.getBytes(StandardCharsets.UTF_8));
    }
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IllegalStateException(command.getFirst() + " ended with " + exit);
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
