package org.gridappliance.tests.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Large and small files and a large folder, against Apache's mod_dav and rclone, neither of which
 * syncs: {@code ours} is a whole portal that syncs and asks who it is, {@code ours-nosync} the
 * WebDAV server alone that does neither.
 */
final class StorageBench implements Bench {
  private static final int SMALL = 10 * 1024;
  private static final int CHILDREN = 10_000;
  private static final int MANY = 100_000;
  private static final int CLIENTS = 64;

  @Override
  public void run(Report report, boolean quick) throws Exception {
    report.version("apache", Shell.line("apache2", "-v"));
    report.version("rclone", Shell.line("rclone", "version"));
    Path folder = Files.createTempDirectory("bench-storage-");
    int https = DavServer.freePort();
    List<DavServer> servers = new ArrayList<>();
    try {
      servers.add(DavServer.unsynced(folder, https));
      DavServer.apache(folder).ifPresent(servers::add);
      servers.add(DavServer.portal());
      DavServer.rclone(folder).ifPresent(servers::add);
      measure(report, quick, servers, https);
    } finally {
      for (DavServer server : servers) {
        server.close();
      }
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private static void measure(Report report, boolean quick, List<DavServer> servers, int https)
      throws Exception {
    int rounds = quick ? 2 : 5;
    long large = quick ? 256L << 20 : 1L << 30;
    double toGibibyte = (1L << 30) / (double) large;
    int puts = quick ? 500 : 2_000;
    for (DavServer server : servers) { // all warm
      makeFiles(server, "ten", CHILDREN);
      small(server, "warm", !quick ? 4_000 : server.isSynced() ? 300 : 2_000);
      for (int i = 0; i < 3; i++) {
        find(server, "ten");
      }
      put(server, 64L << 20);
      get(server);
    }
    for (int round = 0; round < rounds; round++) {
      for (DavServer server : servers) {
        report.add("put-1g", server.subject(), "s", "lower", put(server, large) * toGibibyte);
      }
      for (DavServer server : servers) {
        report.add("get-1g", server.subject(), "s", "lower", get(server) * toGibibyte);
      }
      for (DavServer server : servers) {
        String small = "small" + round;
        report.add(
            "put-small",
            server.subject(),
            "requests/s",
            "higher",
            small(server, small, quick && server.isSynced() ? 200 : puts));
      }
      for (DavServer server : servers) {
        DavClient.Found found = find(server, "ten");
        report.add("propfind-10k", server.subject(), "s", "lower", found.seconds());
        report.add(
            "propfind-10k-first-byte", server.subject(), "ms", "lower", found.firstByteMillis());
      }
      for (DavServer server : servers) {
        report.add(
            "put-small-64", server.subject(), "requests/s", "higher", parallel(server, round));
      }
      report.add("get-1g-https", "ours-nosync", "s", "lower", overTls(https) * toGibibyte);
    }
    if (!quick) {
      DavServer ours = servers.getFirst();
      makeFiles(ours, "hundred", MANY);
      for (int round = 0; round < 3; round++) {
        report.add("propfind-100k-heap", "ours-nosync", "MB", "lower", heapOfFind(ours));
      }
    }
  }

  /** Children on disk, made behind the server's back, owned as the folder is. */
  private static void makeFiles(DavServer server, String name, int count) throws IOException {
    Path folder = Files.createDirectories(server.files().resolve(name));
    for (int i = 0; i < count; i++) {
      Files.createFile(folder.resolve("file-%06d.txt".formatted(i)));
    }
  }

  private static double put(DavServer server, long bytes) throws IOException {
    try (DavClient client = server.connect()) {
      return client.put(server.prefix() + "/large.bin", bytes);
    }
  }

  private static double get(DavServer server) throws IOException {
    try (DavClient client = server.connect()) {
      return client.get(server.prefix() + "/large.bin");
    }
  }

  private static DavClient.Found find(DavServer server, String name) throws IOException {
    try (DavClient client = server.connect()) {
      return client.find(server.prefix() + "/" + name + "/");
    }
  }

  /** {@return PUTs a second, one after another on one connection} */
  private static double small(DavServer server, String name, int count) throws IOException {
    try (DavClient client = server.connect()) {
      client.makeFolder(server.prefix() + "/" + name + "/");
      long start = System.nanoTime();
      for (int i = 0; i < count; i++) {
        client.put(server.prefix() + "/" + name + "/" + i + ".bin", SMALL);
      }
      return count / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** {@return PUTs a second of 64 clients together} */
  private static double parallel(DavServer server, int round) throws Exception {
    String name = "parallel" + round;
    try (DavClient client = server.connect()) {
      client.makeFolder(server.prefix() + "/" + name + "/");
    }
    int each = 20;
    List<Callable<Integer>> clients = new ArrayList<>();
    for (int n = 0; n < CLIENTS; n++) {
      int number = n;
      clients.add(
          () -> {
            try (DavClient client = server.connect()) {
              for (int i = 0; i < each; i++) {
                client.put(server.prefix() + "/" + name + "/" + number + "-" + i, SMALL);
              }
            }
            return each;
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      long start = System.nanoTime();
      int done = 0;
      for (Future<Integer> one : threads.invokeAll(clients)) {
        done += one.get();
      }
      return done / ((System.nanoTime() - start) / 1e9);
    }
  }

  /** {@return MB that the heap held at most above its rest while 100,000 children were listed} */
  private static double heapOfFind(DavServer server) throws Exception {
    long rest = heap(server, "?gc");
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<DavClient.Found> listing = thread.submit(() -> find(server, "hundred"));
      long most = rest;
      while (!listing.isDone()) {
        most = Math.max(most, heap(server, "?gc"));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
      listing.get();
      return (most - rest) / 1e6;
    }
  }

  private static long heap(DavServer server, String query) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/heap" + query);
    return Long.parseLong(
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
            .body());
  }

  /** {@return seconds of a GET over TLS 1.3; the JDK decrypts at the client's end} */
  private static double overTls(int port) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(java.net.InetAddress.getLoopbackAddress(), port)) {
      long start = System.nanoTime();
      OutputStream out = socket.getOutputStream();
      out.write(
          "GET /dav/large.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[256 * 1024];
      long bytes = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes += n;
      }
      if (bytes < 1 << 20) {
        throw new IllegalStateException("https: only " + bytes + " bytes");
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** The certificate is one that the server made for this run. */
  private static final class Anyone implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
