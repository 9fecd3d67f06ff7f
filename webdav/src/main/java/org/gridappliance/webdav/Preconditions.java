package org.gridappliance.webdav;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.lock.IfHeader;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/**
 * What must hold before a method acts: the conditional headers (RFC 9110 §13) and the If header
 * (RFC 4918 §10.4); locks are {@link HomeStorage}'s. Asked before a body is read, and once more
 * under the home's mutex before its effect.
 */
final class Preconditions {
  static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Preconditions() {}

  /**
   * Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in this order.
   *
   * @param node what the request's resource is, if anything
   * @throws DavException 412, or 304 for GET and HEAD
   */
  static void conditional(HttpServerRequest request, Optional<Node> node) throws DavException {
    String etag = node.filter(n -> !n.isFolder()).map(Node::etag).orElse("");
    Optional<String> match = header(request, "If-Match");
    if (match.isPresent()) {
      if (match.get().trim().equals("*")
          ? node.isEmpty()
          : etag.isEmpty() || !Exchange.tags(match.get()).contains(etag)) {
        throw new DavException(412, "If-Match: the file is not, or no longer, that one");
      }
    } else if (since(request, "If-Unmodified-Since").filter(d -> isAfter(node, d)).isPresent()) {
      throw new DavException(412, "If-Unmodified-Since: it was modified since");
    }
    boolean isRead =
        request.method().name().equals("GET") || request.method().name().equals("HEAD");
    Optional<String> noneMatch = header(request, "If-None-Match");
    if (noneMatch.isPresent()) {
      boolean matches =
          noneMatch.get().trim().equals("*")
              ? node.isPresent()
              : Exchange.tags(noneMatch.get()).stream()
                  .anyMatch(t -> !etag.isEmpty() && (t.equals(etag) || t.equals("W/" + etag)));
      if (matches) {
        throw new DavException(isRead ? 304 : 412, "If-None-Match: it is that one");
      }
    } else if (isRead
        && node.isPresent()
        && since(request, "If-Modified-Since").filter(d -> !isAfter(node, d)).isPresent()) {
      throw new DavException(304, "If-Modified-Since: it was not modified since");
    }
  }

  private static Optional<String> header(HttpServerRequest request, String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  private static boolean isAfter(Optional<Node> node, Instant date) {
    return node.isPresent() && node.get().modified().truncatedTo(ChronoUnit.SECONDS).isAfter(date);
  }

  /** {@return the date; a date that is none is ignored (RFC 9110 §13.1.3)} */
  private static Optional<Instant> since(HttpServerRequest request, String header) {
    return header(request, header)
        .flatMap(
            text -> {
              try {
                return Optional.of(
                    Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.trim())));
              } catch (DateTimeParseException e) {
                return Optional.empty();
              }
            });
  }

  /**
   * Evaluates the If header.
   *
   * @return the lock tokens it submits
   * @throws DavException 412 when it does not hold, 400 when it is malformed
   */
  static Set<String> ifHeader(Exchange x) throws IOException {
    if (x.request().headers().getAll("If").size() > 1) {
      throw new DavException(400, "If: want one header");
    }
    Optional<String> text = x.header("If");
    if (text.isEmpty()) {
      return Set.of();
    }
    IfHeader header;
    try {
      header = IfHeader.parse(text.get());
    } catch (IfHeader.Malformed e) {
      throw new DavException(400, String.valueOf(e.getMessage()));
    }
    if (!header.holds(new Resources(x))) {
      throw new DavException(412, "the If header does not hold");
    }
    return header.tokens();
  }

  private record Resources(Exchange x) implements IfHeader.Resources {
    @Override
    public boolean hasToken(Optional<String> resource, String token) {
      return path(resource)
          .filter(
              p ->
                  x.storage()
                      .locks()
                      .isLockedBy(x.storage().home().id(), x.storage().key(p), token))
          .isPresent();
    }

    @Override
    public boolean hasEtag(Optional<String> resource, String etag) {
      try {
        Optional<TreePath> path = path(resource);
        Optional<Node> node = path.isEmpty() ? Optional.empty() : x.storage().stat(path.get());
        return node.isPresent() && !node.get().isFolder() && node.get().etag().equals(etag);
      } catch (IOException e) { // what cannot be looked at has no entity tag
        return false;
      }
    }

    private Optional<TreePath> path(Optional<String> resource) {
      try {
        return resource.isEmpty() ? Optional.of(x.path()) : x.ownPath(resource.get());
      } catch (TreeException e) {
        return Optional.empty();
      }
    }
  }
}
