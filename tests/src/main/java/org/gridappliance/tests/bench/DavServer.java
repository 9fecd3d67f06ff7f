package org.gridappliance.tests.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server to be measured, on a port and a folder of its own.
 *
 * @param files the folder on disk that it serves
 * @param prefix of addresses, as {@code /dav}
 * @param authorization header, empty for none
 * @param stop ends it
 */
record DavServer(
    String subject, int port, Path files, String prefix, String authorization, Stop stop)
    implements AutoCloseable {

  /** Ends a server. */
  @FunctionalInterface
  interface Stop {
    void run() throws IOException;
  }

  /** As shipped: a whole portal, login by token, every change synced. */
  static DavServer portal() throws Exception {
    BenchPortal portal = new BenchPortal(Path.of("tests/src/main/resources/bench-apps"));
    String token = portal.token("files");
    String basic =
        "Basic " + Base64.getEncoder().encodeToString(("bench:" + token).getBytes(UTF_8));
    Path home = portal.data().resolve("users/bench/home");
    DavServer server =
        new DavServer("ours", portal.url().getPort(), home, "/dav", basic, portal::close);
    try (DavClient first = server.connect()) {
      first.find("/dav/"); // makes the home
    }
    return server;
  }

  /** The handler alone, nothing synced. */
  static DavServer unsynced(Path folder, int httpsPort) throws Exception {
    int port = freePort();
    Path own = Files.createDirectories(folder.resolve("ours"));
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC", // as ./appliance up starts the portal
            "-XX:+UseCompactObjectHeaders",
            "-Xss512k",
            "-Xms24m",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            DavMain.class.getName(),
            own.toString(),
            Integer.toString(port),
            Integer.toString(httpsPort),
            "false");
    Process process = start(command, folder.resolve("ours.log"), port);
    return new DavServer("ours-nosync", port, own.resolve("home"), "/dav", "", () -> end(process));
  }

  /** Debian's Apache with mod_dav_fs under our own configuration; empty when it is missing. */
  static Optional<DavServer> apache(Path folder) throws Exception {
    if (Shell.line("apache2", "-v").equals("missing")) {
      return Optional.empty();
    }
    int port = freePort();
    Path own = Files.createDirectories(folder.resolve("apache"));
    Path files = Files.createDirectories(own.resolve("files"));
    Path locks = Files.createDirectories(own.resolve("locks"));
    for (Path path : List.of(folder, own, files, locks)) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    String modules = "/usr/lib/apache2/modules/mod_";
    StringBuilder config = new StringBuilder();
    config.append("ServerRoot ").append(own).append("\nServerName localhost\n");
    config.append("PidFile ").append(own.resolve("pid")).append('\n');
    config.append("DefaultRuntimeDir ").append(own).append('\n');
    config.append("ErrorLog ").append(own.resolve("error.log")).append('\n');
    config.append("Listen 127.0.0.1:").append(port).append('\n');
    for (String module :
        List.of("mpm_event", "authz_core", "alias", "mime", "dav", "dav_fs", "dav_lock")) {
      config.append("LoadModule ").append(module).append("_module ");
      config.append(modules).append(module).append(".so\n");
    }
    config.append("TypesConfig /dev/null\nEnableSendfile On\nKeepAlive On\n");
    config.append("MaxKeepAliveRequests 0\nKeepAliveTimeout 60\nUser www-data\nGroup www-data\n");
    config.append("DavLockDB ").append(locks.resolve("db")).append('\n');
    config.append("DocumentRoot ").append(files).append('\n');
    config.append("Alias /dav ").append(files).append('\n');
    config.append("<Directory />\nRequire all granted\nDav On\n</Directory>\n");
    Path file = Files.writeString(own.resolve("apache.conf"), config);
    Process process =
        start(
            List.of("apache2", "-f", file.toString(), "-DFOREGROUND"),
            folder.resolve("apache.log"),
            port);
    return Optional.of(new DavServer("apache", port, files, "/dav", "", () -> end(process)));
  }

  /** rclone; empty when it is missing. */
  static Optional<DavServer> rclone(Path folder) throws Exception {
    if (Shell.line("rclone", "version").equals("missing")) {
      return Optional.empty();
    }
    int port = freePort();
    Path files = Files.createDirectories(folder.resolve("rclone"));
    Process process =
        start(
            List.of(
                "rclone",
                "serve",
                "webdav",
                files.toString(),
                "--addr",
                "127.0.0.1:" + port,
                "--config",
                "/dev/null"),
            folder.resolve("rclone.log"),
            port);
    return Optional.of(new DavServer("rclone", port, files, "", "", () -> end(process)));
  }

  /** {@return whether a PUT is answered when it is on the disk, which takes its time} */
  boolean isSynced() {
    return !authorization.isEmpty(); // the portal
  }

  DavClient connect() throws IOException {
    return new DavClient(port, authorization);
  }

  private static Process start(List<String> command, Path log, int port) throws Exception {
    Process process =
        new ProcessBuilder(new ArrayList<>(command))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return process;
        }
      } catch (IOException e) { // not yet
        if (System.nanoTime() > deadline || !process.isAlive()) {
          end(process);
          throw new IllegalStateException(command.getFirst() + ": " + Files.readString(log), e);
        }
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  private static void end(Process process) {
    process.destroy();
    process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    stop.run();
  }
}
