package org.gridappliance.agent.desktop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program on Ada's desktop tries to reach what is not hers: the portal's data, Bob's files, his
 * desktop, the display of somebody who sits at this machine, the agent's socket. The same program
 * runs outside first, and reaches them.
 */
final class Reach {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  private Reach() {}

  /**
   * @param data a data folder with the homes of {@code ada} and {@code bob}
   * @throws AssertionError naming what was reached
   */
  static void assertOwnDesktopOnly(Desktops desktops, Path data) throws Exception {
    Path home = data.resolve("users/ada/home");
    Path probe = home.resolve("reach.pl");
    try (InputStream source = Reach.class.getResourceAsStream("reach.pl")) {
      Files.write(probe, Objects.requireNonNull(source).readAllBytes());
    }
    Path agent = Files.createDirectories(data.resolve("run")).resolve("agent.sock");
    Process sitting = somebodysDisplay();
    try (ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      door.bind(UnixDomainSocketAddress.of(agent));
      int number = Integer.parseInt(sitting.inputReader(StandardCharsets.US_ASCII).readLine());
      Desktop bobs = desktops.create(wish("bob", 800, 600));
      List<String> targets = targets(desktops, data, bobs, sitting);
      List<String> outside = new ArrayList<>(List.of("/usr/bin/perl", probe.toString()));
      outside.addAll(targets);
      List<String> seen = lines(new ProcessBuilder(outside));
      assertTrue(
          seen.containsAll(
              List.of(
                  "reached " + agent,
                  "reached " + desktops.socket(bobs),
                  "display file " + number + " 320x240",
                  "display abstract " + number + " 320x240",
                  "done")),
          "the probe finds nothing even outside: " + seen);
      Files.writeString(
          home.resolve(".bashrc"),
          "perl ~/reach.pl %s /home/bob/diary > ~/part 2>&1; mv ~/part ~/reached\n"
              .formatted(String.join(" ", targets)));
      desktops.create(wish("ada", 640, 480));
      List<String> own = List.of("display file 1 640x480", "display abstract 1 640x480", "done");
      assertEquals(own, awaited(home.resolve("reached")));
    } finally {
      sitting.destroyForcibly().waitFor();
      Files.deleteIfExists(agent);
    }
  }

  private static List<String> targets(Desktops desktops, Path data, Desktop bobs, Process sitting) {
    Path socket = desktops.socket(bobs);
    List<Path> targets =
        List.of(
            data,
            data.resolve("db/portal.mv.db"),
            data.resolve("users/bob/home/diary"),
            data.resolve("run/agent.sock"),
            socket,
            socket.getParent(),
            Path.of("/proc", Integer.toString(bobs.first().number()), "root/tmp/.X11-unix/X1"),
            Path.of("/proc", Long.toString(sitting.pid()), "environ"));
    return targets.stream().map(Path::toString).toList();
  }

  private static Wish wish(String owner, int width, int height) {
    return new Wish(owner, Wish.Kind.DESKTOP, "Desktop", List.of(), width, height, 512L << 20);
  }

  /** An X server of this machine's, open to all who reach it; its number is on its output. */
  private static Process somebodysDisplay() throws IOException {
    return new ProcessBuilder(
            List.of(
                "/usr/bin/Xvnc",
                "-displayfd",
                "1",
                "-geometry",
                "320x240",
                "-depth",
                "24",
                "-ac",
                "-rfbport",
                "-1",
                "-SecurityTypes",
                "None",
                "-nolisten",
                "tcp"))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static List<String> lines(ProcessBuilder command) throws Exception {
    Map<String, String> environment = command.environment();
    environment.remove("XAUTHORITY");
    Process process = command.redirectErrorStream(true).start();
    List<String> lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
    process.waitFor();
    return lines;
  }

  private static List<String> awaited(Path file) throws IOException {
    long deadline = System.nanoTime() + PATIENCE;
    while (!Files.exists(file)) {
      assertTrue(System.nanoTime() < deadline, "no program ran on the desktop");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    return Files.readAllLines(file);
  }
}
