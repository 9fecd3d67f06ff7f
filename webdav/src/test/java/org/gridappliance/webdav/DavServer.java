package org.gridappliance.webdav;

import com.zaxxer.hikari.HikariDataSource;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gridappliance.webdav.history.Retention;

/** The real server on loopback, mounted at /dav, with one home of one person. */
final class DavServer implements AutoCloseable {
  final Path home;
  final Path spool;
  final Path kept;

  /** What others share with ann. */
  volatile List<Shared> shares = List.of();

  final HikariDataSource source;
  final Storage storage;
  final int port;
  private final Vertx vertx = Vertx.vertx();
  private final WebDavHandler handler;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  DavServer(Path folder, long quota) throws Exception {
    this(folder, folder, quota, Retention.NONE);
  }

  /**
   * @param files where home, spool and kept things lie; the database lies in {@code folder}
   */
  DavServer(Path folder, Path files, long quota, Retention retention) throws Exception {
    home = Files.createDirectories(files.resolve("home"));
    spool = Files.createDirectories(files.resolve("spool"));
    kept = Files.createDirectories(files.resolve("kept"));
    source = TestDatabase.onDisk(folder);
    storage =
        new Storage(
            new Storage.Options(true, Long.MAX_VALUE, retention, () -> Long.MAX_VALUE),
            source,
            InstantSource.system());
    handler =
        new WebDavHandler(
            new WebDavHandler.Options("/dav", true),
            storage,
            context -> new Home("ann", home, spool, kept, quota, "ann"),
            (context, own) -> shares,
            (method, status, nanos) -> {});
    Router router = Router.router(vertx);
    router.route("/dav").handler(handler);
    router.route("/dav/*").handler(handler);
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS);
    port = server.actualPort();
  }

  String url(String path) {
    return "http://127.0.0.1:" + port + "/dav" + path;
  }

  /** Sends a request; headers as name, value, name, value. */
  HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url(path)))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** {@return the status of a request whose target is sent as it is} */
  int raw(String method, String target) throws IOException {
    try (Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          (method
                  + " "
                  + target
                  + " HTTP/1.1\r\nHost: 127.0.0.1:"
                  + port
                  + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
              .getBytes(StandardCharsets.ISO_8859_1));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return answer.length() < 12 ? 0 : Integer.parseInt(answer.substring(9, 12));
    }
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    handler.close();
    source.close();
  }
}
