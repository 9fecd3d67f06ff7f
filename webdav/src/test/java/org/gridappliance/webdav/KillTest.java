package org.gridappliance.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.gridappliance.webdav.history.Retention;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server in a process of its own is killed while clients PUT, PROPPATCH, MOVE, COPY, DELETE, LOCK
 * and UNLOCK. What was answered holds afterwards, with its properties and locks; what was not
 * answered was done whole or not at all; trash and versions agree with their rows.
 */
class KillTest {
  private static final int CLIENTS = 4;
  private static final String LOCK =
      "<D:lockinfo xmlns:D='DAV:'><D:lockscope><D:exclusive/></D:lockscope>"
          + "<D:locktype><D:write/></D:locktype></D:lockinfo>";

  /**
   * One client's own names, each with the text it holds; a text begins with a number, which is also
   * the value of its property.
   */
  private static final class Client {
    final int number;
    final Map<String, String> before = new TreeMap<>(); // as last answered
    final Map<String, String> after = new TreeMap<>(); // as it will be when what is asked was done
    final Map<String, String> tokens = new HashMap<>();
    final Map<String, Boolean> locked = new HashMap<>(); // answered for sure
    int answered;

    Client(int number) {
      this.number = number;
    }

    String url(int port, String name) {
      return "http://127.0.0.1:" + port + path(name);
    }

    String path(String name) {
      return "/dav/c" + number + "-" + name;
    }
  }

  @Test
  void whatWasAnsweredSurvivesKill9(@TempDir Path dir) throws Exception {
    int rounds = Boolean.getBoolean("soak") ? 200 : 15;
    long seed = Long.getLong("seed", 42);
    System.out.println("kill test seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < rounds; round++) {
      storm(Files.createDirectory(dir.resolve("r" + round)), random, "seed " + seed + "." + round);
    }
  }

  private static void storm(Path dir, Random random, String at) throws Exception {
    List<Client> clients = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    CountDownLatch busy = new CountDownLatch(40);
    try (Served served = new Served(dir, "-Xmx256m", "-XX:+UseSerialGC")) {
      for (int i = 0; i < CLIENTS; i++) {
        Client client = new Client(i);
        clients.add(client);
        long own = random.nextLong();
        threads.add(Thread.ofPlatform().start(() -> run(client, served.port, own, busy)));
      }
      assertTrue(busy.await(60, TimeUnit.SECONDS), at + ": the server answers too little");
      // not waiting for anything: the moment of the kill is the random part
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Retention retention = new Retention(30, 3, 50);
    try (DavServer server = new DavServer(dir, dir, Long.MAX_VALUE, retention)) {
      int answered = 0;
      for (Client client : clients) {
        check(server, client, at);
        answered += client.answered;
      }
      assertTrue(answered > 0, at + ": nothing was answered before the kill");
      try (var left = Files.list(server.spool)) {
        assertEquals(0, left.count(), at);
      }
      try (var left = Files.list(server.kept)) {
        assertEquals(server.storage.history().all("ann").size(), left.count(), at);
      }
    }
  }

  /** Until the server is gone. */
  private static void run(Client client, int port, long seed, CountDownLatch busy) {
    Random random = new Random(seed);
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try {
      for (int i = 0; ; i++) {
        one(client, port, random, http, i);
        busy.countDown();
      }
    } catch (IOException e) {
      // the server was killed
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void one(Client client, int port, Random random, HttpClient http, int i)
      throws IOException, InterruptedException {
    String from = "f" + random.nextInt(5);
    String to = "g" + random.nextInt(5);
    @Nullable String held = client.before.get(from);
    int kind = held == null ? 0 : random.nextInt(8);
    switch (kind) {
      case 3 -> {
        client.after.remove(from);
        client.after.put(to, held == null ? "" : held);
        send(http, "MOVE", client.url(port, from), "", "Destination", client.url(port, to));
      }
      case 4 -> {
        client.after.put(to, held == null ? "" : held);
        send(http, "COPY", client.url(port, from), "", "Destination", client.url(port, to));
      }
      case 5 -> {
        client.after.remove(from);
        send(http, "DELETE", client.url(port, from), "");
      }
      case 6 -> lock(client, port, "l" + random.nextInt(3), http);
      default -> {
        String text = i + "-" + "x".repeat(random.nextInt(50_000));
        client.after.put(from, text);
        send(http, "PUT", client.url(port, from), text);
        send(http, "PROPPATCH", client.url(port, from), property(Integer.toString(i)));
      }
    }
    client.answered++;
    client.before.clear();
    client.before.putAll(client.after);
  }

  private static void lock(Client client, int port, String name, HttpClient http)
      throws IOException, InterruptedException {
    client.locked.remove(name);
    @Nullable String token = client.tokens.remove(name);
    if (token == null) {
      var answer = send(http, "LOCK", client.url(port, name), LOCK);
      client.tokens.put(name, answer.headers().firstValue("Lock-Token").orElseThrow());
      client.locked.put(name, true);
    } else {
      send(http, "UNLOCK", client.url(port, name), "", "Lock-Token", token);
      client.locked.put(name, false);
    }
  }

  private static String property(String value) {
    return "<D:propertyupdate xmlns:D='DAV:'><D:set><D:prop><n xmlns='urn:k'>"
        + value
        + "</n></D:prop></D:set></D:propertyupdate>";
  }

  private static HttpResponse<Void> send(
      HttpClient http, String method, String url, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    HttpResponse<Void> answer = http.send(request.build(), HttpResponse.BodyHandlers.discarding());
    if (answer.statusCode() >= 300) {
      throw new AssertionError(method + " " + url + " " + answer.statusCode());
    }
    return answer;
  }

  /** The tree is as it was answered, or as it is after the one thing that was not answered. */
  private static void check(DavServer server, Client client, String at) throws Exception {
    Map<String, String> found = new TreeMap<>();
    for (String kind : List.of("f", "g")) {
      for (int i = 0; i < 5; i++) {
        HttpResponse<String> file = get(server, client, kind + i);
        if (file.statusCode() == 200) {
          found.put(kind + i, file.body());
        }
      }
    }
    String what = at + " client " + client.number;
    boolean isBefore = heads(found).equals(heads(client.before));
    boolean isAfter = heads(found).equals(heads(client.after));
    assertTrue(
        isBefore || isAfter,
        what
            + ": "
            + heads(found)
            + ", want "
            + heads(client.before)
            + " or "
            + heads(client.after));
    for (Map.Entry<String, String> file : found.entrySet()) {
      boolean isSure = file.getValue().equals(client.before.get(file.getKey()));
      if (isSure && file.getValue().equals(client.after.get(file.getKey()))) {
        String all = server.send("PROPFIND", own(client, file.getKey()), "", "Depth", "0").body();
        assertTrue(
            all.contains("<n xmlns=\"urn:k\">" + number(file.getValue()) + "</n>"),
            what + " " + file.getKey());
      }
    }
    for (Map.Entry<String, Boolean> lock : client.locked.entrySet()) {
      int status = server.send("PUT", own(client, lock.getKey()), "x").statusCode();
      assertEquals(lock.getValue() ? 423 : 204, status, what + " " + lock.getKey());
    }
  }

  /** Numbers and lengths, so that a failure can be read. */
  private static Map<String, String> heads(Map<String, String> texts) {
    Map<String, String> heads = new TreeMap<>();
    texts.forEach((name, text) -> heads.put(name, number(text) + ":" + text.length()));
    return heads;
  }

  private static String number(String text) {
    return text.substring(0, text.indexOf('-'));
  }

  private static String own(Client client, String name) {
    return client.path(name).substring("/dav".length());
  }

  private static HttpResponse<String> get(DavServer server, Client client, String name)
      throws Exception {
    return server.send("GET", own(client, name), "");
  }
}
