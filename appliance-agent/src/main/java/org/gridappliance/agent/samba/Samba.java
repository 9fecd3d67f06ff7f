package org.gridappliance.agent.samba;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.agent.settings.ApplianceYaml;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.agent.verb.Verb.Refused;
import org.gridappliance.agent.verb.Verb.Reply;
import org.jspecify.annotations.Nullable;

/**
 * Keeps our smbd running and answers the portal's verbs about it.
 *
 * <p>{@link #start} → settings → folders, accounts, configuration → {@link SmbdProcess} until it
 * ends → again after 1, 2, 4 … 60 s. Where it cannot be (no root, not installed, switched off) it
 * says why and does nothing. Safe for all threads.
 */
public final class Samba implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Samba.class.getName());
  private static final int LONGEST_WAIT = 60;
  private static final String INSTALL =
      "; run: sudo apt-get install --no-install-recommends samba libnss-wrapper, then restart";

  /** Users of people, as /etc/login.defs gives them out; jobs and desktops lie above. */
  private static final List<String> HUMAN_UIDS = List.of("1000", "57999");

  private final Path data;
  private final SambaFolders folders;
  private final ReentrantLock lock = new ReentrantLock();
  private final Thread thread =
      Thread.ofPlatform().name("samba").daemon().unstarted(this::superviseAndTell);

  private SambaSettings settings = new SambaSettings(false, List.of(), 1, false);
  private @Nullable SambaPeople people;
  private @Nullable SmbdProcess process;
  private String why = "it is being started";
  private Optional<String> owner = Optional.empty();
  private final String portalPassword;
  private volatile boolean isClosed;

  /**
   * @param data the data folder; its owner owns all homes
   */
  public Samba(Path data) {
    this.data = data;
    this.folders = SambaFolders.of(data);
    byte[] secret = new byte[24];
    new SecureRandom().nextBytes(secret);
    portalPassword = HexFormat.of().formatHex(secret);
  }

  /** Starts supervising; returns at once. */
  public void start() {
    thread.start();
  }

  /** {@return the verbs of the agent's socket} */
  public Map<String, Verb> verbs() {
    return Map.of(
        "GET /samba",
        call -> Reply.ok(state()),
        "GET /samba/locks",
        call -> Reply.ok(lockDoor()),
        "PUT /samba/owner",
        call -> owner(Optional.ofNullable(call.body().path("name").textValue())),
        "PUT /samba/passwords/{name}",
        call -> set(call.path().get("name"), call.body().path("password").asText("")),
        "DELETE /samba/passwords/{name}",
        call -> remove(call.path().get("name")));
  }

  private void superviseAndTell() {
    try {
      Optional<String> obstacle = prepare();
      if (obstacle.isPresent()) {
        LOG.log(System.Logger.Level.INFO, "Samba is off: {0}", obstacle.get());
        tell(obstacle.get());
        return;
      }
      supervise();
    } catch (IOException | ApplianceYaml.Wrong e) {
      LOG.log(System.Logger.Level.WARNING, "Samba is off: {0}", e.getMessage());
      tell(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void tell(String reason) {
    lock.lock();
    try {
      why = reason;
    } finally {
      lock.unlock();
    }
  }

  /** Lays everything out. {@return why it cannot be started} */
  private Optional<String> prepare() throws IOException, ApplianceYaml.Wrong {
    SambaSettings read = SambaSettings.read(data);
    lock.lock();
    try {
      settings = read;
    } finally {
      lock.unlock();
    }
    if (!read.enabled()) {
      return Optional.of("samba.enabled is false in appliance.yaml");
    }
    if (!System.getProperty("user.name").equals("root")) {
      return Optional.of("the appliance was not started by root, and smbd wants root");
    }
    for (String program : List.of("smbd", "smbpasswd")) {
      if (!isInstalled(program)) {
        return Optional.of("the program " + program + " is missing" + INSTALL);
      }
    }
    if (!hasWrapper()) {
      return Optional.of("the library " + SambaPeople.WRAPPER + " is missing" + INSTALL);
    }
    int uid = (int) Files.getAttribute(data, "unix:uid");
    int gid = (int) Files.getAttribute(data, "unix:gid");
    if (uid == 0) {
      return Optional.of("the data folder belongs to root, as whom no files are served");
    }
    for (String address : read.listen()) {
      InetAddress literal = InetAddress.getByName(address); // a literal: no look-up
      if (!literal.isAnyLocalAddress() && NetworkInterface.getByInetAddress(literal) == null) {
        return Optional.of("samba.listen has " + address + ", which is no address of this machine");
      }
    }
    folders.make();
    SmbdProcess.endOrphans(folders);
    Path users = data.resolve("users");
    SambaFolders.write(folders.config(), SambaConfig.main(folders, read, users), "rw-r--r--");
    SambaFolders.write(
        folders.root().resolve("to-127.0.0.1.conf"),
        SambaConfig.loopback(read.visitors()),
        "rw-r--r--");
    SambaFolders.write(
        folders.root().resolve("connect"), SambaConfig.connect(folders, HUMAN_UIDS), "rwxr-xr-x");
    SambaPeople all = new SambaPeople(folders, users, uid, gid);
    lock.lock();
    try {
      all.open();
      all.setPortal(portalPassword);
      all.owner(read.visitors() ? owner : Optional.empty());
      people = all;
    } finally {
      lock.unlock();
    }
    return Optional.empty();
  }

  private void supervise() throws IOException, InterruptedException {
    int wait = 1;
    while (!isClosed) {
      Optional<String> busy = portInUse();
      if (busy.isEmpty()) {
        long began = System.nanoTime();
        SmbdProcess smbd = SmbdProcess.start(folders);
        lock.lock();
        try {
          process = smbd;
        } finally {
          lock.unlock();
        }
        if (isClosed) {
          smbd.stop();
          return;
        }
        if (smbd.awaitReady(settings.port())) {
          tell("");
          LOG.log(System.Logger.Level.INFO, "smbd serves port {0}", "" + settings.port());
          smbd.waitFor();
        } else {
          smbd.stop();
        }
        if (System.nanoTime() - began > TimeUnit.MINUTES.toNanos(1)) {
          wait = 1;
        }
        SmbdProcess.endOrphans(folders);
      }
      if (!isClosed) {
        tell(busy.orElse("smbd ended; " + folders.log() + " may say why") + "; next try soon");
        LOG.log(System.Logger.Level.WARNING, "smbd ended; again in {0} s", wait);
        TimeUnit.SECONDS.sleep(wait);
        wait = Math.min(LONGEST_WAIT, wait * 2);
      }
    }
  }

  private Optional<String> portInUse() {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port()));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("samba.port=" + settings.port() + " cannot be used: " + e.getMessage());
    }
  }

  private static boolean isInstalled(String program) {
    return List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin").stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static boolean hasWrapper() throws IOException {
    try (var folders = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu*")) {
      for (Path folder : folders) {
        if (Files.exists(folder.resolve(SambaPeople.WRAPPER))) {
          return true;
        }
      }
    }
    return Files.exists(Path.of("/usr/lib64", SambaPeople.WRAPPER));
  }

  private Map<String, Object> state() throws IOException {
    lock.lock();
    try {
      SmbdProcess smbd = process;
      SambaPeople all = people;
      boolean running = smbd != null && smbd.isAlive() && why.isEmpty();
      List<String> addresses = new ArrayList<>(List.of("127.0.0.1"));
      settings.listen().stream().filter(a -> !addresses.contains(a)).forEach(addresses::add);
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("enabled", settings.enabled());
      state.put("running", running);
      state.put("why", why);
      state.put("addresses", addresses);
      state.put("port", settings.port());
      state.put("visitors", settings.visitors());
      state.put("owner", owner.orElse(""));
      state.put("people", all == null ? List.of() : all.names());
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** How the portal takes WebDAV's locks in smbd too. */
  private Map<String, Object> lockDoor() {
    lock.lock();
    try {
      if (people == null || !why.isEmpty()) {
        throw new Refused(503, why);
      }
      return Map.of(
          "port",
          settings.port(),
          "share",
          SambaConfig.LOCK_SHARE,
          "user",
          SambaConfig.PORTAL,
          "password",
          portalPassword,
          "clients",
          folders.clients().toString());
    } finally {
      lock.unlock();
    }
  }

  private Reply owner(Optional<String> name) throws IOException {
    lock.lock();
    try {
      if (people != null) {
        people.owner(settings.visitors() ? name : Optional.empty());
      }
      owner = name;
      return Reply.done();
    } finally {
      lock.unlock();
    }
  }

  private Reply set(@Nullable String name, String password) throws IOException {
    lock.lock();
    try {
      requirePeople().set(String.valueOf(name), password);
      return Reply.done();
    } finally {
      lock.unlock();
    }
  }

  private Reply remove(@Nullable String name) throws IOException {
    lock.lock();
    try {
      if (!requirePeople().remove(String.valueOf(name))) {
        throw new Refused(404, "there is no Samba password of " + name);
      }
      return Reply.done();
    } finally {
      lock.unlock();
    }
  }

  private SambaPeople requirePeople() {
    SambaPeople all = people;
    if (all == null) {
      throw new Refused(503, "Samba does not run: " + why);
    }
    return all;
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
    lock.lock();
    try {
      if (process != null) {
        process.stop();
        SmbdProcess.endOrphans(folders);
      }
    } finally {
      lock.unlock();
    }
  }
}
