package org.gridappliance.agent.overlay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The running program and, beside it, the machine's DHCP client on its device. Both run as a user
 * of their own with the capabilities named here and no way to more, and end with the agent's thread
 * that started them ({@code PR_SET_PDEATHSIG}).
 */
final class OverlayLaunch {
  private static final long STOP_SECONDS = 5;

  /** Below it a port wants CAP_NET_BIND_SERVICE (ip(7), ip_local_port_range). */
  private static final int FIRST_FREE_PORT = 1024;

  private final List<Process> processes;

  private OverlayLaunch(List<Process> processes) {
    this.processes = processes;
  }

  /** Call from a thread that lives as long as they shall. */
  static OverlayLaunch start(OverlayFolder folder, OverlaySettings settings, int uid)
      throws IOException {
    boolean low = settings.tls() > 0 && settings.tls() < FIRST_FREE_PORT;
    List<String> node = confined(uid, low ? "net_admin,+net_bind_service" : "net_admin");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    node.addAll(
        List.of(
            java,
            "-XX:+UseSerialGC",
            "-Xmx96m",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xss512k",
            "-XX:-UsePerfData"));
    node.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    node.addAll(List.of("-cp", System.getProperty("java.class.path")));
    node.addAll(
        List.of("org.gridappliance.ipop.program.Main", "run", folder.settings().toString()));
    List<Process> started = new ArrayList<>();
    started.add(run(folder, node));
    if (settings.dhcp()) {
      // waits for the device by itself: it asks again every few seconds
      List<String> client = confined(uid, "net_admin,+net_raw,+net_bind_service");
      client.addAll(List.of("sh", folder.dhcpClient().toString(), settings.device()));
      client.addAll(List.of(folder.mac(), folder.dhcpScript().toString()));
      started.add(run(folder, client));
    }
    return new OverlayLaunch(List.copyOf(started));
  }

  private static List<String> confined(int uid, String capabilities) {
    String only = "-all,+" + capabilities;
    String user = Integer.toString(uid);
    List<String> words = new ArrayList<>(List.of("setpriv", "--reuid", user, "--regid", user));
    words.addAll(List.of("--clear-groups", "--no-new-privs", "--pdeathsig", "TERM"));
    words.addAll(List.of("--inh-caps", only, "--ambient-caps", only, "--bounding-set", only));
    words.add("--");
    return words;
  }

  private static Process run(OverlayFolder folder, List<String> words) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.output().toFile()));
    String path = System.getenv("PATH");
    builder.environment().clear();
    builder.environment().put("PATH", (path == null ? "/usr/bin:/bin" : path) + ":/usr/sbin:/sbin");
    builder.environment().put("LANG", "C.UTF-8");
    return builder.start();
  }

  boolean isAlive() {
    return processes.stream().allMatch(Process::isAlive);
  }

  /** {@return whether one of them ended within that time} */
  boolean waitFor(long millis) throws InterruptedException {
    return processes.getFirst().waitFor(millis, TimeUnit.MILLISECONDS) || !isAlive();
  }

  /** Asks both to end (the address is given back first), then makes them. */
  void stop() {
    for (Process process : processes.reversed()) {
      process.destroy();
      try {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
