package org.gridappliance.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gridappliance.webdav.history.Retention;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many children, many clients, slow clients, large files, and a disk without room. */
class LimitsTest {
  @TempDir Path dir;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private HttpResponse<InputStream> send(int port, String method, String path, String... headers)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/dav" + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .headers(headers)
            .build(),
        HttpResponse.BodyHandlers.ofInputStream());
  }

  private static long drain(InputStream in) throws IOException {
    try (in) {
      return in.transferTo(OutputStream.nullOutputStream());
    }
  }

  @Test
  void aHundredThousandChildrenAreListedWithoutMoreHeap() throws Exception {
    Path many = Files.createDirectories(dir.resolve("home/many"));
    int children = 100_000;
    for (int i = 0; i < children; i++) {
      Files.createFile(many.resolve("f" + i));
    }
    try (Served served = new Served(dir, "-Xmx256m")) {
      drain(send(served.port, "PROPFIND", "/many/", "Depth", "0").body());
      int before = served.state().heapMiB();
      long began = System.nanoTime();
      InputStream body = send(served.port, "PROPFIND", "/many/", "Depth", "1").body();
      assertTrue(body.read() >= 0);
      double first = (System.nanoTime() - began) / 1e6;
      long bytes = drain(body);
      System.out.printf(
          Locale.ROOT,
          "PROPFIND of %,d: first byte %.0f ms, %.2f s, %,d bytes%n",
          children,
          first,
          (System.nanoTime() - began) / 1e9,
          bytes);
      assertTrue(bytes > children * 200L, "only " + bytes + " bytes");
      int after = served.state().heapMiB();
      assertTrue(after <= before + 8, "heap grew from " + before + " to " + after + " MiB");
    }
  }

  @Test
  void clientsThatSendAByteNowAndThenHoldNoThreadAndBlockNobody() throws Exception {
    Files.createDirectories(dir.resolve("home"));
    List<Socket> slow = new ArrayList<>();
    try (Served served = new Served(dir, "-Xmx256m");
        ExecutorService pool = Executors.newFixedThreadPool(64)) {
      drain(send(served.port, "PROPFIND", "/", "Depth", "0").body());
      int before = served.state().threads();
      for (int i = 0; i < 200; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.port);
        slow.add(socket);
        socket
            .getOutputStream()
            .write(
                ("PUT /dav/slow"
                        + i
                        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nx")
                    .getBytes(StandardCharsets.US_ASCII));
      }
      List<Callable<Integer>> work = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        String url = "http://127.0.0.1:" + served.port + "/dav/p" + i;
        work.add(() -> putAndGet(url));
      }
      for (Future<Integer> answer : pool.invokeAll(work)) {
        assertEquals(200, answer.get());
      }
      for (Socket socket : slow) {
        socket.getOutputStream().write('y');
      }
      int after = served.state().threads();
      assertTrue(after <= before + 16, "threads grew from " + before + " to " + after);
      assertEquals(404, send(served.port, "GET", "/slow1", "Accept", "*/*").statusCode());
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private int putAndGet(String url) throws IOException, InterruptedException {
    byte[] bytes = url.repeat(1000).getBytes(StandardCharsets.UTF_8);
    int status =
        http.send(
                HttpRequest.newBuilder(URI.create(url))
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes))
                    .build(),
                HttpResponse.BodyHandlers.discarding())
            .statusCode();
    assertEquals(201, status, url);
    HttpResponse<byte[]> back =
        http.send(
            HttpRequest.newBuilder(URI.create(url)).build(),
            HttpResponse.BodyHandlers.ofByteArray());
    org.junit.jupiter.api.Assertions.assertArrayEquals(bytes, back.body());
    return back.statusCode();
  }

  @Test
  void aLargeFileGoesBothWaysWithoutMoreHeap() throws Exception {
    long bytes = Boolean.getBoolean("soak") ? 20L << 30 : 512L << 20;
    Files.createDirectories(dir.resolve("home"));
    try (Served served = new Served(dir, "-Xmx256m")) {
      HttpRequest put =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + served.port + "/dav/large"))
              .PUT(
                  HttpRequest.BodyPublishers.fromPublisher(
                      HttpRequest.BodyPublishers.ofInputStream(() -> new Zeros(bytes)), bytes))
              .build();
      assertEquals(201, http.send(put, HttpResponse.BodyHandlers.discarding()).statusCode());
      assertEquals(bytes, drain(send(served.port, "GET", "/large", "Accept", "*/*").body()));
      int heap = served.state().heapMiB();
      assertTrue(heap < 64, "heap " + heap + " MiB");
    }
  }

  /** So many zero bytes. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long left) {
      this.left = left;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) {
      if (left <= 0) {
        return -1;
      }
      int n = (int) Math.min(length, left);
      java.util.Arrays.fill(into, from, from + n, (byte) 0);
      left -= n;
      return n;
    }
  }

  @Test
  @Tag("root")
  void aFullDiskIs507AndNothingIsDamaged() throws Exception {
    Path image = dir.resolve("disk.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(24 << 20);
    }
    Path small = Files.createDirectory(dir.resolve("small"));
    run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
    run("mount", "-o", "loop", image.toString(), small.toString());
    try (DavServer server = new DavServer(dir, small, Long.MAX_VALUE, new Retention(30, 3, 50))) {
      String text = "x".repeat(1_000_000);
      assertEquals(201, server.send("PUT", "/kept", text).statusCode());
      assertEquals(507, server.send("PUT", "/kept", "y".repeat(40_000_000)).statusCode());
      assertEquals(507, ofUnknownLength(server, "/kept", 40_000_000), "the kernel says it is full");
      assertEquals(text, server.send("GET", "/kept", "").body());
      assertEquals(201, server.send("MKCOL", "/d", "").statusCode());
      int made = 0;
      int status = 201;
      while (status == 201) {
        status =
            server
                .send("COPY", "/kept", "", "Destination", server.url("/copy" + made++))
                .statusCode();
      }
      assertEquals(507, status);
      assertEquals(404, server.send("GET", "/copy" + (made - 1), "").statusCode());
      assertEquals(text, server.send("GET", "/copy0", "").body());
      try (var left = Files.list(server.spool)) {
        assertEquals(0, left.count());
      }
      assertEquals(204, server.send("DELETE", "/copy0", "").statusCode(), "into the trash");
      assertEquals(
          201,
          server.send("MOVE", "/kept", "", "Destination", server.url("/d/moved")).statusCode());
      assertEquals(text, server.send("GET", "/d/moved", "").body());
    } finally {
      run("umount", small.toString());
    }
    run("e2fsck", "-f", "-n", image.toString());
  }

  private int ofUnknownLength(DavServer server, String path, long bytes) throws Exception {
    HttpRequest put =
        HttpRequest.newBuilder(URI.create(server.url(path)))
            .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new Zeros(bytes)))
            .build();
    return http.send(put, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertEquals(
        0,
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor(),
        String.join(" ", command));
  }
}
