package org.gridappliance.agent.envelope;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** {@link Attacks} as whoever runs the tests and, where that is root, as nobody in particular. */
class ContainmentTest {
  private static final int NOBODY_IN_PARTICULAR = 58_690;

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> attacksDoNotGetThrough() {
    Trial trial = new Trial(folder.resolve("own"));
    return new Attacks(trial)
        .all().entrySet().stream()
            .map(a -> DynamicTest.dynamicTest(a.getKey(), () -> a.getValue().run()))
            .onClose(trial::close);
  }

  /** The envelope of programs with windows, and of machines where the other cannot run. */
  @TestFactory
  Stream<DynamicTest> attacksDoNotGetThroughBubblewrap() {
    Trial trial = Trial.bubblewrap(folder.resolve("bubblewrap"));
    return new Attacks(trial)
        .all().entrySet().stream()
            .map(a -> DynamicTest.dynamicTest(a.getKey(), () -> a.getValue().run()))
            .onClose(trial::close);
  }

  @Test
  @Tag("root")
  void attacksDoNotGetThroughAsUnprivilegedUser() throws Exception {
    Path open = openFolder();
    Process jvm = start(open, true, "attack", open.resolve("data").toString());
    List<String> lines;
    try (var reader = jvm.inputReader(StandardCharsets.UTF_8)) {
      lines = reader.lines().toList();
    }
    assertTrue(jvm.waitFor(10, TimeUnit.SECONDS));
    Trial.remove(open);
    assertEquals("ready", lines.isEmpty() ? "nothing" : lines.getFirst());
    assertEquals(List.of(), lines.stream().filter(l -> l.startsWith("FELL")).toList());
    assertTrue(lines.stream().filter(l -> l.startsWith("held")).count() > 20, lines.toString());
  }

  @Test
  void programsDieWithAKilledAgent() throws Exception {
    diesWithItsAgent(false);
  }

  @Test
  @Tag("root")
  void programsDieWithAKilledAgentOfAnUnprivilegedUser() throws Exception {
    diesWithItsAgent(true);
  }

  private static void diesWithItsAgent(boolean asNobody) throws Exception {
    Path open = openFolder();
    String mark = "mark-" + UUID.randomUUID();
    Process jvm = start(open, asNobody, "hold", open.resolve("data").toString(), mark);
    try {
      Attacks.waitFor(() -> count(mark) >= 3); // the JVM, the program and its child
      jvm.destroyForcibly().waitFor();
      Attacks.waitFor(() -> count(mark) == 0);
    } finally {
      jvm.destroyForcibly().waitFor();
      Trial.remove(open);
    }
  }

  private static long count(String mark) {
    try {
      return Attacks.running(mark);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A folder that any user may enter, with the classes that the attacks need. */
  private static Path openFolder() throws Exception {
    Path open = Files.createTempDirectory("contain");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    List<String> copied = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      if (Stream.of("job-api", "appliance-agent", "evm-native", "jackson")
          .anyMatch(entry::contains)) {
        String to = open.resolve("classes" + copied.size()).toString();
        copied.add(to);
        new ProcessBuilder("cp", "-r", entry, to).inheritIO().start().waitFor();
      }
    }
    new ProcessBuilder("chmod", "-R", "a+rX", open.toString()).inheritIO().start().waitFor();
    Files.writeString(open.resolve("classpath"), String.join(":", copied));
    return open;
  }

  private static Process start(Path open, boolean asNobody, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (asNobody) {
      String uid = Integer.toString(NOBODY_IN_PARTICULAR);
      command.addAll(List.of("setpriv", "--reuid", uid, "--regid", uid, "--clear-groups"));
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            Files.readString(open.resolve("classpath")),
            AttackMain.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(open.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
