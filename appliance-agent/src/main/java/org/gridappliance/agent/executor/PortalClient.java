package org.gridappliance.agent.executor;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.gridappliance.jobs.lease.Enrolment;
import org.gridappliance.jobs.lease.Heartbeat;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.LeaseRequest;
import org.gridappliance.jobs.lease.Leases;
import org.gridappliance.jobs.lease.Opening;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * The executor's side of the lease protocol. Blocking; safe from any thread.
 *
 * <p>Every call throws {@link PortalException} when the portal refuses and another {@link
 * IOException} when it cannot be reached.
 */
public final class PortalClient implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofSeconds(30);
  private static final long SLOWEST_BYTES_PER_SECOND = 50_000;

  private final HttpClient http;
  private final URI portal;
  private final String token;

  /**
   * @param identity where the portal is, how to know it, and as whom to speak
   * @throws IOException when TLS cannot be set up
   */
  public PortalClient(Identity identity) throws IOException {
    this(identity.portal(), identity.token(), PinnedTrust.client(identity.pin()));
  }

  private PortalClient(URI portal, String token, HttpClient.Builder builder) {
    this.portal = portal;
    this.token = token;
    this.http = builder.version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  }

  /** Trades a join token for an executor's number. */
  static long enrol(URI portal, @Nullable String pin, Enrolment enrolment)
      throws IOException, InterruptedException {
    try (PortalClient client = new PortalClient(portal, "", PinnedTrust.client(pin))) {
      return client
          .post(LeaseProtocol.ENROL, enrolment, Enrolment.Enrolled.class, SHORT)
          .executor();
    }
  }

  Leases lease(LeaseRequest request) throws IOException, InterruptedException {
    Duration wait = SHORT.plusSeconds(request.waitSeconds());
    return post(LeaseProtocol.LEASES, request, Leases.class, wait);
  }

  Heartbeat.Orders heartbeat(Heartbeat heartbeat) throws IOException, InterruptedException {
    return post(LeaseProtocol.HEARTBEAT, heartbeat, Heartbeat.Orders.class, SHORT);
  }

  /** {@return one status a result, in order} */
  List<Integer> results(List<SubjobResult> results) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        send(
            request(LeaseProtocol.RESULTS, SHORT)
                .POST(json(new SubjobResult.Batch(results)))
                .header("Content-Type", "application/json"),
            SHORT);
    int status = response.statusCode();
    if (status == 200) {
      return LeaseProtocol.json()
          .readValue(response.body(), SubjobResult.Statuses.class)
          .statuses();
    }
    if (results.size() == 1 && (status == 204 || status == 404 || status == 409)) {
      return List.of(status);
    }
    throw refused("the results", response);
  }

  /** Writes an input of a lease to a file; its content is not checked here. */
  void fetch(String lease, String sha256, long bytes, Path into)
      throws IOException, InterruptedException {
    Duration limit = patience(bytes);
    HttpRequest request = request(LeaseProtocol.file(lease, sha256), limit).GET().build();
    HttpResponse<Path> response =
        await(
            http.sendAsync(
                request,
                info ->
                    info.statusCode() == 200
                        ? BodyHandlers.ofFile(
                                into,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING)
                            .apply(info)
                        : HttpResponse.BodySubscribers.replacing(into)),
            limit);
    if (response.statusCode() != 200) {
      throw new PortalException(
          response.statusCode(), "The portal answered " + response.statusCode() + " to a fetch");
    }
  }

  /** Writes an input of a lease to a stream as it arrives; its content is not checked here. */
  void fetch(String lease, String sha256, long bytes, OutputStream into)
      throws IOException, InterruptedException {
    Duration limit = patience(bytes);
    HttpRequest request = request(LeaseProtocol.file(lease, sha256), limit).GET().build();
    Consumer<Optional<byte[]>> sink =
        piece -> {
          if (piece.isPresent()) {
            try {
              into.write(piece.get());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    HttpResponse<Void> response;
    try {
      response =
          await(
              http.sendAsync(
                  request,
                  info ->
                      info.statusCode() == 200
                          ? HttpResponse.BodySubscribers.ofByteArrayConsumer(sink)
                          : HttpResponse.BodySubscribers.replacing(null)),
              limit);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (response.statusCode() != 200) {
      throw new PortalException(
          response.statusCode(), "The portal answered " + response.statusCode() + " to a fetch");
    }
  }

  /** Where the bytes of an output begin; asked again when they must be sent again. */
  interface Content {
    InputStream open() throws IOException;
  }

  /** Brings an output of a lease to the portal. */
  void put(String lease, String sha256, long bytes, Content content)
      throws IOException, InterruptedException {
    Duration limit = patience(bytes);
    HttpResponse<byte[]> response =
        send(
            request(LeaseProtocol.file(lease, sha256), limit)
                .header("Content-Type", "application/octet-stream")
                .PUT(publisher(content, bytes)),
            limit);
    if (response.statusCode() / 100 != 2) {
      throw refused("an output file", response);
    }
  }

  /**
   * Appends live output. {@return how many bytes the portal has now}: other than expected when an
   * answer was lost, or when it begins anew after another executor's try.
   */
  long append(String lease, String stream, long fence, long offset, byte[] bytes)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        send(
            request(LeaseProtocol.output(lease, stream, fence, offset), SHORT)
                .header("Content-Type", "application/octet-stream")
                .PUT(BodyPublishers.ofByteArray(bytes)),
            SHORT);
    long size = response.headers().firstValueAsLong("Output-Size").orElse(-1);
    if (response.statusCode() == 409 && size >= 0 && size != offset) {
      return size;
    }
    if (response.statusCode() / 100 != 2) {
      throw refused("live output", response);
    }
    return size >= 0 ? size : offset + bytes.length;
  }

  /** Opens the WebSocket on which the portal says whom to answer. */
  WebSocket line(WebSocket.Listener listener) throws IOException, InterruptedException {
    return webSocket(LeaseProtocol.LINE, listener);
  }

  /** Opens a WebSocket that carries one person's bytes. */
  WebSocket channel(Opening opening, WebSocket.Listener listener)
      throws IOException, InterruptedException {
    return webSocket(LeaseProtocol.channel(opening), listener);
  }

  private WebSocket webSocket(String path, WebSocket.Listener listener)
      throws IOException, InterruptedException {
    String address = portal.resolve(path).toString();
    URI socket = URI.create(address.replaceFirst("^http", "ws"));
    return await(
        http.newWebSocketBuilder()
            .header("Authorization", "Bearer " + token)
            .connectTimeout(CONNECT)
            .buildAsync(socket, listener),
        CONNECT);
  }

  private <T> T post(String path, Object body, Class<T> answer, Duration limit)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        send(
            request(path, limit).POST(json(body)).header("Content-Type", "application/json"),
            limit);
    if (response.statusCode() / 100 != 2) {
      throw refused(path, response);
    }
    return LeaseProtocol.json().readValue(response.body(), answer);
  }

  private HttpRequest.Builder request(String path, Duration limit) {
    HttpRequest.Builder request = HttpRequest.newBuilder(portal.resolve(path)).timeout(limit);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private HttpResponse<byte[]> send(HttpRequest.Builder request, Duration limit)
      throws IOException, InterruptedException {
    return await(http.sendAsync(request.build(), BodyHandlers.ofByteArray()), limit);
  }

  /** Unlike the request's own limit, this one holds for the body too. */
  private static <T> T await(CompletableFuture<T> answer, Duration limit)
      throws IOException, InterruptedException {
    try {
      return answer.get(limit.toMillis() + 5_000, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("No whole answer within " + limit.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof UncheckedIOException io) {
        throw io.getCause();
      }
      throw new IOException(e.getCause());
    }
  }

  private static BodyPublisher publisher(Content content, long bytes) {
    if (bytes == 0) {
      return BodyPublishers.noBody();
    }
    return BodyPublishers.fromPublisher(
        BodyPublishers.ofInputStream(
            () -> {
              try {
                return content.open();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }),
        bytes);
  }

  private static BodyPublisher json(Object body) throws IOException {
    return BodyPublishers.ofByteArray(LeaseProtocol.json().writeValueAsBytes(body));
  }

  private static Duration patience(long bytes) {
    return SHORT.plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
  }

  private static PortalException refused(String what, HttpResponse<byte[]> response) {
    String words = "";
    try {
      JsonNode problem = LeaseProtocol.json().readTree(response.body());
      words = problem.path("detail").asText(problem.path("title").asText(""));
    } catch (IOException e) {
      // not a problem document: the status alone must do
    }
    return new PortalException(
        response.statusCode(),
        "The portal answered " + response.statusCode() + " to " + what + ": " + words);
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
