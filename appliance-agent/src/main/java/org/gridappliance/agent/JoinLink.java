package org.gridappliance.agent;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A link with which one machine joins: {@code https://host:port/join#TOKEN}, or {@code
 * #TOKEN&ca=SHA256} to name the certificate to trust. The secret is in the fragment, which no
 * browser sends.
 *
 * @param portal scheme, host and port
 * @param token used once
 * @param pin SHA-256 of the certificate, 64 lower-case hex digits; null when the link has none
 */
record JoinLink(URI portal, String token, @Nullable String pin) {

  static JoinLink parse(String link) throws AgentOptions.Wrong {
    int hash = link.indexOf('#');
    if (hash < 0 || hash == link.length() - 1) {
      throw new AgentOptions.Wrong(
          "the link has no token after #; copy it whole, in quotes, as the portal shows it");
    }
    URI portal = address(link.substring(0, hash));
    String token = null;
    String pin = null;
    for (String part : link.substring(hash + 1).split("&", -1)) {
      if (part.startsWith("ca=")) {
        pin = part.substring(3).replace(":", "").toLowerCase(java.util.Locale.ROOT);
      } else if (token == null) {
        token = part;
      }
    }
    if (token == null || !token.matches("[A-Za-z0-9_.~-]{1,128}")) {
      throw new AgentOptions.Wrong(
          "the link's token is not one that a portal makes; copy it whole");
    }
    if (pin != null && !pin.matches("[0-9a-f]{64}")) {
      throw new AgentOptions.Wrong(
          "the link's ca= is not a SHA-256 of 64 hex digits; copy it whole");
    }
    return new JoinLink(portal, token, pin);
  }

  /** {@return the portal's scheme, host and port}; plain HTTP only on this machine itself. */
  static URI address(String text) throws AgentOptions.Wrong {
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new AgentOptions.Wrong("'" + text + "' is not an address such as https://host:8443");
    }
    String host = uri.getHost();
    if (host == null || uri.getScheme() == null) {
      throw new AgentOptions.Wrong("'" + text + "' is not an address such as https://host:8443");
    }
    boolean loopback =
        host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    if (!uri.getScheme().equals("https") && !(uri.getScheme().equals("http") && loopback)) {
      throw new AgentOptions.Wrong(
          "'"
              + text
              + "' would send keys in clear over the network; the portal must be reached by"
              + " https (plain http only on this machine itself)");
    }
    return URI.create(
        uri.getScheme() + "://" + host + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
  }
}
