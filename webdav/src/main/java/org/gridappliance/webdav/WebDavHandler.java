package org.gridappliance.webdav;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.lock.TooManyLocksException;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebDAV server of classes 1, 2 and 3 (RFC 4918) as a route's handler, one home per caller.
 *
 * <p>A request goes: {@link #handle} (event loop; pauses the body) → {@link #serve} (a virtual
 * thread; opens the home) → {@link #dispatch} to a method → {@link HomeStorage} → an answer. All
 * refusals become answers in {@link #serve}.
 *
 * <p>Mount it with {@code router.route("/dav/*").handler(…)} and for {@code /dav}, behind whatever
 * finds out who asks, and without a body handler in front.
 */
public final class WebDavHandler implements Handler<RoutingContext>, AutoCloseable {
  /**
   * How it serves.
   *
   * @param mount where it is mounted, as {@code /dav}
   * @param sendsContinue whether it answers {@code Expect: 100-continue} itself, once the request's
   *     preconditions hold; false where the server does so on its own
   */
  public record Options(String mount, boolean sendsContinue) {}

  /** Tells whose files a request is about. */
  @FunctionalInterface
  public interface Homes {
    /**
     * {@return the home} Runs on the request's virtual thread and may block.
     *
     * @throws DavException with the status to answer instead, such as 401
     */
    Home of(RoutingContext context) throws IOException;
  }

  /** Tells what others share with a caller. */
  @FunctionalInterface
  public interface Shares {
    /** Nobody shares anything. */
    Shares NONE = (context, own) -> List.of();

    /**
     * {@return what is shared with the owner of a home} Runs on the request's virtual thread.
     *
     * @param own what {@link Homes} told of the same request
     */
    List<Shared> of(RoutingContext context, Home own) throws IOException;
  }

  /** Is told of every answer. */
  @FunctionalInterface
  public interface Meter {
    /** One answer, after so many nanoseconds. */
    void answered(String method, int status, long nanos);
  }

  private static final Logger log = LoggerFactory.getLogger(WebDavHandler.class);
  private static final String ALLOW =
      "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK";
  private static final Set<String> METHODS = Set.of(ALLOW.split(", "));

  private final Options options;
  private final Storage storage;
  private final Homes homes;
  private final Shares shares;
  private final Meter meter;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dav-", 0).factory());

  /** Serves what {@code homes} and {@code shares} tell from {@code storage}. */
  public WebDavHandler(Options options, Storage storage, Homes homes, Shares shares, Meter meter) {
    this.options = options;
    this.storage = storage;
    this.homes = homes;
    this.shares = shares;
    this.meter = meter;
  }

  @Override
  public void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    request.pause();
    RequestBody body = new RequestBody(request, context.vertx().getOrCreateContext());
    if (isSmall(request)) {
      body.whenOver(() -> threads.execute(() -> serve(context, body)));
    } else {
      threads.execute(() -> serve(context, body));
    }
  }

  /** A small body is waited for before a thread is begun, which then never waits for it. */
  private boolean isSmall(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    boolean isAsked = options.sendsContinue() && request.getHeader("Expect") != null;
    return length != null && length.matches("[1-9]\\d{0,4}") && !isAsked;
  }

  private void serve(RoutingContext context, RequestBody body) {
    long began = System.nanoTime();
    HttpServerRequest request = context.request();
    HttpServerResponse response = request.response();
    try {
      try {
        String target =
            Exchange.beneath(options.mount(), request.uri())
                .orElseThrow(() -> new DavException(400, "the address is not beneath the mount"));
        TreePath path = TreePath.parse(target);
        Home own = homes.of(context);
        Addresses addresses = new Addresses(options.mount(), own, () -> shares.of(context, own));
        switch (addresses.resolve(path)) {
          case Addresses.In in -> {
            try (HomeStorage home = storage.open(in.home())) {
              dispatchLocked(
                  new Exchange(request, body, in.mount(), in.name(), in.path(), home, addresses));
            }
          }
          case Addresses.SharedFolder folder -> {
            try (HomeStorage home = storage.open(own)) {
              dispatchShared(
                  new Exchange(request, body, options.mount(), "", path, home, addresses));
            }
          }
        }
      } catch (TreeException e) {
        refuse(response, status(e.reason()), e, "");
      } catch (DavException e) {
        refuse(response, e.status(), e, e.condition().orElse(""));
      } catch (TooManyLocksException e) {
        refuse(response, 507, e, "");
      }
    } catch (IOException e) {
      log.debug("request cut off path={} reason={}", request.path(), e.getMessage());
      abort(response);
    } catch (RuntimeException e) { // a fault of ours: the client is told, the log has the trace
      log.error("request failed method={} path={}", request.method(), request.path(), e);
      abort(response);
    } finally {
      body.discardRest();
      meter.answered(known(request), response.getStatusCode(), System.nanoTime() - began);
    }
  }

  /** {@return the method, if it is one; clients must not make up names of measurements} */
  private static String known(HttpServerRequest request) {
    String method = request.method().name();
    return METHODS.contains(method) ? method : "other";
  }

  /** Lock roots are told by the addresses under which the caller sees them. */
  private void dispatchLocked(Exchange x) throws IOException {
    try {
      dispatch(x);
    } catch (LockedException e) {
      String name = e.isConflict() ? "no-conflicting-lock" : "lock-token-submitted";
      StringBuilder xml = new StringBuilder("<D:").append(name).append('>');
      for (String key : e.roots()) {
        xml.append("<D:href>").append(x.hrefOfKey(key)).append("</D:href>");
      }
      throw new DavException(
          423, String.valueOf(e.getMessage()), xml.append("</D:" + name + ">").toString());
    }
  }

  private void dispatch(Exchange x) throws IOException {
    String method = x.request().method().name();
    if (options.sendsContinue() && x.header("Expect").isPresent() && !method.equals("PUT")) {
      Exchange.await(x.response().writeContinue());
    }
    switch (method) {
      case "OPTIONS" -> options(x);
      case "GET", "HEAD" -> FileMethods.get(x);
      case "PUT" -> FileMethods.put(x, options.sendsContinue());
      case "DELETE" -> TreeMethods.delete(x);
      case "MKCOL" -> TreeMethods.makeCollection(x);
      case "COPY" -> TreeMethods.copyOrMove(x, false, options.mount(), storage);
      case "MOVE" -> TreeMethods.copyOrMove(x, true, options.mount(), storage);
      case "PROPFIND" -> PropertyMethods.find(x);
      case "PROPPATCH" -> PropertyMethods.patch(x);
      case "LOCK" -> LockMethods.lock(x);
      case "UNLOCK" -> LockMethods.unlock(x);
      default -> {
        x.response().putHeader("Allow", ALLOW);
        throw new DavException(405, method + " is not a method of WebDAV here");
      }
    }
  }

  private static void options(Exchange x) {
    x.response()
        .putHeader("DAV", "1, 2, 3")
        .putHeader("MS-Author-Via", "DAV")
        .putHeader("Allow", ALLOW);
    x.answer(200);
  }

  /** The folder of what is shared is looked at, and nothing else. */
  private void dispatchShared(Exchange x) throws IOException {
    switch (x.request().method().name()) {
      case "OPTIONS" -> options(x);
      case "PROPFIND" -> PropertyMethods.findShared(x, storage);
      default -> throw new DavException(403, "what others share is not for you to arrange");
    }
  }

  private static int status(TreeException.Reason reason) {
    return switch (reason) {
      case NOT_FOUND -> 404;
      case NO_PARENT -> 409;
      case EXISTS, IS_FOLDER -> 405;
      case REFUSED -> 403;
      case TOO_LONG -> 414;
      case FULL -> 507;
      case BAD_PATH -> 400;
    };
  }

  /**
   * An error with its reason: as DAV:error where there is a code for it, else as a line of text.
   */
  private static void refuse(
      HttpServerResponse response, int status, Exception why, String condition) throws IOException {
    if (response.headWritten()) {
      response.reset();
      return;
    }
    response.setStatusCode(status);
    if (status == 304) {
      response.end();
      return;
    }
    boolean isXml = !condition.isEmpty();
    String body =
        isXml
            ? "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:error xmlns:D=\"DAV:\">"
                + condition
                + "</D:error>\n"
            : why.getMessage() + "\n";
    response.putHeader(
        "Content-Type", (isXml ? "application/xml" : "text/plain") + "; charset=utf-8");
    Exchange.await(response.end(body));
  }

  private static void abort(HttpServerResponse response) {
    if (!response.headWritten()) {
      response.setStatusCode(500).end();
    } else if (!response.ended()) {
      response.reset();
    }
  }

  /** Ends the requests under way. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
