package org.gridappliance.agent.samba;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.gridappliance.agent.verb.Verb;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Our smbd as smbclient sees it, from this machine and from another (a network namespace). */
@Tag("root")
@Tag("netns")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SambaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HERE = "10.251.7.1";
  private static final String THERE = "10.251.7.2";
  private static final String NAMESPACE = "ga-smb-" + ProcessHandle.current().pid();

  private Path folder = Path.of("/nowhere");
  private Path data = folder;
  private int port;
  private Map<String, String> before = Map.of();
  private Samba samba = new Samba(data);

  /** Runs an agent's Samba until it is killed; the argument is the data folder. */
  static final class Alone {
    private Alone() {}

    public static void main(String[] arguments) throws InterruptedException {
      new Samba(Path.of(arguments[0])).start();
      TimeUnit.MINUTES.sleep(2);
    }
  }

  @BeforeAll
  void start() throws Exception {
    before = machinesSamba();
    folder = Files.createTempDirectory("samba-test-");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    data = folder.resolve("data");
    for (String name : List.of("ann", "bob", "adm")) {
      Files.createDirectories(data.resolve("users").resolve(name).resolve("home"));
    }
    Files.writeString(data.resolve("users/bob/home/secret.txt"), "bob's");
    Files.writeString(data.resolve("users/adm/home/welcome.txt"), "adm's");
    Files.writeString(folder.resolve("one.txt"), "one");
    port = freePort();
    settings(data, port, "[" + HERE + "]");
    run("chown", "-R", "nobody:nogroup", data.toString());
    run("chmod", "-R", "go-rwx", data.toString());
    String cable = "gasmb" + ProcessHandle.current().pid() % 100_000;
    run("ip", "netns", "add", NAMESPACE);
    run("ip", "link", "add", cable, "type", "veth", "peer", "name", "lan", "netns", NAMESPACE);
    run("ip", "addr", "add", HERE + "/30", "dev", cable);
    run("ip", "link", "set", cable, "up");
    run("ip", "-n", NAMESPACE, "addr", "add", THERE + "/30", "dev", "lan");
    run("ip", "-n", NAMESPACE, "link", "set", "lan", "up");
    samba = new Samba(data);
    ask("PUT /samba/owner", "", "name", "adm");
    samba.start();
    await(() -> ask("GET /samba", "").path("running").asBoolean());
    ask("PUT /samba/passwords/{name}", "ann", "password", "ann's password");
    ask("PUT /samba/passwords/{name}", "bob", "password", "bob's password");
  }

  @AfterAll
  void stop() throws Exception {
    samba.close();
    List<Long> left = smbds(data);
    new ProcessBuilder("ip", "netns", "del", NAMESPACE).start().waitFor();
    assertEquals(List.of(), left);
    remove(folder);
    remove(SambaFolders.of(data).root().getParent());
    assertEquals(before, machinesSamba(), "the machine's own Samba is as it was");
  }

  @Test
  void filesArePutReadRenamedAndDeletedAndBelongToTheHomesOwner() throws Exception {
    String said =
        ann("put " + folder + "/one.txt a.txt; rename a.txt b.txt; mkdir d; get b.txt -; ls");
    assertTrue(said.contains("one"), said);
    Path file = data.resolve("users/ann/home/b.txt");
    assertEquals("one", Files.readString(file));
    assertEquals("nobody", Files.getOwner(file).getName());
    ann("del b.txt; rmdir d");
    assertFalse(Files.exists(file));
    assertFalse(Files.exists(data.resolve("users/ann/home/d")));
  }

  @Test
  void sessionIsSmb3AndSigned() throws Exception {
    Process client = client(List.of(), "127.0.0.1", "-U", "ann%ann's password");
    try (OutputStream in = client.getOutputStream()) {
      in.write("ls\n".getBytes(StandardCharsets.UTF_8));
      in.flush();
      await(() -> !sessions().isEmpty());
      JsonNode session = sessions().elements().next();
      assertEquals("SMB3_11", session.path("session_dialect").asText());
      assertEquals("full", session.path("signing").path("degree").asText(), session.toString());
    } finally {
      client.destroyForcibly().waitFor();
    }
  }

  private JsonNode sessions() throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "smbstatus", "-s", SambaFolders.of(data).config().toString(), "--json", "-b");
    SambaPeople.wrap(builder, SambaFolders.of(data));
    Process process = builder.redirectErrorStream(false).start();
    return JSON.readTree(process.getInputStream().readAllBytes()).path("sessions");
  }

  @Test
  void dialectsBelowSmb21AreRefused() throws Exception {
    for (String dialect : List.of("NT1", "SMB2_02")) {
      String said =
          smbclient(
              List.of(),
              "127.0.0.1",
              "ls",
              "-U",
              "ann%ann's password",
              "--option=client min protocol=NT1",
              "-m",
              dialect);
      assertTrue(said.contains("protocol negotiation failed"), dialect + ": " + said);
    }
  }

  @Test
  void visitorOnLoopbackGetsTheOwnersHome() throws Exception {
    assertTrue(smbclient(List.of(), "127.0.0.1", "ls", "-N").contains("welcome.txt"));
    assertTrue(smbclient(List.of(), "127.0.0.1", "ls", "-U", "%").contains("welcome.txt"));
    assertTrue(smbclient(List.of(), "127.0.0.1", "ls", "-U", "guest%").contains("welcome.txt"));
    String stranger = smbclient(List.of(), "127.0.0.1", "ls", "-U", "no-such-person%x");
    assertFalse(stranger.contains("blocks of size"), stranger);
  }

  @Test
  void visitorThatRunsAsAJobsUserIsRefused() throws Exception {
    List<String> job = List.of("setpriv", "--reuid=58501", "--regid=58501", "--clear-groups");
    String said = smbclient(job, "127.0.0.1", "ls", "-U", "%");
    assertFalse(said.contains("welcome.txt"), said);
    assertTrue(said.contains("tree connect failed"), said);
  }

  @Test
  void fromAnotherMachineVisitorsAreRefusedAndPasswordsWork() throws Exception {
    List<String> there = List.of("ip", "netns", "exec", NAMESPACE);
    for (String who : List.of("%", "guest%", "adm%")) {
      String said = smbclient(there, HERE, "ls", "-U", who);
      assertFalse(said.contains("welcome.txt"), said);
      assertTrue(said.contains("NT_STATUS_ACCESS_DENIED"), said);
    }
    String said = smbclient(there, HERE, "ls", "-U", "bob%bob's password");
    assertTrue(said.contains("secret.txt"), said);
    String wrong = smbclient(there, HERE, "ls", "-U", "bob%ann's password");
    assertTrue(wrong.contains("NT_STATUS_LOGON_FAILURE"), wrong);
  }

  @Test
  void anothersHomeCannotBeSeen() throws Exception {
    for (String path : List.of("../../bob/home/*", "..\\..\\bob\\home\\*", "/../bob/home/*")) {
      String said = ann("ls \"" + path + "\"");
      assertFalse(said.contains("secret.txt"), path + ": " + said);
    }
    String shares = String.join("\n", list("-L", "127.0.0.1", "-U", "ann%ann's password", "-g"));
    assertTrue(shares.contains("Disk|home|"), shares);
    assertFalse(shares.contains("bob"), shares);
    assertFalse(shares.contains("locks$"), shares);
    String portals = share("locks$", "ls", "-U", "ann%ann's password");
    assertTrue(portals.contains("NT_STATUS_ACCESS_DENIED"), portals);
  }

  @Test
  void linksAndPipesAreNotOpened() throws Exception {
    Path home = data.resolve("users/ann/home");
    Files.createSymbolicLink(home.resolve("out.txt"), data.resolve("users/bob/home/secret.txt"));
    Files.createSymbolicLink(home.resolve("outside"), Path.of("/etc"));
    run("mkfifo", home.resolve("pipe").toString());
    String said = ann("get out.txt -; get outside/hostname -; ls outside/*; ls");
    assertFalse(said.contains("bob's"), said);
    assertFalse(said.contains("getting file"), said);
    assertFalse(said.contains("passwd"), said);
    assertFalse(said.contains("pipe"), said);
  }

  @Test
  void takenPasswordEndsTheConnectionToo() throws Exception {
    Files.createDirectories(data.resolve("users/cid/home"));
    run("chown", "-R", "nobody:nogroup", data.resolve("users/cid").toString());
    ask("PUT /samba/passwords/{name}", "cid", "password", "cid's password");
    Process client = client(List.of(), "127.0.0.1", "-U", "cid%cid's password");
    try (OutputStream in = client.getOutputStream()) {
      in.write("ls\n".getBytes(StandardCharsets.UTF_8));
      in.flush();
      await(() -> clientsOf("cid") == 1);
      ask("DELETE /samba/passwords/{name}", "cid");
      await(() -> !client.isAlive() || clientsAlive("cid") == 0);
    } finally {
      client.destroyForcibly().waitFor();
    }
    String said = smbclient(List.of(), "127.0.0.1", "ls", "-U", "cid%cid's password");
    assertFalse(said.contains("blocks of size"), said);
  }

  private long clientsOf(String name) throws IOException {
    try (Stream<Path> all = Files.list(SambaFolders.of(data).clients())) {
      long n = 0;
      for (Path path : all.toList()) {
        n += Files.readString(path).strip().equals(name) ? 1 : 0;
      }
      return n;
    }
  }

  private long clientsAlive(String name) throws IOException {
    try (Stream<Path> all = Files.list(SambaFolders.of(data).clients())) {
      long n = 0;
      for (Path path : all.toList()) {
        boolean alive = Files.exists(Path.of("/proc", String.valueOf(path.getFileName())));
        n += alive && Files.readString(path).strip().equals(name) ? 1 : 0;
      }
      return n;
    }
  }

  @Test
  void badNamesAndPasswordsAreRefused() {
    for (String name : List.of("root/../x", "Ann", "guest", "_files", "a:b", "")) {
      assertThrows(
          Verb.Refused.class,
          () -> ask("PUT /samba/passwords/{name}", name, "password", "long enough"),
          name);
    }
    for (String password : List.of("short", "two\nlines are bad", "x".repeat(129))) {
      assertThrows(
          Verb.Refused.class,
          () -> ask("PUT /samba/passwords/{name}", "ann", "password", password));
    }
  }

  @Test
  void killedAgentLeavesNoSmbdAndTheNextOneServes() throws Exception {
    Path other = folder.resolve("other");
    Files.createDirectories(other.resolve("users/adm/home"));
    int otherPort = freePort();
    settings(other, otherPort, "[]");
    run("chown", "-R", "nobody:nogroup", other.toString());
    Process agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Alone.class.getName(),
                other.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("alone.txt").toFile())
            .start();
    try {
      await(() -> answers(otherPort));
    } finally {
      agent.destroyForcibly().waitFor();
    }
    await(() -> smbds(other).isEmpty());
    Samba next = new Samba(other);
    try (next) {
      next.start();
      await(() -> answers(otherPort));
      assertEquals(1, smbds(other).stream().filter(SambaTest::isParent).count());
    }
    await(() -> smbds(other).isEmpty());
    remove(SambaFolders.of(other).root().getParent());
  }

  private static boolean isParent(Long pid) {
    return ProcessHandle.of(pid).flatMap(ProcessHandle::parent).map(ProcessHandle::pid).orElse(0L)
        == ProcessHandle.current().pid();
  }

  private static boolean answers(int port) {
    try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Processes whose command line names the configuration made for this data folder. */
  private static List<Long> smbds(Path data) {
    String config = SambaFolders.of(data).config().toString();
    return ProcessHandle.allProcesses()
        .filter(
            p -> {
              try {
                return Files.readString(
                        Path.of("/proc/" + p.pid() + "/cmdline"), StandardCharsets.ISO_8859_1)
                    .contains(config);
              } catch (IOException e) {
                return false; // it is gone
              }
            })
        .map(ProcessHandle::pid)
        .toList();
  }

  /** Every file of the machine's Samba with its size and time. */
  private static Map<String, String> machinesSamba() throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String root : List.of("/etc/samba", "/var/lib/samba", "/var/cache/samba")) {
      if (Files.exists(Path.of(root))) {
        try (Stream<Path> all = Files.walk(Path.of(root))) {
          for (Path path : all.toList()) {
            found.put(path.toString(), Files.size(path) + " " + Files.getLastModifiedTime(path));
          }
        }
      }
    }
    return found;
  }

  private static void settings(Path data, int port, String listen) throws IOException {
    Files.writeString(
        data.resolve("appliance.yaml"), "samba:\n  port: " + port + "\n  listen: " + listen + "\n");
  }

  private JsonNode ask(String verb, String name, String... body) throws IOException {
    var json = JSON.createObjectNode();
    for (int i = 0; i < body.length; i += 2) {
      json.put(body[i], body[i + 1]);
    }
    Verb found = java.util.Objects.requireNonNull(samba.verbs().get(verb));
    return JSON.valueToTree(found.run(new Verb.Call(Map.of("name", name), json)).body());
  }

  private String ann(String commands) throws Exception {
    return smbclient(List.of(), "127.0.0.1", commands, "-U", "ann%ann's password");
  }

  private String smbclient(List<String> prefix, String host, String commands, String... more)
      throws Exception {
    List<String> words = new ArrayList<>(prefix);
    words.addAll(List.of("smbclient", "//" + host + "/home", "-p", "" + port, "-c", commands));
    words.addAll(List.of(more));
    return String.join("\n", lines(words));
  }

  private String share(String name, String commands, String... more) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of("smbclient", "//127.0.0.1/" + name, "-p", "" + port, "-c", commands));
    words.addAll(List.of(more));
    return String.join("\n", lines(words));
  }

  private List<String> list(String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("smbclient", "-p", "" + port));
    words.addAll(List.of(more));
    return lines(words);
  }

  private Process client(List<String> prefix, String host, String... more) throws IOException {
    List<String> words = new ArrayList<>(prefix);
    words.addAll(List.of("smbclient", "//" + host + "/home", "-p", "" + port));
    words.addAll(List.of(more));
    return own(words).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }

  private ProcessBuilder own(List<String> words) {
    List<String> all = new ArrayList<>(words);
    all.add("--configfile=/dev/null");
    for (String folderOption : List.of("lock", "state", "cache", "private")) {
      all.add("--option=" + folderOption + " directory=" + folder);
    }
    return new ProcessBuilder(all).redirectErrorStream(true);
  }

  private List<String> lines(List<String> words) throws Exception {
    Process process = own(words).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    return text.lines().toList();
  }

  /** Something that may fail meanwhile. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) {
    BooleanSupplier quiet =
        () -> {
          try {
            return condition.holds();
          } catch (Exception e) { // whatever it is, it is told when time is up
            throw new AssertionError(e);
          }
        };
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!quiet.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not within 20 s");
      LockSupport.parkNanos(30_000_000);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertEquals(0, process.waitFor(), String.join(" ", command));
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
