package org.gridappliance.agent.overlay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.gridappliance.agent.keep.Keeper;
import org.gridappliance.agent.keep.Keeper.Obstacle;
import org.gridappliance.agent.settings.ApplianceYaml.Wrong;
import org.gridappliance.agent.verb.Verb;
import org.jspecify.annotations.Nullable;

/**
 * Keeps this machine's overlay node running as {@code overlay.pool} says.
 *
 * <p>{@link #start} → settings → folder, key, settings of the program → {@link OverlayLaunch} until
 * it ends → again after 1, 2, 4 … 60 s. Where it cannot be it says why. Safe for all threads.
 */
public final class Overlay implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{40}");
  private static final int LOOK_MILLIS = 2000;
  private static final int MOST_CHARS = 4 << 20;

  /** Below HTCondor's users, which lie below the users of jobs' slots. */
  private static final int UIDS_BELOW = 20;

  private final Path data;
  private final int uid;
  private final OverlayFolder folder;
  private final ReentrantLock lock = new ReentrantLock();
  private final Keeper keeper =
      new Keeper(
          "overlay",
          "the overlay",
          new Keeper.Part() {
            @Override
            public Optional<Obstacle> prepare() throws IOException, Wrong {
              // only a restart with other settings changes an obstacle
              return lay().map(why -> new Obstacle(why, true));
            }

            @Override
            public void run() throws IOException, InterruptedException {
              runOnce();
            }
          });

  private @Nullable OverlaySettings settings;
  private @Nullable OverlayLaunch running;

  /**
   * @param data the data folder
   * @param uidBase user number of the first slot of jobs
   */
  public Overlay(Path data, int uidBase) {
    this.data = data;
    this.uid = uidBase - UIDS_BELOW;
    this.folder = OverlayFolder.of(data);
  }

  /** Starts supervising; returns at once. */
  public void start() {
    keeper.start();
  }

  /** {@return the verbs of the agent's socket} */
  public Map<String, Verb> verbs() {
    return Map.of(
        "GET /overlay",
        call -> Verb.Reply.ok(state()),
        "POST /overlay/trace",
        call -> Verb.Reply.ok(trace(call.body().path("address").asText(""))));
  }

  /** {@return the device's name as the settings have it} */
  public String device() {
    try {
      return OverlaySettings.read(data).device();
    } catch (IOException | Wrong e) { // told where the overlay is started
      return "ipop0";
    }
  }

  /** {@return this machine's virtual address; empty while there is none} */
  public Optional<String> address() {
    try {
      JsonNode first = JSON.valueToTree(state()).path("node").path("addresses").path(0);
      return first.isMissingNode() ? Optional.empty() : Optional.of(first.asText());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Lays everything out. {@return why it cannot be started} */
  private Optional<String> lay() throws IOException, Wrong {
    OverlaySettings read = OverlaySettings.read(data);
    lock.lock();
    try {
      settings = read;
    } finally {
      lock.unlock();
    }
    if (read.pool().isEmpty()) {
      return Optional.of("overlay.pool is not set in appliance.yaml");
    }
    if (!System.getProperty("user.name").equals("root")) {
      return Optional.of(
          "the appliance was not started by root, and a network device wants CAP_NET_ADMIN");
    }
    if (!Files.exists(Path.of("/dev/net/tun"))) {
      return Optional.of("this machine has no /dev/net/tun; load the kernel's module tun");
    }
    folder.make(uid, read.yaml(folder.own(), OverlayFolder.secret(data)));
    return Optional.empty();
  }

  private void runOnce() throws IOException, InterruptedException {
    OverlayLaunch launch;
    lock.lock();
    try {
      OverlaySettings now = settings;
      if (keeper.isClosed() || now == null) {
        return;
      }
      launch = OverlayLaunch.start(folder, now, uid);
      running = launch;
      keeper.on();
    } finally {
      lock.unlock();
    }
    while (!launch.waitFor(LOOK_MILLIS)) {
      // it runs
    }
    launch.stop();
    if (!keeper.isClosed()) {
      String said = Files.readString(folder.output()).strip();
      String last = said.substring(said.lastIndexOf('\n') + 1);
      keeper.off(
          "the overlay's program ended" + (last.isEmpty() ? "" : ": " + last) + "; next try soon");
    }
  }

  private Map<String, Object> state() throws IOException {
    OverlaySettings now;
    boolean runs;
    String reason;
    lock.lock();
    try {
      now = settings;
      runs = running != null && running.isAlive() && keeper.why().isEmpty();
      reason = keeper.why();
    } finally {
      lock.unlock();
    }
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("pool", now == null ? "" : now.pool());
    state.put("device", now == null ? "" : now.device());
    JsonNode node = null;
    if (runs) {
      try {
        node = ask("status");
      } catch (IOException e) { // it starts within a second, or has just ended
        reason = "it is being started";
      }
    }
    state.put("running", node != null);
    state.put("why", reason);
    if (node != null) {
      state.put("node", node);
    }
    return state;
  }

  private JsonNode trace(String address) throws IOException {
    if (!ADDRESS.matcher(address).matches()) {
      throw new Verb.Refused(
          422, "address '" + address + "': want a node's address of 40 hexadecimal digits");
    }
    JsonNode answer = ask("trace " + address);
    if (answer.has("error")) {
      throw new Verb.Refused(503, answer.path("error").asText());
    }
    return answer;
  }

  private JsonNode ask(String question) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(folder.socket()));
      OutputStream out = Channels.newOutputStream(channel);
      out.write((question + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      StringBuilder line = new StringBuilder();
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))) {
        int c = in.read();
        while (c >= 0 && c != '\n' && line.length() < MOST_CHARS) {
          line.append((char) c);
          c = in.read();
        }
      }
      return JSON.readTree(line.toString());
    }
  }

  @Override
  public void close() {
    // before the keeper's thread ends, which would end its processes all at once: the address is
    // given back first
    keeper.close(
        () -> {
          OverlayLaunch launch;
          lock.lock();
          try {
            launch = running;
          } finally {
            lock.unlock();
          }
          if (launch != null) {
            launch.stop();
          }
        });
  }
}
