package org.gridappliance.portal.people;

import java.util.Optional;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;

/**
 * An operation of the contract that concerns the caller's own door: his session, his token. Else as
 * {@link org.gridappliance.jobs.http.Operation}.
 */
@FunctionalInterface
public interface PersonOperation {
  Response run(Exchange exchange);

  /**
   * A request with whom it comes from.
   *
   * @param principal whom the request comes from; empty when nobody is logged in
   * @param tls whether it came over HTTPS, so that cookies are marked Secure
   */
  record Exchange(Request request, Optional<Principal> principal, boolean tls) {
    public Principal require() {
      return principal.orElseThrow(
          () -> new Problem(401, "Not logged in", "log in, or send Authorization: Bearer <token>"));
    }

    public Principal requireAdministrator() {
      Principal who = require();
      if (!who.administrator()) {
        throw Problem.forbidden("only an administrator may do this");
      }
      return who;
    }

    /** {@return a text field of the body; empty when absent or null} */
    public Optional<String> text(String field) {
      return Optional.ofNullable(request.body().get(field))
          .filter(n -> !n.isNull())
          .map(com.fasterxml.jackson.databind.JsonNode::asText);
    }

    /** {@return a text field that the contract requires} */
    public String required(String field) {
      return text(field)
          .orElseThrow(() -> new IllegalStateException("the contract requires " + field));
    }
  }
}
