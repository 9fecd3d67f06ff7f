package org.gridappliance.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The daemons that are compared, each with a device at both ends of the cable. Peers are found by
 * {@code PATH}, which {@code ./appliance bench} begins with the newest it could get.
 */
final class OverlaySubjects {
  private static final int WAIT_SECONDS = 30;

  private final OverlayCable cable;
  private final Path folder;
  private final List<OverlayCable.Subject> subjects = new ArrayList<>();

  private OverlaySubjects(OverlayCable cable) {
    this.cable = cable;
    folder = cable.folder();
  }

  /** Starts all that are installed and waits until each carries a ping. */
  static List<OverlayCable.Subject> start(OverlayCable cable, Report report)
      throws IOException, InterruptedException {
    OverlaySubjects all = new OverlaySubjects(cable);
    all.ours("ours", "ipop0", 4800, 128, "");
    all.ours("ours-plain", "ipop1", 4801, 129, "offload: false\n");
    report.version("wireguard-go", Shell.line("wireguard-go", "--version"));
    if (isThere("wireguard-go") && isThere("wg")) {
      all.wireguard();
    }
    report.version("nebula", Shell.line("nebula", "-version"));
    if (isThere("nebula") && isThere("nebula-cert")) {
      all.nebula();
    }
    report.version("tinc", Shell.line("tincd", "--version"));
    if (isThere("tincd")) {
      all.tinc();
    }
    all.subjects.add(new OverlayCable.Subject("veth", OverlayCable.ENDS.get(1), List.of()));
    for (OverlayCable.Subject subject : all.subjects) {
      all.await(subject);
    }
    return all.subjects;
  }

  private static boolean isThere(String program) {
    return !Shell.line("sh", "-c", "command -v " + program).isEmpty();
  }

  private void add(String name, String target, List<ProcessHandle> daemons) {
    subjects.add(new OverlayCable.Subject(name, target, daemons));
  }

  /** Until a ping comes back from the other side; both sides ask, which is how a node is found. */
  private void await(OverlayCable.Subject subject) throws IOException, InterruptedException {
    String back = subject.target().replaceAll("2$", "1");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!cable.succeeds(0, "ping", "-c", "1", "-W", "1", subject.target())) {
      cable.succeeds(1, "ping", "-c", "1", "-W", "1", back);
      if (System.nanoTime() > deadline) {
        throw new IOException(subject.name() + " carries no ping: " + logs(subject.name()));
      }
    }
  }

  private String logs(String name) throws IOException {
    return Files.readString(folder.resolve(name + "0.log"))
        + Files.readString(folder.resolve(name + "1.log"));
  }

  /** Gives a device its address once it is there. */
  private void address(int end, String device, String address, int mtu)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!cable.succeeds(end, "ip", "link", "show", "dev", device)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("no device " + device + " at end " + end);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    cable.in(end, "ip", "addr", "add", address, "dev", device);
    if (mtu > 0) {
      cable.in(end, "ip", "link", "set", device, "mtu", Integer.toString(mtu), "up");
    }
  }

  /** This build's program, with the flags that the agent gives it. */
  private void ours(String name, String device, int port, int net, String more)
      throws IOException, InterruptedException {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("-XX:+UseSerialGC", "-Xmx96m", "-Xss512k", "-XX:-UsePerfData"));
    java.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    java.addAll(List.of("-cp", System.getProperty("java.class.path")));
    java.add("org.gridappliance.ipop.program.Main");
    List<ProcessHandle> daemons = new ArrayList<>();
    String bootstrap = "";
    for (int end = 0; end < 2; end++) {
      Path file = folder.resolve(name + end + ".yaml");
      Path data = folder.resolve(name + "-data" + end);
      Files.writeString(
          file,
          "namespace: bench\nport: %d\ndevice: %s\nnetwork: 10.%d.0.0/16\ndata: %s\n%s%s"
              .formatted(port, device, net, data, more, bootstrap));
      List<String> run = new ArrayList<>(java);
      run.addAll(List.of("run", file.toString()));
      daemons.add(cable.start(end, name, run.toArray(String[]::new)));
      address(end, device, "10." + net + ".0." + (end + 1) + "/16", 0);
      List<String> key = new ArrayList<>(java);
      key.addAll(List.of("key", file.toString()));
      bootstrap =
          "bootstrap:\n  - %s@%s:%d\n"
              .formatted(
                  cable.in(0, key.toArray(String[]::new)).strip(), OverlayCable.ENDS.get(0), port);
    }
    add(name, "10." + net + ".0.2", daemons);
  }

  private void wireguard() throws IOException, InterruptedException {
    List<String> secret = new ArrayList<>();
    List<String> open = new ArrayList<>();
    for (int end = 0; end < 2; end++) {
      secret.add(Shell.line("wg", "genkey"));
      Path file = Files.writeString(folder.resolve("wg-key" + end), secret.get(end) + "\n");
      open.add(Shell.line("sh", "-c", "wg pubkey <" + file));
    }
    List<ProcessHandle> daemons = new ArrayList<>();
    for (int end = 0; end < 2; end++) {
      // the names of the control sockets are shared by all namespaces
      String device = "w%d%s".formatted(ProcessHandle.current().pid(), end == 0 ? "a" : "b");
      daemons.add(
          cable.start(
              end, "wireguard-go", "env", "WG_PROCESS_FOREGROUND=1", "wireguard-go", "-f", device));
      address(end, device, "10.102.0." + (end + 1) + "/24", 1420);
      Path file = folder.resolve("wg" + end + ".conf");
      Files.writeString(
          file,
          "[Interface]\nPrivateKey = %s\nListenPort = 51820\n".formatted(secret.get(end))
              + "[Peer]\nPublicKey = %s\nAllowedIPs = 10.102.0.0/24\nEndpoint = %s:51820\n"
                  .formatted(open.get(1 - end), OverlayCable.ENDS.get(1 - end)));
      cable.in(end, "wg", "setconf", device, file.toString());
    }
    add("wireguard-go", "10.102.0.2", daemons);
  }

  private void nebula() throws IOException, InterruptedException {
    String ca = folder.resolve("ca").toString();
    cable.in(
        0, "nebula-cert", "ca", "-name", "bench", "-out-crt", ca + ".crt", "-out-key", ca + ".key");
    List<ProcessHandle> daemons = new ArrayList<>();
    for (int end = 0; end < 2; end++) {
      String node = folder.resolve("n" + end).toString();
      cable.in(
          end,
          "nebula-cert",
          "sign",
          "-ca-crt",
          ca + ".crt",
          "-ca-key",
          ca + ".key",
          "-name",
          "n" + end,
          "-ip",
          "10.101.1." + (end + 1) + "/24",
          "-out-crt",
          node + ".crt",
          "-out-key",
          node + ".key");
      Path file = folder.resolve("nebula" + end + ".yml");
      Files.writeString(
          file,
          """
          pki: {ca: %s.crt, cert: %s.crt, key: %s.key}
          static_host_map: {"10.101.1.1": ["192.0.2.1:4242"], "10.101.1.2": ["192.0.2.2:4242"]}
          lighthouse: {am_lighthouse: %s, hosts: [%s]}
          listen: {host: 0.0.0.0, port: 4242}
          cipher: aes
          tun: {dev: neb0, mtu: 1300, tx_queue: 500}
          firewall:
            outbound: [{port: any, proto: any, host: any}]
            inbound: [{port: any, proto: any, host: any}]
          """
              .formatted(ca, node, node, end == 0, end == 0 ? "" : "\"10.101.1.1\""));
      daemons.add(cable.start(end, "nebula", "nebula", "-config", file.toString()));
    }
    add("nebula", "10.101.1.2", daemons);
  }

  private void tinc() throws IOException, InterruptedException {
    List<ProcessHandle> daemons = new ArrayList<>();
    String[] hosts = new String[2];
    for (int end = 0; end < 2; end++) {
      Path home = Files.createDirectories(folder.resolve("tinc" + end).resolve("hosts"));
      Files.writeString(
          home.resolveSibling("tinc.conf"),
          "Name = n%d\nInterface = tinc0\nMode = router\nDeviceType = tun\n".formatted(end)
              + (end == 1 ? "ConnectTo = n0\n" : ""));
      Path host = home.resolve("n" + end);
      Files.writeString(
          host,
          "Address = %s\nSubnet = 10.103.0.%d/32\nCipher = aes-128-cbc\nDigest = sha256\n"
              .formatted(OverlayCable.ENDS.get(end), end + 1));
      Path up = home.resolveSibling("tinc-up");
      Files.writeString(
          up,
          "#!/bin/sh\nip addr add 10.103.0.%d/24 dev $INTERFACE\nip link set $INTERFACE up\n"
              .formatted(end + 1));
      Files.setPosixFilePermissions(up, PosixFilePermissions.fromString("rwxr-xr-x"));
      cable.in(end, "sh", "-c", "tincd -c " + home.getParent() + " -K2048 </dev/null");
      hosts[end] = Files.readString(host, StandardCharsets.US_ASCII);
    }
    for (int end = 0; end < 2; end++) {
      Path home = folder.resolve("tinc" + end);
      Files.writeString(home.resolve("hosts/n" + (1 - end)), hosts[1 - end]);
      String pid = "--pidfile=" + home.resolve("pid");
      daemons.add(cable.start(end, "tinc", "tincd", "-c", home.toString(), "-D", pid));
    }
    add("tinc", "10.103.0.2", daemons);
  }
}
