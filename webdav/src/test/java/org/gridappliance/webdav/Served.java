package org.gridappliance.webdav;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.gridappliance.webdav.history.Retention;

/** {@link DavServer} in a process of its own, which can be killed and asked how it does. */
final class Served implements AutoCloseable {
  final int port;
  private final Process process;
  private final BufferedReader answers;

  /** The process. Answers every line with its platform threads and the heap it needs, in MiB. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      DavServer server =
          new DavServer(
              Path.of(args[0]), Path.of(args[0]), Long.MAX_VALUE, new Retention(30, 3, 50));
      System.out.println("port " + server.port);
      BufferedReader questions =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (questions.readLine() != null) {
        System.gc();
        System.out.printf(
            Locale.ROOT,
            "threads %d heap %d%n",
            ManagementFactory.getThreadMXBean().getThreadCount(),
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20);
      }
    }
  }

  /** How it does. */
  record State(int threads, int heapMiB) {}

  Served(Path folder, String... options) throws IOException {
    process =
        new ProcessBuilder(
                java.util.stream.Stream.of(
                        java.util.stream.Stream.of(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:TieredStopAtLevel=1"),
                        java.util.stream.Stream.of(options),
                        java.util.stream.Stream.of(
                            "-cp",
                            System.getProperty("java.class.path"),
                            Main.class.getName(),
                            folder.toString()))
                    .flatMap(part -> part)
                    .toList())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    port = Integer.parseInt(line("port ").substring(5));
  }

  private String line(String begin) throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith(begin)) {
        return line;
      }
    }
    throw new IOException("the server ended");
  }

  /** {@return how it does now} */
  State state() throws IOException {
    Writer questions = process.outputWriter(StandardCharsets.UTF_8);
    questions.write("?\n");
    questions.flush();
    String[] words = line("threads ").split(" ", -1);
    return new State(Integer.parseInt(words[1]), Integer.parseInt(words[3]));
  }

  /** kill -9; returns when it is gone. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
