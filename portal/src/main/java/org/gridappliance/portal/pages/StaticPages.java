package org.gridappliance.portal.pages;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.Secrets;
import org.gridappliance.portal.security.Headers;

/**
 * Serves the resources below {@code web/}. Names under {@code assets/} carry a hash of their
 * content and are kept by browsers for good; every other file is asked for again. What a browser
 * navigates to and is no file is a page of the program: it gets {@code index.html} with a fresh
 * nonce.
 */
public final class StaticPages {
  private static final Pattern NAME =
      Pattern.compile("(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/){0,3}[A-Za-z0-9_-][A-Za-z0-9._-]*");
  private static final String NONCE = "__CSP_NONCE__";
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("json", "application/json"),
          Map.entry("webmanifest", "application/manifest+json"),
          Map.entry("txt", "text/plain; charset=utf-8"),
          Map.entry("png", "image/png"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("wasm", "application/wasm"));

  /** First words of addresses that are never pages. */
  private static final Pattern NO_PAGE =
      Pattern.compile("/(api|assets|dav|vnc|terminal|metrics|healthz|\\.well-known)(/.*)?");

  private final Executor virtualThreads;

  /** At most one entry for every file of the jar, so bounded by the build. */
  private final Map<String, Optional<Asset>> assets = new ConcurrentHashMap<>();

  private record Asset(Buffer plain, Optional<Buffer> gzip, String type) {}

  public StaticPages(Executor virtualThreads) {
    this.virtualThreads = virtualThreads;
  }

  /** The last route: GET and HEAD of anything else. Runs on the event loop; reads elsewhere. */
  public void handle(RoutingContext routing) {
    String path = routing.normalizedPath();
    String name = path.substring(1);
    boolean file = NAME.matcher(name).matches() && !name.equals("index.html");
    boolean page = !NO_PAGE.matcher(path).matches() && wantsHtml(routing);
    if (!file && !page) {
      throw Problem.notFound(path);
    }
    var context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          Optional<Asset> asset = file ? load(name) : Optional.empty();
          Optional<Asset> index = asset.isEmpty() && page ? load("index.html") : Optional.empty();
          context.runOnContext(
              v -> {
                if (asset.isPresent()) {
                  send(routing, asset.get(), name.startsWith("assets/"));
                } else if (index.isPresent()) {
                  sendPage(routing, index.get());
                } else {
                  routing.fail(page ? notBuilt() : Problem.notFound(path));
                }
              });
        });
  }

  private static Problem notBuilt() {
    return new Problem(
        503, "No pages", "this build holds no pages; build the frontend module, then the portal");
  }

  private static boolean wantsHtml(RoutingContext routing) {
    String accept = routing.request().getHeader("Accept");
    return accept != null && accept.contains("text/html");
  }

  private static void send(RoutingContext routing, Asset asset, boolean hashed) {
    HttpServerResponse response = routing.response();
    response
        .putHeader("Content-Type", asset.type())
        .putHeader("Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache")
        .putHeader("Vary", "Accept-Encoding");
    String accepted = routing.request().getHeader("Accept-Encoding");
    if (asset.gzip().isPresent() && accepted != null && accepted.contains("gzip")) {
      response.putHeader("Content-Encoding", "gzip").end(asset.gzip().get());
    } else {
      response.end(asset.plain());
    }
  }

  private static void sendPage(RoutingContext routing, Asset index) {
    String nonce = Secrets.nonce();
    routing
        .response()
        .putHeader("Content-Type", "text/html; charset=utf-8")
        .putHeader("Cache-Control", "no-store")
        .putHeader("Content-Security-Policy", Headers.page(nonce))
        .end(index.plain().toString(StandardCharsets.UTF_8).replace(NONCE, nonce));
  }

  private Optional<Asset> load(String name) {
    Optional<Asset> known = assets.get(name);
    if (known != null) {
      return known;
    }
    Optional<Asset> read = read(name);
    if (read.isPresent()) {
      assets.putIfAbsent(name, read);
    }
    return read;
  }

  private static Optional<Asset> read(String name) {
    try (InputStream in = StaticPages.class.getClassLoader().getResourceAsStream("web/" + name)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      String type = TYPES.getOrDefault(extension, "application/octet-stream");
      boolean text = type.startsWith("text/") || type.contains("json") || type.contains("svg");
      return Optional.of(
          new Asset(
              Buffer.buffer(bytes),
              text && bytes.length > 1000 ? Optional.of(gzip(bytes)) : Optional.empty(),
              type));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("web/" + name + " cannot be read", e);
    }
  }

  private static Buffer gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 3);
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return Buffer.buffer(out.toByteArray());
  }
}
