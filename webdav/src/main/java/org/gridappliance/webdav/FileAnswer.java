package org.gridappliance.webdav;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.gridappliance.webdav.tree.HomeTree.OpenFile;
import org.gridappliance.webdav.tree.Node;

/**
 * The answer to a GET or HEAD of a file: conditional, with one range or the whole (RFC 9110 §13,
 * §14.2), in a sandbox, sent by the kernel.
 */
public final class FileAnswer {
  private FileAnswer() {}

  /**
   * Sends a file; returns when the network has taken it. Not on the event loop.
   *
   * @param name by which its media type is known
   * @param isAttachment a browser shall save it, whatever it is
   * @throws DavException 304, 412 or 416; nothing was sent then
   */
  public static void send(
      HttpServerRequest request, OpenFile file, String name, boolean isAttachment)
      throws IOException {
    Node node = file.node();
    HttpServerResponse response = request.response();
    response
        .putHeader("ETag", node.etag())
        .putHeader("Last-Modified", Preconditions.HTTP_DATE.format(node.modified()))
        .putHeader("Accept-Ranges", "bytes");
    Preconditions.conditional(request, Optional.of(node));
    response
        .putHeader(
            "Content-Type", isAttachment ? "application/octet-stream" : ContentTypes.of(name))
        // a page in someone's home must not run with the portal's rights
        .putHeader("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Cache-Control", "private, no-cache");
    if (isAttachment) {
      response.putHeader("Content-Disposition", attachment(name));
    }
    boolean isHead = request.method().equals(HttpMethod.HEAD);
    ByteRange range = isHead ? ByteRange.whole(node.size()) : ByteRange.of(request, node);
    if (range.isPart()) {
      response
          .setStatusCode(206)
          .putHeader(
              "Content-Range",
              "bytes " + range.from() + "-" + (range.to() - 1) + "/" + node.size());
    }
    long length = range.to() - range.from();
    response.putHeader("Content-Length", Long.toString(length));
    if (isHead || length == 0) {
      Exchange.await(response.end());
    } else {
      Exchange.await(response.sendFile(file.channel(), range.from(), length));
    }
  }

  /** RFC 6266 with the name in RFC 8187 form alone: no quoting can go wrong. */
  private static String attachment(String name) {
    return "attachment; filename*=UTF-8''"
        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A");
  }
}
