package org.gridappliance.agent.desktop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.gridappliance.agent.envelope.ProcessTree;
import org.gridappliance.agent.verb.Verb;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real X servers, shells and envelopes; as root the home is mounted with its owner mapped. */
class DesktopsTest {
  private static final int UIDS = 58_500;

  @TempDir Path data;
  private Desktops desktops;

  @BeforeEach
  void open() throws IOException {
    for (String name : List.of("ada", "bob")) {
      Path home = data.resolve("users").resolve(name).resolve("home");
      Files.createDirectories(home);
      for (Path closed : List.of(home, home.getParent())) {
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
      }
    }
    Files.writeString(data.resolve("users/bob/home/diary"), "nobody may read this");
    Files.createDirectories(data.resolve("db"));
    Files.writeString(data.resolve("db/portal.mv.db"), "accounts");
    desktops = new Desktops(data, UIDS);
  }

  @AfterEach
  void close() {
    desktops.close();
  }

  private static Wish terminal(String owner) {
    return new Wish(owner, Wish.Kind.TERMINAL, "Terminal", List.of(), 100, 30, 256L << 20);
  }

  private static Wish desktop(String owner) {
    return new Wish(owner, Wish.Kind.DESKTOP, "Desktop", List.of(), 800, 600, 512L << 20);
  }

  @Test
  void aTerminalWorksInTheHomeAndItsFilesBelongToOneUserOnDisk() throws IOException {
    Desktop made = desktops.create(terminal("ada"));
    try (TerminalClient client = new TerminalClient(desktops.socket(made))) {
      client.type("pwd; id -un; echo h\u00e9llo > note; tput cols; echo e$((6*7))e\n");
      String shown = client.await("e42e");
      assertTrue(shown.contains("/home/ada\r\n") && shown.contains("\nada\r\n"), shown);
      assertTrue(shown.contains("\n100\r\n"), shown);
      client.send('r', new byte[] {0, 77, 0, 20});
      client.type("echo w$(tput cols)w; echo f$((6*8))f\n");
      assertTrue(client.await("f48f").contains("w77w"));
    }
    Path note = data.resolve("users/ada/home/note");
    assertEquals("h\u00e9llo\n", Files.readString(note));
    assertEquals(
        Files.getAttribute(data.resolve("users/ada/home"), "unix:uid"),
        Files.getAttribute(note, "unix:uid"));
    try (TerminalClient again = new TerminalClient(desktops.socket(made))) {
      assertTrue(again.await("f48f").contains("e42e"), "what was shown before is shown again");
    }
  }

  @Test
  void aProgramReachesNeitherOthersFilesNorThePortalsNorOtherDisplays() throws IOException {
    Desktop bobs = desktops.create(desktop("bob"));
    Desktop made = desktops.create(terminal("ada"));
    try (TerminalClient client = new TerminalClient(desktops.socket(made))) {
      client.type(
          ("ls -a / /home /run; cat %1$s/users/bob/home/diary; cat %1$s/db/portal.mv.db;"
                  + " cat /home/bob/diary; ls %2$s; ls /proc | grep -c '^[0-9]'; cat /proc/1/environ;"
                  + " ls /tmp/.X11-unix; cat /proc/net/unix; ip link 2>&1; mount -t tmpfs x /mnt;"
                  + " unshare -U id; echo z > /etc/passwd; echo $((6*7))done\n")
              .formatted(data, desktops.socket(bobs)));
      String shown = client.await("42done");
      assertFalse(shown.contains("nobody may read this"), shown);
      assertFalse(shown.contains("\naccounts"), shown);
      assertFalse(shown.contains("X11-unix/X1\r\n"), shown);
      assertFalse(shown.contains("\nbob\r\n"), shown);
      assertTrue(shown.contains("Read-only file system") || shown.contains("denied"), shown);
    }
  }

  @Test
  void aProgramOnADesktopReachesItsOwnDisplayAndNothingOfOthers() throws Exception {
    Reach.assertOwnDesktopOnly(desktops, data);
  }

  @Test
  void aDesktopSpeaksRfbAtOnceAndSurvivesTheAgent() throws IOException {
    Desktop made = desktops.create(desktop("ada"));
    assertEquals("RFB 003.008\n", greeting(made));
    Desktops next = new Desktops(data, UIDS); // as if the first had been killed
    assertEquals(1, next.list().size());
    assertEquals("RFB 003.008\n", greeting(made));
    next.stop(made.id(), "stopped by its owner");
    assertFalse(made.first().isAlive() || made.outer().isAlive(), "processes are left");
    assertFalse(Files.exists(next.socket(made)), "its folder is left");
    assertEquals("stopped by its owner", next.list().getFirst().reason());
    assertThrows(Verb.Refused.class, () -> next.stop("nosuchid", "x"));
  }

  @Test
  void anApplicationEndsWithItsProgram() throws Exception {
    Desktop made =
        desktops.create(
            new Wish(
                "ada",
                Wish.Kind.APPLICATION,
                "Clock",
                List.of("/bin/sh", "-c", "echo $DISPLAY > shown"),
                640,
                480,
                256L << 20));
    until(() -> desktops.list().getFirst().endedAt() != null);
    assertEquals(":1\n", Files.readString(data.resolve("users/ada/home/shown")));
    assertEquals("its program ended", desktops.list().getFirst().reason());
    assertFalse(made.outer().isAlive());
  }

  @Test
  void aDesktopThatCannotStartLeavesTheHomeAsItIsAndNothingElse() throws IOException {
    Path thesis = Files.writeString(data.resolve("users/ada/home/thesis"), "years of work");
    Desktop made = desktops.create(terminal("ada"));
    Path base = desktops.socket(made).getParent().getParent();
    desktops.stop(made.id(), "done");
    assertEquals("years of work", Files.readString(thesis));
    Files.delete(base.resolve("seccomp.bpf")); // the envelope cannot be started without
    assertThrows(IOException.class, () -> desktops.create(terminal("ada")));
    assertEquals("years of work", Files.readString(thesis));
    try (Stream<Path> left = Files.list(base)) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void moreThanMemoryHoldsIsRefusedWithTheFigures() {
    Wish huge = new Wish("ada", Wish.Kind.TERMINAL, "Terminal", List.of(), 80, 24, 1L << 50);
    Verb.Refused refused = assertThrows(Verb.Refused.class, () -> desktops.create(huge));
    assertTrue(
        String.valueOf(refused.getMessage())
            .matches("it may use up to 1073741824 MiB .* are available.*"),
        refused.getMessage());
  }

  @Test
  void aHomeBehindALinkIsNotOpened() throws IOException {
    Files.createDirectories(data.resolve("users/eve"));
    Files.createSymbolicLink(data.resolve("users/eve/home"), data.resolve("users/bob/home"));
    assertThrows(IOException.class, () -> desktops.create(terminal("eve")));
    assertThrows(Verb.Refused.class, () -> terminal("../bob"));
  }

  @Test
  void fiveHundredConnectionsLeaveNothingBehind() throws Exception {
    int cycles = Boolean.getBoolean("soak") ? 10_000 : 500;
    Desktop made = desktops.create(desktop("ada"));
    Desktop shell = desktops.create(terminal("ada"));
    until(() -> programs(made).containsAll(List.of("xterm", "icewm", "bash")));
    greeting(made);
    long before = descriptors(made) + descriptors(shell);
    int processes = programs(made).size() + programs(shell).size();
    long own = ownDescriptors();
    for (int i = 0; i < cycles; i++) {
      assertEquals("RFB 003.008\n", greeting(made), "viewer " + i);
      try (TerminalClient client = new TerminalClient(desktops.socket(shell))) {
        client.type("\r");
      }
    }
    greeting(made);
    // the servers notice the last ones in their own time
    until(() -> descriptors(made) + descriptors(shell) <= before + 4);
    until(() -> programs(made).size() + programs(shell).size() <= processes);
    until(() -> ownDescriptors() <= own + 4);
    desktops.stop(made.id(), "done");
    desktops.stop(shell.id(), "done");
    try (Stream<Path> left = Files.list(desktops.socket(made).getParent().getParent())) {
      assertEquals(List.of("seccomp.bpf"), left.map(p -> p.getFileName().toString()).toList());
    }
  }

  @Test
  void theWindowManagerLoadsNoLibraryForDrawingsAndTheServerNoneForTls() throws Exception {
    Desktop made = desktops.create(desktop("ada"));
    until(() -> programs(made).contains("xterm") && talks(made, "icewm"));
    String manager = mapped(made, "icewm");
    assertTrue(manager.contains("/bin/icewm") && manager.contains("no-svg.so"), manager);
    assertFalse(manager.contains("librsvg") || manager.contains("libicu"), manager);
    String server = mapped(made, "Xvnc");
    assertTrue(server.contains("/bin/Xtigervnc") && server.contains("lean-x.so"), server);
    assertFalse(server.contains("libgnutls") || server.contains("libGL"), server);
    desktops.stop(made.id(), "done");
  }

  /** {@return whether the program holds a socket, so that all it is linked with has been loaded} */
  private static boolean talks(Desktop desktop, String program) throws IOException {
    for (Path process : processes(desktop, program)) {
      try (Stream<Path> open = Files.list(process.resolve("fd"))) {
        for (Path fd : open.toList()) {
          if (Files.readSymbolicLink(fd).toString().startsWith("socket:")) {
            return true;
          }
        }
      } catch (IOException e) {
        // it ended, or closed it meanwhile
      }
    }
    return false;
  }

  /** {@return what the desktop's program of that name has mapped} */
  private static String mapped(Desktop desktop, String program) throws IOException {
    List<Path> processes = processes(desktop, program);
    return processes.isEmpty() ? "" : Files.readString(processes.getFirst().resolve("maps"));
  }

  private static List<Path> processes(Desktop desktop, String program) {
    List<Path> found = new ArrayList<>();
    for (int pid : new ProcessTree(desktop.first().number()).pids()) {
      Path process = Path.of("/proc", Integer.toString(pid));
      try {
        if (Files.readString(process.resolve("comm")).strip().equals(program)) {
          found.add(process);
        }
      } catch (IOException e) {
        // it ended meanwhile
      }
    }
    return found;
  }

  private static void until(Callable<Boolean> holds) throws Exception {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!holds.call()) {
      assertTrue(System.nanoTime() < deadline, "it never came to hold");
      LockSupport.parkNanos(5_000_000);
    }
  }

  private static List<String> programs(Desktop desktop) throws IOException {
    List<String> names = new ArrayList<>();
    for (int pid : new ProcessTree(desktop.first().number()).pids()) {
      try {
        names.add(Files.readString(Path.of("/proc", Integer.toString(pid), "comm")).strip());
      } catch (IOException e) {
        // it ended meanwhile
      }
    }
    return names;
  }

  /** Open descriptors of all processes of one desktop. */
  private static long descriptors(Desktop desktop) throws IOException {
    long count = 0;
    for (int pid : new ProcessTree(desktop.first().number()).pids()) {
      try (Stream<Path> fds = Files.list(Path.of("/proc", Integer.toString(pid), "fd"))) {
        count += fds.count();
      }
    }
    return count;
  }

  private static long ownDescriptors() throws IOException {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.count();
    }
  }

  private String greeting(Desktop desktop) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(desktops.socket(desktop)));
      ByteBuffer bytes = ByteBuffer.allocate(12);
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // until the whole greeting is there
      }
      return new String(bytes.array(), StandardCharsets.US_ASCII);
    }
  }
}
