package org.gridappliance.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server in a process of its own is killed while clients PUT, MOVE and PROPPATCH. What was
 * answered is there whole afterwards, with its properties; what was not answered is there whole or
 * as it was before.
 */
class KillTest {
  private static final int CLIENTS = 4;

  /** The process that is killed. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      DavServer server = new DavServer(Path.of(args[0]), Long.MAX_VALUE);
      System.out.println("port " + server.port);
    }
  }

  /** One client's names: what each may hold, the first being what was last answered. */
  private static final class Client {
    final int number;
    final Map<String, String> acknowledged = new HashMap<>();
    final List<String> touched = new ArrayList<>();
    String newText = "";

    Client(int number) {
      this.number = number;
    }
  }

  @Test
  void whatWasAnsweredSurvivesKill9(@TempDir Path dir) throws Exception {
    int rounds = Boolean.getBoolean("soak") ? 200 : 5;
    long seed = Long.getLong("seed", 42);
    System.out.println("kill test seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < rounds; round++) {
      storm(Files.createDirectory(dir.resolve("r" + round)), random, "seed " + seed + "." + round);
    }
  }

  private void storm(Path dir, Random random, String at) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<Client> clients = new ArrayList<>();
    CountDownLatch busy = new CountDownLatch(24);
    try {
      int port = port(process);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Client client = new Client(i);
        clients.add(client);
        long own = random.nextLong();
        threads.add(Thread.ofPlatform().start(() -> run(client, port, new Random(own), busy)));
      }
      assertTrue(busy.await(60, TimeUnit.SECONDS), at + ": the server answers too little");
      // not waiting for anything: the moment of the kill is the random part
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1200)));
      process.destroyForcibly().waitFor();
      for (Thread thread : threads) {
        thread.join();
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    int answered = 0;
    try (DavServer server = new DavServer(dir, Long.MAX_VALUE)) {
      for (Client client : clients) {
        check(server, client, at);
        answered += client.acknowledged.size();
      }
      try (var left = Files.list(server.spool)) {
        assertEquals(0, left.count(), at);
      }
    }
    assertTrue(answered > 0, at + ": nothing was answered before the kill");
  }

  private static int port(Process process) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("port ")) {
        return Integer.parseInt(line.substring(5));
      }
    }
    throw new IOException("the server did not start");
  }

  /** Until the server is gone. A property holds the text of the file, so both can be compared. */
  private static void run(Client client, int port, Random random, CountDownLatch busy) {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    String base = "http://127.0.0.1:" + port + "/dav/c" + client.number + "-";
    try {
      for (int i = 0; ; i++) {
        String from = "f" + random.nextInt(6);
        busy.countDown();
        client.touched.clear();
        client.touched.add(from);
        if (random.nextInt(3) > 0 || !client.acknowledged.containsKey(from)) {
          client.newText = i + "-" + "x".repeat(random.nextInt(50_000));
          send(http, "PUT", base + from, client.newText);
          client.acknowledged.put(from, client.newText);
          client.touched.clear();
          client.newText = "";
          String text = client.acknowledged.get(from);
          client.touched.add(from);
          send(http, "PROPPATCH", base + from, property(text.substring(0, text.indexOf('-'))));
        } else {
          String to = "g" + random.nextInt(6);
          client.touched.add(to);
          send(http, "MOVE", base + from, "", "Destination", base + to);
          client.acknowledged.put(to, client.acknowledged.remove(from));
        }
      }
    } catch (IOException e) {
      // the server was killed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String property(String value) {
    return "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><n xmlns='urn:k'>"
        + value
        + "</n></D:prop></D:set></D:propertyupdate>";
  }

  private static void send(
      HttpClient http, String method, String url, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    int status = http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    if (status >= 300) {
      throw new AssertionError(method + " " + url + " " + status);
    }
  }

  private static void check(DavServer server, Client client, String at) throws Exception {
    List<String> names = new ArrayList<>(client.acknowledged.keySet());
    Collections.sort(names);
    for (String name : names) {
      String wanted = client.acknowledged.get(name);
      String path = "/c" + client.number + "-" + name;
      HttpResponse<String> found = server.send("GET", path, "");
      if (!client.touched.contains(name)) {
        assertEquals(wanted, found.body(), at + " " + path);
        String number = wanted.substring(0, wanted.indexOf('-'));
        String all = server.send("PROPFIND", path, "", "Depth", "0").body();
        assertTrue(all.contains("<n xmlns=\"urn:k\">" + number + "</n>"), at + " " + path);
      } else if (found.statusCode() == 200) {
        boolean isWhole =
            found.body().equals(client.newText) || client.acknowledged.containsValue(found.body());
        assertTrue(isWhole, at + " " + path + " is neither old nor new");
      } else {
        boolean isMoved = client.touched.size() == 2 && client.touched.getFirst().equals(name);
        assertTrue(isMoved, at + " " + path + " is lost");
        String target = "/c" + client.number + "-" + client.touched.getLast();
        assertEquals(wanted, server.send("GET", target, "").body(), at + " " + target);
      }
    }
  }
}
