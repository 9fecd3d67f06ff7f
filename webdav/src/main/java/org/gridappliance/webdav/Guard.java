package org.gridappliance.webdav;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.gridappliance.webdav.tree.Node;

/**
 * What a client wants to hold before its change is made. Asked before bytes are read, and once more
 * under the home's mutex right before the effect.
 */
@FunctionalInterface
public interface Guard {
  /** Nothing is asked for and no lock is held: who writes so is refused by every lock. */
  Guard NONE = node -> Set.of();

  /**
   * {@return the lock tokens that the client submits}
   *
   * @param node what has the path now, if anything
   * @throws DavException with the status to answer when the change must not be made
   */
  Set<String> admit(Optional<Node> node) throws IOException;

  /** {@return the guard of a request's conditional headers (RFC 9110 §13), such as If-Match} */
  static Guard of(HttpServerRequest request) {
    return node -> {
      Preconditions.conditional(request, node);
      return Set.of();
    };
  }
}
