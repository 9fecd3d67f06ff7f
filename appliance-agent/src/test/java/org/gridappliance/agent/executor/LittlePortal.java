package org.gridappliance.agent.executor;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.gridappliance.jobs.lease.Enrolment;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.Leases;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.SubjobResult;

/** The portal's end of the lease protocol, small enough to say exactly what arrived. */
public final class LittlePortal implements AutoCloseable {
  static final Limits ROOMY = new Limits(1, 512L << 20, 64L << 20, 64, 60, 1 << 20);

  final Map<String, byte[]> files = new ConcurrentHashMap<>();
  final Map<String, String> streams = new ConcurrentHashMap<>();
  final Map<String, AtomicInteger> fetches = new ConcurrentHashMap<>();
  final BlockingQueue<SubjobResult> results = new LinkedBlockingQueue<>();
  final Map<String, SubjobResult> accepted = new ConcurrentHashMap<>();
  final BlockingQueue<LeaseRequest> requests = new LinkedBlockingQueue<>();
  final List<String> stop = new ArrayList<>();
  final List<String> suspend = new ArrayList<>();
  final AtomicInteger resultRequests = new AtomicInteger();
  final AtomicInteger heartbeats = new AtomicInteger();

  /** Everybody who enrolled. */
  public final BlockingQueue<Enrolment> enrolments = new LinkedBlockingQueue<>();

  /** The tokens of requests for work. */
  public final BlockingQueue<String> bearers = new LinkedBlockingQueue<>();

  /** Answers 401 to requests for work while it is set. */
  public volatile boolean forgetful;

  /** Answers 503 to everything while it is set. */
  volatile boolean away;

  /** The last request for work of each token. */
  private final Map<String, Long> asked = new ConcurrentHashMap<>();

  private final AtomicLong asking = new AtomicLong();
  private final BlockingQueue<Lease> work = new LinkedBlockingQueue<>();
  private final AtomicLong number = new AtomicLong();
  private final HttpServer server;

  public LittlePortal() throws IOException {
    this(0);
  }

  LittlePortal(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  public int port() {
    return server.getAddress().getPort();
  }

  Identity identity() {
    return new Identity(URI.create("http://127.0.0.1:" + port()), 1, "token", null);
  }

  FileRef file(String path, String content) {
    byte[] bytes = content.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    files.put(sha256(bytes), bytes);
    return new FileRef(path, sha256(bytes), bytes.length);
  }

  public Lease offer(List<String> outputs, List<FileRef> inputs, String... command) {
    return offer(ROOMY, outputs, inputs, command);
  }

  Lease offer(Limits limits, List<String> outputs, List<FileRef> inputs, String... command) {
    long id = number.incrementAndGet();
    Lease lease =
        new Lease(
            "lease-" + id,
            id,
            1,
            (int) id - 1,
            List.of(command),
            Map.of(),
            inputs,
            outputs,
            limits,
            30,
            1,
            null,
            null,
            null);
    work.add(lease);
    return lease;
  }

  /** Puts a lease into the queue as it is. */
  void offer(Lease lease) {
    work.add(lease);
  }

  public SubjobResult result() throws InterruptedException {
    SubjobResult result = results.poll(40, TimeUnit.SECONDS);
    if (result == null) {
      throw new AssertionError("no result came within 40 s");
    }
    return result;
  }

  String output(SubjobResult result, String path) {
    return result.outputs().stream()
        .filter(f -> f.path().equals(path))
        .map(f -> new String(files.get(f.sha256()), java.nio.charset.StandardCharsets.UTF_8))
        .findFirst()
        .orElseThrow(() -> new AssertionError(path + " is not in " + result.outputs()));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (away) {
        answer(exchange, 503, new byte[0]);
      } else if (path.equals(LeaseProtocol.ENROL)) {
        Enrolment enrolment = LeaseProtocol.json().readValue(body, Enrolment.class);
        enrolments.add(enrolment);
        if (enrolment.joinToken().startsWith("good")) {
          json(exchange, new Enrolment.Enrolled(7));
        } else {
          answer(exchange, 403, new byte[0]);
        }
      } else if (path.equals(LeaseProtocol.LEASES) && forgetful) {
        answer(exchange, 401, new byte[0]);
      } else if (path.equals(LeaseProtocol.LEASES)) {
        bearers.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        lease(exchange, LeaseProtocol.json().readValue(body, LeaseRequest.class));
      } else if (path.equals(LeaseProtocol.HEARTBEAT)) {
        heartbeats.incrementAndGet();
        synchronized (stop) {
          json(exchange, new Heartbeat.Orders(List.copyOf(stop), List.copyOf(suspend), List.of()));
        }
      } else if (path.equals(LeaseProtocol.RESULTS)) {
        results(exchange, LeaseProtocol.json().readValue(body, SubjobResult.Batch.class));
      } else if (path.contains("/files/")) {
        file(exchange, path.substring(path.lastIndexOf('/') + 1), body);
      } else if (path.contains("/output/")) {
        output(exchange, path, body);
      } else {
        answer(exchange, 404, new byte[0]);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lease(HttpExchange exchange, LeaseRequest request)
      throws IOException, InterruptedException {
    String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    Long mine = asking.incrementAndGet();
    asked.put(token, mine);
    requests.add(request);
    List<Lease> leases = new ArrayList<>();
    if (request.canContain()) {
      Lease first = await(token, mine, request.waitSeconds());
      if (first != null) {
        leases.add(first);
        work.drainTo(leases, request.max() - 1);
      }
    }
    json(exchange, new Leases(leases));
  }

  /** As the portal does: a node's newer request for work ends its older one. */
  private Lease await(String token, Long mine, int seconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Lease found = null;
    do {
      found = work.poll(20, TimeUnit.MILLISECONDS);
      if (!mine.equals(asked.get(token))) {
        if (found != null) {
          work.add(found);
        }
        return null;
      }
    } while (found == null && System.nanoTime() < end);
    return found;
  }

  private void results(HttpExchange exchange, SubjobResult.Batch batch) throws IOException {
    resultRequests.incrementAndGet();
    List<Integer> statuses = new ArrayList<>();
    for (SubjobResult result : batch.results()) {
      boolean first = accepted.putIfAbsent(result.lease(), result) == null;
      statuses.add(first ? 204 : 409);
      if (first) {
        results.add(result);
      }
    }
    if (statuses.size() == 1) {
      answer(exchange, statuses.getFirst(), new byte[0]);
    } else {
      json(exchange, new SubjobResult.Statuses(statuses));
    }
  }

  private void file(HttpExchange exchange, String sha256, byte[] body) throws IOException {
    if (exchange.getRequestMethod().equals("GET")) {
      fetches.computeIfAbsent(sha256, s -> new AtomicInteger()).incrementAndGet();
      byte[] bytes = files.get(sha256);
      answer(exchange, bytes == null ? 404 : 200, bytes == null ? new byte[0] : bytes);
    } else if (sha256(body).equals(sha256)) {
      files.put(sha256, body);
      answer(exchange, 204, new byte[0]);
    } else {
      answer(exchange, 400, new byte[0]);
    }
  }

  private void output(HttpExchange exchange, String path, byte[] body) throws IOException {
    Map<String, String> query = new HashMap<>();
    for (String pair : exchange.getRequestURI().getQuery().split("&", -1)) {
      query.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
    }
    String key = path.replaceAll(".*leases/(.*)/output/", "$1 ");
    synchronized (streams) {
      String sofar = streams.getOrDefault(key, "");
      long offset = Long.parseLong(query.getOrDefault("offset", "-1"));
      sofar = offset == 0 ? "" : sofar;
      if (sofar.length() != offset) {
        exchange.getResponseHeaders().set("Output-Size", Integer.toString(sofar.length()));
        answer(exchange, 409, new byte[0]);
        return;
      }
      streams.put(key, sofar + new String(body, java.nio.charset.StandardCharsets.ISO_8859_1));
    }
    answer(exchange, 204, new byte[0]);
  }

  private static void json(HttpExchange exchange, Object body) throws IOException {
    answer(exchange, 200, LeaseProtocol.json().writeValueAsBytes(body));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
