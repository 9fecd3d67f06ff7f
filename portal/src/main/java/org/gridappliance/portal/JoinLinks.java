package org.gridappliance.portal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.portal.security.HostNames;
import org.gridappliance.portal.tls.Certificates;

/**
 * Completes a new join token to a link that another machine can open: this portal's address and, in
 * the fragment, the token and the SHA-256 of the authority to trust, so that nobody in between can
 * pose as the portal.
 */
final class JoinLinks implements Operation {
  private final Operation tokens;
  private final Supplier<URI> address;
  private final HostNames names;
  private final Optional<Certificates> certificates;

  /**
   * Decorates the operation that makes tokens.
   *
   * @param address where this portal listens; asked for every link
   */
  JoinLinks(
      Operation tokens,
      Supplier<URI> address,
      HostNames names,
      Optional<Certificates> certificates) {
    this.tokens = tokens;
    this.address = address;
    this.names = names;
    this.certificates = certificates;
  }

  @Override
  public Response run(Request request) throws IOException {
    Response made = tokens.run(request);
    if (made.body() instanceof ObjectNode body) {
      String pin = certificates.map(c -> "&ca=" + c.authorityDigest()).orElse("");
      URI at = names.reachable(address.get());
      body.put("link", at + "/join#" + body.path("token").asText() + pin);
    }
    return made;
  }
}
