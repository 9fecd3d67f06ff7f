package org.gridappliance.evm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.gridappliance.evm.Sandbox.Finished;
import org.gridappliance.evm.Sandbox.Mode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The launcher by itself: its pure parts, its channel, odd hosts. */
class LauncherTest {
  private final Sandbox sandbox = new Sandbox();

  @AfterEach
  void clear() throws Exception {
    Machine.awaitNoProcesses();
    sandbox.close();
  }

  /** Filter against policy, options, JSON: evm_check.c with AddressSanitizer and UBSan. */
  @Test
  void thePurePartsPassTheirChecksUnderSanitizers() throws Exception {
    Process check =
        new ProcessBuilder(Sandbox.nativeFile("evm-check").toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, check.waitFor(), output);
  }

  @Test
  void aSilentControllerIsALostLifeline() throws Exception {
    EvmSpec spec = sandbox.attack("spin").withHeartbeat(Duration.ofMillis(400));
    assertEquals(EvmResult.Outcome.LIFELINE, resultOverSocket(spec, "").outcome());
  }

  @Test
  void anUnknownCommandEndsTheRun() throws Exception {
    EvmResult result = resultOverSocket(sandbox.attack("spin"), "\0garbage\n");
    assertEquals(EvmResult.Outcome.KILLED, result.outcome());
    assertTrue(result.reason().contains("unknown command"), result.reason());
  }

  /** Plays the controller by hand: sends the specification and these bytes, then listens only. */
  private EvmResult resultOverSocket(EvmSpec spec, String commands) throws Exception {
    Path socket = sandbox.folder.resolve("s");
    Mode mode = Sandbox.isRoot() ? Mode.ROOT : Mode.UNPRIVILEGED;
    byte[] args =
        (String.join("\0", sandbox.as(mode, spec).arguments()) + "\0")
            .getBytes(StandardCharsets.UTF_8);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Process process =
          new ProcessBuilder(sandbox.launcher.toString(), "--control", socket.toString())
              .redirectErrorStream(true)
              .start();
      try (SocketChannel control = server.accept()) {
        control.write(
            ByteBuffer.allocate(4 + args.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(args.length)
                .put(args)
                .flip());
        control.write(ByteBuffer.wrap(commands.getBytes(StandardCharsets.UTF_8)));
        byte[] report = Channels.newInputStream(control).readAllBytes();
        process.waitFor();
        List<String> lines = new String(report, StandardCharsets.US_ASCII).lines().toList();
        return ((EvmEvent.End) EvmEvent.parse(lines.getLast())).result();
      }
    }
  }

  @Test
  void aFolderAsStandardInputIsRefused() throws Exception {
    ProcessBuilder builder =
        sandbox
            .command(Mode.UNPRIVILEGED, sandbox.attack("nothing"), sandbox.folder.resolve("r"))
            .redirectErrorStream(true);
    List<String> command = new java.util.ArrayList<>(builder.command());
    command.set(2, "exec 3>\"$0\" </; exec \"$@\"");
    Process process = builder.command(command).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(125, process.waitFor());
    assertTrue(output.contains("descriptor 0 is a folder of the host"), output);
  }

  @Tag("root")
  @Test
  void asRootAnAccountIsWanted() throws Exception {
    Process process =
        new ProcessBuilder(sandbox.launcher.toString(), "--", "/b/attack", "nothing")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(125, process.waitFor());
    assertTrue(output.contains("--uid"), output);
  }

  @Test
  void anInputBelowTheWorkingFolderIsReadOnlyAndNotCounted() throws Exception {
    Path input = Files.write(sandbox.folder.resolve("big"), new byte[8 << 20]);
    EvmSpec spec =
        Sandbox.withHostPrograms(
                EvmSpec.of(
                    List.of(
                        "/bin/sh",
                        "-c",
                        "wc -c < in/big && ! echo x > in/big && echo y > out && sleep 1.5")))
            .withWork(sandbox.work, false)
            .withMount(new EvmMount(input, "/work/in/big", false))
            .withEnvironment(java.util.Map.of("PATH", "/usr/bin:/bin"));
    Finished run = sandbox.run(Mode.UNPRIVILEGED, spec);

    assertEquals(0, run.exitCode(), run::output);
    assertTrue(run.output().startsWith("8388608\n"), run.output());
    assertEquals("y\n", Files.readString(sandbox.work.resolve("out")));
    assertTrue(run.result().peak().diskBytes() < 1 << 20, () -> run.result().toString());
    assertTrue(run.result().peak().diskFiles() <= 2, () -> run.result().toString());
  }

  @Test
  void aZeroByteCannotSmuggleAnOption() {
    EvmSpec spec =
        EvmSpec.of(List.of("/b/attack", "x"))
            .withEnvironment(java.util.Map.of("A", "b\0--work-exec"));
    assertThrows(IllegalArgumentException.class, spec::arguments);
    EvmSpec inCommand = EvmSpec.of(List.of("/b/attack", "a\0b"));
    assertThrows(IllegalArgumentException.class, inCommand::arguments);
  }

  @Test
  void anAccountIsNeverRoot() {
    assertThrows(IllegalArgumentException.class, () -> new EvmAccount(0, 100));
    assertThrows(IllegalArgumentException.class, () -> new EvmAccount(100, 0));
  }

  @Tag("root")
  @Test
  void aHostWhoseRootIsAnOverlayRunsItToo() throws Exception {
    Path bundle = bundleOfAttack();
    Path script =
        Files.writeString(
            sandbox.folder.resolve("overlay.sh"),
            """
            set -e
            mount -t tmpfs none /mnt
            mkdir /mnt/up /mnt/wk /mnt/root
            mount -t overlay none -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/wk /mnt/root
            mount -t proc none /mnt/root/proc
            mount --rbind /dev /mnt/root/dev
            mount --rbind /sys /mnt/root/sys
            cd /mnt/root
            pivot_root . mnt
            exec chroot . "$@"
            """);
    EvmSpec spec =
        EvmSpec.of(List.of("/bin/attack", "paths", "/etc/passwd-"))
            .withBundle(bundle, List.of("/bin"))
            .withWork(sandbox.work, false);
    for (Mode mode : Mode.values()) {
      ProcessBuilder builder = sandbox.command(mode, spec, Path.of("/dev/null"));
      List<String> command =
          new java.util.ArrayList<>(
              List.of("unshare", "-m", "--propagation", "private", "sh", script.toString()));
      command.addAll(builder.command());
      Process process = builder.command(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), mode + ": " + output);
      assertEquals("contained\n", output);
    }
  }

  /** A bundle by hand: bin/attack, and a file the program may seem to change. */
  private Path bundleOfAttack() throws Exception {
    Path bundle = Files.createDirectories(sandbox.folder.resolve("bundle"));
    Files.createDirectories(bundle.resolve("bin"));
    Files.createDirectories(bundle.resolve("usr/share"));
    Files.copy(Sandbox.nativeFile("attack"), bundle.resolve("bin/attack"));
    return bundle;
  }

  @Test
  void changesToTheBundleAreGoneAfterwards() throws Exception {
    Path bundle = bundleOfAttack();
    Path file = Files.writeString(bundle.resolve("usr/share/data"), "original");
    Files.createSymbolicLink(bundle.resolve("usr/share/out"), Path.of("/etc/passwd"));
    for (String dir : List.of("bin", "lib", "lib64")) {
      Path host = Path.of("/usr", dir);
      if (Files.isDirectory(host)) {
        Files.createDirectories(bundle.resolve(dir));
      }
    }
    if (Sandbox.isRoot()) {
      sandbox.giveAway(bundle);
    }
    EvmSpec spec =
        EvmSpec.of(
                List.of(
                    "/bin/sh",
                    "-c",
                    "echo changed > /usr/share/data && cat /usr/share/data && cat /usr/share/out"
                        + " | head -c 5 && echo new > /usr/share/new && rm /usr/share/data"
                        + " && test ! -e /usr/share/data && ! echo x > /bin/attack"))
            .withBundle(bundle, List.of())
            .withMount(new EvmMount(Path.of("/bin"), "/bin", true))
            .withMount(new EvmMount(Path.of("/lib"), "/lib", true))
            .withMount(new EvmMount(Path.of("/lib64"), "/lib64", true))
            .withEnvironment(java.util.Map.of("PATH", "/bin"));
    Finished run = sandbox.run(Mode.UNPRIVILEGED, spec);

    assertEquals(0, run.exitCode(), run::output);
    assertTrue(run.output().startsWith("changed\ngrid:"), run.output());
    assertEquals("original", Files.readString(file));
    assertTrue(Files.notExists(bundle.resolve("usr/share/new")));
  }
}
