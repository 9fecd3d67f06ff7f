package org.gridappliance.webdav;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.webdav.tree.Node;

/**
 * The bytes of a file that a GET is answered with.
 *
 * @param from the first
 * @param to one past the last
 * @param isPart whether the answer is 206
 */
record ByteRange(long from, long to, boolean isPart) {
  private static final Pattern ONE =
      Pattern.compile("bytes\\s*=\\s*(\\d{0,18})\\s*-\\s*(\\d{0,18})");

  static ByteRange whole(long size) {
    return new ByteRange(0, size, false);
  }

  /**
   * {@return what Range and If-Range ask for; several ranges and other units are answered with the
   * whole, as RFC 9110 §14.2 allows}
   *
   * @throws DavException 416 with Content-Range
   */
  static ByteRange of(HttpServerRequest request, Node node) throws DavException {
    Optional<String> header = Optional.ofNullable(request.getHeader("Range"));
    Optional<String> only = Optional.ofNullable(request.getHeader("If-Range"));
    boolean isOther =
        only.isPresent()
            && !only.get().trim().equals(node.etag())
            && !only.get().trim().equals(Preconditions.HTTP_DATE.format(node.modified()));
    Matcher range = ONE.matcher(header.orElse("").trim());
    if (isOther || !range.matches()) {
      return whole(node.size());
    }
    String first = range.group(1);
    String last = range.group(2);
    if (first.isEmpty() && last.isEmpty()) {
      return whole(node.size());
    }
    long from;
    long to = node.size();
    if (first.isEmpty()) {
      from = Math.max(0, node.size() - Long.parseLong(last));
    } else {
      from = Long.parseLong(first);
      if (!last.isEmpty()) {
        if (Long.parseLong(last) < from) {
          return whole(node.size());
        }
        to = Math.min(to, Long.parseLong(last) + 1);
      }
    }
    if (from >= node.size()) {
      request.response().putHeader("Content-Range", "bytes */" + node.size());
      throw new DavException(416, "Range: the file has " + node.size() + " bytes");
    }
    return new ByteRange(from, to, true);
  }
}
