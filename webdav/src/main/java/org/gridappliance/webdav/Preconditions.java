package org.gridappliance.webdav;

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
import org.gridappliance.webdav.lock.LockTable;
import org.gridappliance.webdav.lock.LockedException;
import org.gridappliance.webdav.tree.Node;
import org.gridappliance.webdav.tree.TreeException;
import org.gridappliance.webdav.tree.TreePath;

/**
 * What must hold before a method acts: the conditional headers (RFC 9110 §13), the If header (RFC
 * 4918 §10.4), and the locks. Asked before a body is read, and once more under the home's mutex
 * before its effect.
 */
final class Preconditions {
  static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final LockTable locks;

  Preconditions(LockTable locks) {
    this.locks = locks;
  }

  /**
   * Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, in this order.
   *
   * @param node what the request's resource is, if anything
   * @throws DavException 412, or 304 for GET and HEAD
   */
  static void conditional(Exchange x, Optional<Node> node) throws DavException {
    String etag = node.filter(n -> !n.isFolder()).map(Node::etag).orElse("");
    Optional<String> match = x.header("If-Match");
    if (match.isPresent()) {
      if (match.get().trim().equals("*")
          ? node.isEmpty()
          : etag.isEmpty() || !Exchange.tags(match.get()).contains(etag)) {
        throw new DavException(412, "If-Match: the file is not, or no longer, that one");
      }
    } else if (since(x, "If-Unmodified-Since").filter(d -> isAfter(node, d)).isPresent()) {
      throw new DavException(412, "If-Unmodified-Since: it was modified since");
    }
    boolean isRead =
        x.request().method().name().equals("GET") || x.request().method().name().equals("HEAD");
    Optional<String> noneMatch = x.header("If-None-Match");
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
        && since(x, "If-Modified-Since").filter(d -> !isAfter(node, d)).isPresent()) {
      throw new DavException(304, "If-Modified-Since: it was not modified since");
    }
  }

  private static boolean isAfter(Optional<Node> node, Instant date) {
    return node.isPresent() && node.get().modified().truncatedTo(ChronoUnit.SECONDS).isAfter(date);
  }

  /** {@return the date; a date that is none is ignored (RFC 9110 §13.1.3)} */
  private static Optional<Instant> since(Exchange x, String header) {
    return x.header(header)
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
  Set<String> ifHeader(Exchange x) throws DavException, IOException {
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
    if (!header.holds(new Resources(x, locks))) {
      throw new DavException(412, "the If header does not hold");
    }
    return header.tokens();
  }

  private record Resources(Exchange x, LockTable locks) implements IfHeader.Resources {
    @Override
    public boolean hasToken(Optional<String> resource, String token) {
      return path(resource)
          .filter(p -> locks.isLockedBy(x.home().id(), p.key(), token))
          .isPresent();
    }

    @Override
    public boolean hasEtag(Optional<String> resource, String etag) {
      try {
        Optional<TreePath> path = path(resource);
        Optional<Node> node = path.isEmpty() ? Optional.empty() : x.tree().stat(path.get());
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

  /**
   * Asks the locks about a change.
   *
   * @param wholeTree also of what lies beneath
   * @param isMembership the resource appears or disappears: the locks on its folder count too
   */
  void unlocked(
      Exchange x, TreePath path, boolean wholeTree, boolean isMembership, Set<String> tokens)
      throws LockedException {
    String home = x.home().id();
    locks.require(home, path.key(), wholeTree, tokens, x.home().principal());
    if (isMembership && !path.isRoot()) {
      locks.require(home, path.parent().key(), false, tokens, x.home().principal());
    }
  }
}
