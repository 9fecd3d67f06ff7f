package org.gridappliance.webdav;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import javax.sql.DataSource;
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.lock.TooManyLocksException;
import org.gridappliance.webdav.property.PropertyStore;
import org.gridappliance.webdav.tree.HomeTree;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebDAV server of classes 1, 2 and 3 (RFC 4918) as a route's handler, one home per caller.
 *
 * <p>A request goes: {@link #handle} (event loop; pauses the body) → {@link #serve} (a virtual
 * thread; opens the home) → {@link #dispatch} to a method → {@link Preconditions} → {@link
 * HomeTree}, {@link LockTable}, {@link PropertyStore} → an answer. All refusals become answers in
 * {@link #serve}.
 *
 * <p>Mount it with {@code router.route("/dav/*").handler(…)} and for {@code /dav}, behind whatever
 * finds out who asks, and without a body handler in front.
 */
public final class WebDavHandler implements Handler<RoutingContext>, AutoCloseable {
  /**
   * How it serves.
   *
   * @param mount where it is mounted, as {@code /dav}
   * @param isSynced whether a PUT is answered only when it would survive a power cut; false only to
   *     measure
   * @param sendsContinue whether it answers {@code Expect: 100-continue} itself, once the request's
   *     preconditions hold; false where the server does so on its own
   */
  public record Options(String mount, boolean isSynced, boolean sendsContinue) {}

  private static final Logger log = LoggerFactory.getLogger(WebDavHandler.class);
  private static final String ALLOW =
      "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK";

  private final Options options;
  private final Function<RoutingContext, Optional<Home>> homes;
  private final LockTable locks;
  private final FileMethods files;
  private final TreeMethods trees;
  private final PropertyMethods properties;
  private final LockMethods lockMethods;
  private final ConcurrentMap<String, HomeState> states = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("dav-", 0).factory());

  /**
   * Brings the schema {@code webdav} up to date.
   *
   * @param source its commits must reach the disk
   * @param homes tells whose files a request is about, on the event loop; empty is answered with
   *     404
   * @throws IllegalStateException when the schema cannot be opened
   */
  public WebDavHandler(
      Options options,
      DataSource source,
      InstantSource clock,
      Function<RoutingContext, Optional<Home>> homes) {
    this.options = options;
    this.homes = homes;
    Jdbi database = WebDavDatabase.open(source);
    this.locks = new LockTable(database, clock);
    PropertyStore store = new PropertyStore(database);
    Preconditions preconditions = new Preconditions(locks);
    this.files = new FileMethods(preconditions, options.isSynced());
    this.trees = new TreeMethods(preconditions, locks, store);
    this.properties = new PropertyMethods(preconditions, new LiveProperties(locks), store);
    this.lockMethods = new LockMethods(preconditions, locks);
  }

  @Override
  public void handle(RoutingContext context) {
    Optional<Home> home = homes.apply(context);
    if (home.isEmpty()) {
      context.fail(404);
      return;
    }
    HttpServerRequest request = context.request();
    request.pause();
    RequestBody body = new RequestBody(request, context.vertx().getOrCreateContext());
    threads.execute(() -> serve(request, body, home.get()));
  }

  private void serve(HttpServerRequest request, RequestBody body, Home home) {
    HttpServerResponse response = request.response();
    try {
      try (HomeTree tree = HomeTree.open(home.folder(), home.spool())) {
        HomeState state = states.computeIfAbsent(home.id(), id -> new HomeState());
        check(home, tree, state);
        String target =
            Exchange.beneath(options.mount(), request.uri())
                .orElseThrow(() -> new DavException(400, "the address is not beneath the mount"));
        Exchange x =
            new Exchange(request, body, options.mount(), TreePath.parse(target), home, tree);
        dispatch(x, state);
      } catch (TreeException e) {
        refuse(response, status(e.reason()), e, "");
      } catch (DavException e) {
        refuse(response, e.status(), e, e.condition().orElse(""));
      } catch (LockedException e) {
        refuse(response, 423, e, locked(e));
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
    }
  }

  private void dispatch(Exchange x, HomeState state)
      throws IOException, DavException, LockedException, TooManyLocksException {
    String method = x.request().method().name();
    if (options.sendsContinue() && x.header("Expect").isPresent() && !method.equals("PUT")) {
      Exchange.await(x.response().writeContinue());
    }
    switch (method) {
      case "OPTIONS" -> {
        x.response()
            .putHeader("DAV", "1, 2, 3")
            .putHeader("MS-Author-Via", "DAV")
            .putHeader("Allow", ALLOW);
        x.answer(200);
      }
      case "GET", "HEAD" -> files.get(x);
      case "PUT" -> files.put(x, state, options.sendsContinue());
      case "DELETE" -> trees.delete(x, state);
      case "MKCOL" -> trees.makeCollection(x, state);
      case "COPY" -> trees.copyOrMove(x, state, false);
      case "MOVE" -> trees.copyOrMove(x, state, true);
      case "PROPFIND" -> properties.find(x, state);
      case "PROPPATCH" -> properties.patch(x, state);
      case "LOCK" -> lockMethods.lock(x, state);
      case "UNLOCK" -> lockMethods.unlock(x);
      default -> {
        x.response().putHeader("Allow", ALLOW);
        throw new DavException(405, method + " is not a method of WebDAV here");
      }
    }
  }

  /** Before the first request to a home is served, what a crash left is repaired. */
  private void check(Home home, HomeTree tree, HomeState state) throws IOException {
    state.mutex.lock();
    try {
      if (state.firstUse()) {
        TreeMethods.Repairs done = trees.repair(home, tree);
        if (!done.isNone()) {
          log.warn("home repaired home={} done={}", home.id(), done);
        }
      }
    } finally {
      state.mutex.unlock();
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

  private String locked(LockedException e) {
    StringBuilder xml = new StringBuilder();
    String name = e.isConflict() ? "no-conflicting-lock" : "lock-token-submitted";
    xml.append("<D:").append(name).append('>');
    for (String key : e.roots()) {
      xml.append("<D:href>")
          .append(options.mount())
          .append(TreePath.ofKey(key).encoded())
          .append("</D:href>");
    }
    return xml.append("</D:").append(name).append('>').toString();
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
      Exchange.await(response.end());
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
