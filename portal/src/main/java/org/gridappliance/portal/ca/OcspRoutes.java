package org.gridappliance.portal.ca;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.gridappliance.ca.CaException;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.http.Problems;
import org.gridappliance.portal.security.BodyFlow;

/**
 * OCSP over HTTP (RFC 6960 Appendix A): {@code POST /ocsp}, and {@code GET /ocsp/BASE64} for
 * requests of less than 255 letters. Answers are made by the signer's process, at most {@value
 * #MOST} at once; more get 503.
 */
public final class OcspRoutes {
  private static final int MOST_BYTES = 4096;
  private static final int MOST = 8;
  private static final String TYPE = "application/ocsp-response";

  private final PoolCa ca;
  private final ExecutorService virtualThreads;
  private final Semaphore free = new Semaphore(MOST);

  public OcspRoutes(PoolCa ca, ExecutorService virtualThreads) {
    this.ca = ca;
    this.virtualThreads = virtualThreads;
  }

  /** Adds the routes. */
  public void mount(Router router) {
    router.post("/ocsp").handler(this::post);
    router.get("/ocsp/*").handler(this::get);
  }

  private void post(RoutingContext routing) {
    HttpServerRequest request = BodyFlow.claim(routing);
    Buffer body = Buffer.buffer();
    request.handler(
        part -> {
          if (body.length() <= MOST_BYTES) {
            body.appendBuffer(part); // what is more is read and not kept
          }
        });
    request.endHandler(end -> answer(routing, body.getBytes()));
    request.resume();
  }

  private void get(RoutingContext routing) {
    // as it came: a normalized one would have lost a slash of two in the base64
    String path = String.valueOf(routing.request().path());
    String said = path.replaceFirst("^/ocsp/", "").replace("+", "%2B");
    try {
      String base64 = URLDecoder.decode(said, StandardCharsets.US_ASCII);
      answer(routing, Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      Problems.answer(routing, new Problem(400, "Not valid", "what follows /ocsp/ is no base64"));
    }
  }

  private void answer(RoutingContext routing, byte[] request) {
    if (request.length > MOST_BYTES) {
      Problems.answer(
          routing, new Problem(413, "Too long", "want an OCSP request of at most 4096 bytes"));
      return;
    }
    if (!free.tryAcquire()) {
      Problems.answer(routing, new Problem(503, "Busy", "too many ask at once; ask again"));
      return;
    }
    Context context = routing.vertx().getOrCreateContext();
    virtualThreads.execute(
        () -> {
          try {
            if (!ca.isMade()) {
              throw Problem.notFound("a certificate authority");
            }
            byte[] der = ca.ocsp(request);
            context.runOnContext(
                v ->
                    routing
                        .response()
                        .putHeader("Content-Type", TYPE)
                        .putHeader("Cache-Control", "no-store")
                        .end(Buffer.buffer(der)));
          } catch (CaException e) {
            Problem problem = CertificateOperations.problem(e);
            context.runOnContext(v -> Problems.answer(routing, problem));
          } catch (Problem e) {
            context.runOnContext(v -> Problems.answer(routing, e));
          } finally {
            free.release();
          }
        });
  }
}
