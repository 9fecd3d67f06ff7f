package org.gridappliance.webdav;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/**
 * One request and its answer, on one virtual thread.
 *
 * @param mount where the home or view is mounted, such as {@code /dav}, without a slash at its end
 * @param rootName the name of a view; empty for the caller's own home
 * @param path what the request is about
 */
record Exchange(
    HttpServerRequest request,
    RequestBody body,
    String mount,
    String rootName,
    TreePath path,
    HomeStorage storage,
    Addresses addresses) {

  /** A client that reads nothing for this long is given up. */
  private static final long STALLED_SECONDS = 600;

  /** How far a method reaches. */
  enum Depth {
    ZERO,
    ONE,
    INFINITY
  }

  /** {@return the same request, about another place} */
  Exchange at(Addresses.In place, HomeStorage home) {
    return new Exchange(request, body, place.mount(), place.name(), place.path(), home, addresses);
  }

  HttpServerResponse response() {
    return request.response();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  /** {@return the resource, which must exist} */
  Node node() throws IOException {
    return storage.require(path);
  }

  /** {@return the name that a resource is shown with} */
  String displayName(TreePath of) {
    return of.isRoot() ? rootName : of.name();
  }

  /** {@return the name that the resource has in its home} */
  String name() {
    return storage.at(path).name();
  }

  /** {@return what the request's conditional headers and If header want} */
  Guard guard() {
    return node -> {
      Preconditions.conditional(request, node);
      return Preconditions.ifHeader(this);
    };
  }

  Depth depth(Depth otherwise) throws DavException {
    Optional<String> depth = header("Depth");
    if (depth.isEmpty()) {
      return otherwise;
    }
    return switch (depth.get().trim().toLowerCase(Locale.ROOT)) {
      case "0" -> Depth.ZERO;
      case "1" -> Depth.ONE;
      case "infinity" -> Depth.INFINITY;
      default -> throw new DavException(400, "Depth: want 0, 1 or infinity");
    };
  }

  /** {@return whether the Overwrite header allows replacing (RFC 4918 §10.6)} */
  boolean mayOverwrite() throws DavException {
    return switch (header("Overwrite").orElse("T").trim()) {
      case "T", "t" -> true;
      case "F", "f" -> false;
      default -> throw new DavException(400, "Overwrite: want T or F");
    };
  }

  /** {@return the seconds a LOCK asks for (RFC 4918 §10.7); an hour when it does not say} */
  long timeoutSeconds() {
    for (String one : header("Timeout").orElse("").split(",", -1)) {
      String text = one.trim();
      if (text.equalsIgnoreCase("Infinite")) {
        return Long.MAX_VALUE;
      }
      if (text.matches("(?i)Second-\\d{1,10}")) {
        return Long.parseLong(text.substring(7));
      }
    }
    return 3600;
  }

  /** {@return where a COPY or MOVE goes; 502 when that is not this server} */
  Addresses.In destination(String wholeMount) throws IOException {
    String text =
        header("Destination")
            .orElseThrow(() -> new DavException(400, "Destination: wanted by COPY and MOVE"));
    Optional<String> rest = target(text).flatMap(raw -> beneath(wholeMount, raw));
    if (rest.isEmpty()) {
      throw new DavException(502, "Destination: want an address beneath " + wholeMount + "/");
    }
    return switch (addresses.resolve(TreePath.parse(rest.get()))) {
      case Addresses.In in -> in;
      case Addresses.SharedFolder shared ->
          throw new DavException(403, "Destination: want another name than that of what is shared");
    };
  }

  /**
   * {@return the path of an absolute URI or absolute path; empty when it is not in this mount}
   *
   * @throws TreeException when it is, but is no path
   */
  Optional<TreePath> ownPath(String uri) throws TreeException {
    Optional<String> rest = target(uri).flatMap(raw -> beneath(mount, raw));
    if (rest.isEmpty()) {
      return Optional.empty();
    }
    TreePath path = TreePath.parse(rest.get());
    return rootName.isEmpty() && Addresses.isShared(path) ? Optional.empty() : Optional.of(path);
  }

  /** {@return the path part of an address of this server, as sent} */
  private Optional<String> target(String uri) {
    String raw = uri.trim();
    if (raw.startsWith("/")) {
      return Optional.of(raw);
    }
    try {
      URI parsed = URI.create(raw);
      String authority = parsed.getRawAuthority();
      boolean isOurs =
          authority != null
              && parsed.getRawPath() != null
              && authority.equalsIgnoreCase(header("Host").orElse(""));
      return isOurs ? Optional.of(parsed.getRawPath()) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** {@return the rest of a request target after the mount, without its query} */
  static Optional<String> beneath(String mount, String target) {
    int query = target.indexOf('?');
    String raw = query < 0 ? target : target.substring(0, query);
    if (!raw.startsWith(mount)) {
      return Optional.empty();
    }
    String rest = raw.substring(mount.length());
    return rest.isEmpty() || rest.startsWith("/") ? Optional.of(rest) : Optional.empty();
  }

  /** {@return the address of a resource, as it stands in DAV:href} */
  String href(TreePath of, boolean isFolder) {
    return mount + of.encoded() + (isFolder ? "/" : "");
  }

  /** {@return the address of a lock root by its key; a view's own when it lies above the view} */
  String hrefOfKey(String key) {
    TreePath root = storage.home().root();
    TreePath locked = TreePath.ofKey(key);
    return mount + (locked.isWithin(root) ? locked.beneath(root) : TreePath.ROOT).encoded();
  }

  /** Answers with a status and nothing else; does not wait for the network to take it. */
  void answer(int status) {
    HttpServerResponse response = response().setStatusCode(status);
    if (status != 204 && status != 304) {
      response.putHeader("Content-Length", "0");
    }
    response.end();
  }

  /** Answers with XML. */
  void answer(int status, String xml) throws IOException {
    await(
        response()
            .setStatusCode(status)
            .putHeader("Content-Type", "application/xml; charset=utf-8")
            .end(Buffer.buffer(xml)));
  }

  /** Waits until the network has taken it. */
  static void await(io.vertx.core.Future<Void> sent) throws IOException {
    try {
      sent.toCompletionStage().toCompletableFuture().get(STALLED_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the server stops", e);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IOException("the client went away: " + e.getMessage(), e);
    }
  }

  /** {@return the members of a comma-separated header of entity tags} */
  static List<String> tags(String header) {
    return java.util.Arrays.stream(header.split(",", -1)).map(String::trim).toList();
  }
}
