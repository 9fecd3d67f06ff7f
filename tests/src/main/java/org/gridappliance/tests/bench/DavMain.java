package org.gridappliance.tests.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.ext.web.Router;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.gridappliance.webdav.Home;
import org.gridappliance.webdav.Storage;
import org.gridappliance.webdav.WebDavHandler;

/**
 * The WebDAV server alone, without login, and without syncing to compare it with servers that do
 * not sync either: {@code DavMain FOLDER PORT HTTPS_PORT SYNCED}. {@code /heap} tells the bytes of
 * live and of all objects on the heap. Runs until it is killed.
 */
public final class DavMain {
  private DavMain() {}

  /** Starts. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Path home = Files.createDirectories(folder.resolve("home"));
    Path spool = Files.createDirectories(folder.resolve("spool"));
    Path kept = Files.createDirectories(folder.resolve("kept"));
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:" + folder.resolve("db") + ";WRITE_DELAY=0");
    HikariDataSource source = new HikariDataSource(config);
    Storage storage =
        new Storage(
            Storage.Options.unlimited(Boolean.parseBoolean(arguments[3])),
            source,
            InstantSource.system());
    Home ann = new Home("ann", home, spool, kept, Long.MAX_VALUE, "ann");
    WebDavHandler handler =
        new WebDavHandler(
            new WebDavHandler.Options("/dav", false),
            storage,
            context -> ann,
            WebDavHandler.Shares.NONE,
            (method, status, nanos) -> {});
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true)); // as the portal
    Router router = Router.router(vertx);
    router
        .get("/heap")
        .handler(
            context -> {
              var heap = ManagementFactory.getMemoryMXBean();
              if (context.request().query() != null) {
                heap.gc();
              }
              context.end(Long.toString(heap.getHeapMemoryUsage().getUsed()));
            });
    router.route("/dav").handler(handler);
    router.route("/dav/*").handler(handler);
    HttpServerOptions plain =
        new HttpServerOptions()
            .setHandle100ContinueAutomatically(true)
            .setIdleTimeout(90)
            .setMaxChunkSize(64 << 10);
    vertx
        .createHttpServer(plain)
        .requestHandler(router)
        .listen(Integer.parseInt(arguments[1]), "127.0.0.1")
        .await();
    SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
    vertx
        .createHttpServer(
            new HttpServerOptions(plain)
                .setSsl(true)
                .setKeyCertOptions(certificate.keyCertOptions()))
        .requestHandler(router)
        .listen(Integer.parseInt(arguments[2]), "127.0.0.1")
        .await();
    System.out.println("listens");
    Thread.currentThread().join();
  }
}
