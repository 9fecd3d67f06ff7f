package org.gridappliance.portal.notify;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one POST to a checked address and takes nothing of the answer but its status. No redirect
 * is followed, no connection is kept, and the host's certificate must be valid for the name that
 * was written. Blocks; safe for all threads.
 */
final class WebhookClient implements AutoCloseable {
  private static final int MOST_ANSWER = 64 * 1024;
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /** The specification recommends 15 to 30 s. */
  private static final Duration ANSWER = Duration.ofSeconds(20);

  /** For the rest of an answer whose status is known. */
  private static final Duration REST = Duration.ofSeconds(5);

  /**
   * How it went. Immutable.
   *
   * @param status of the answer; null when there was none
   * @param problem in words for the webhook's owner; null when it was delivered
   */
  record Outcome(@Nullable Integer status, @Nullable String problem) {}

  private final HttpClient client;

  WebhookClient(Vertx vertx) {
    this(vertx, Optional.empty());
  }

  /**
   * @param trust whose certificates count; the Java runtime's list when empty
   */
  WebhookClient(Vertx vertx, Optional<TrustOptions> trust) {
    HttpClientOptions options =
        new HttpClientOptions()
            .setKeepAlive(false)
            .setVerifyHost(true)
            .setDecompressionSupported(false)
            .setConnectTimeout((int) CONNECT.toMillis());
    trust.ifPresent(options::setTrustOptions);
    this.client =
        vertx.createHttpClient(
            options, new PoolOptions().setHttp1MaxSize(1).setMaxWaitQueueSize(Couriers.AT_ONCE));
  }

  Outcome post(Targets.Target target, Map<String, String> headers, String body) {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setSsl(target.tls())
            .setHost(target.host())
            .setPort(target.port())
            .setServer(
                SocketAddress.inetSocketAddress(
                    new InetSocketAddress(target.address(), target.port())))
            .setURI(target.path())
            .setFollowRedirects(false);
    headers.forEach(options::putHeader);
    AtomicReference<@Nullable HttpClientRequest> sent = new AtomicReference<>();
    try {
      int status =
          client
              .request(options)
              .compose(
                  request -> {
                    sent.set(request);
                    return request
                        .send(Buffer.buffer(body))
                        .compose(response -> status(request, response));
                  })
              .await(ANSWER.toSeconds(), TimeUnit.SECONDS);
      return new Outcome(status, status / 100 == 2 ? null : words(status));
    } catch (Exception e) { // await rethrows whatever it was, checked or not
      HttpClientRequest request = sent.get();
      if (request != null) {
        request.reset();
      }
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      return new Outcome(null, words(e));
    }
  }

  /** The body is let pass unread, and cut off where it is long or slow. */
  private static Future<Integer> status(HttpClientRequest request, HttpClientResponse response) {
    long[] seen = {0};
    response.handler(
        part -> {
          seen[0] += part.length();
          if (seen[0] > MOST_ANSWER) {
            request.reset();
          }
        });
    return response
        .end()
        .timeout(REST.toMillis(), TimeUnit.MILLISECONDS)
        .transform(
            ended -> {
              if (ended.failed()) {
                request.reset();
              }
              return Future.succeededFuture(response.statusCode());
            });
  }

  private static String words(int status) {
    return status / 100 == 3
        ? "answered "
            + status
            + ", a redirect, which is not followed; enter the address it leads to"
        : "answered " + status + "; want 200 to 299";
  }

  private static String words(Exception e) {
    return switch (e) {
      case TimeoutException _ -> "no answer within " + ANSWER.toSeconds() + " s";
      case SSLException tls -> "no TLS connection: " + tls.getMessage();
      case ConnectException refused -> "no connection: " + refused.getMessage();
      case InterruptedException _ -> "the portal stopped meanwhile";
      default -> "no answer: " + e.getMessage();
    };
  }

  @Override
  public void close() {
    client.close();
  }
}
