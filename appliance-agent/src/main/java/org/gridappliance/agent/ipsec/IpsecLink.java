package org.gridappliance.agent.ipsec;

import java.net.URI;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where to ask and whom to trust: {@code https://host:port/#pool=SHA256[&ca=SHA256][&token=TOKEN]}.
 *
 * @param portal scheme, host and port
 * @param pool SHA-256 of the certificate of the pool's authority, 64 lower-case hex digits
 * @param pin SHA-256 of the certificate that the portal's HTTPS stands on; null to trust as the
 *     machine does
 * @param token a join token of a rule; empty for none, and a person decides
 */
record IpsecLink(URI portal, String pool, @Nullable String pin, String token) {

  /** The link is none; the message says what was wanted. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;

    Wrong(String message) {
      super(message);
    }
  }

  static IpsecLink parse(String link) throws Wrong {
    int hash = link.indexOf('#');
    URI uri;
    try {
      uri = URI.create(hash < 0 ? link : link.substring(0, hash));
    } catch (IllegalArgumentException e) {
      throw new Wrong("'" + link + "' is no link such as https://host:8443/#pool=…");
    }
    String host = uri.getHost();
    String scheme = uri.getScheme();
    if (host == null || scheme == null) {
      throw new Wrong("'" + link + "' is no link such as https://host:8443/#pool=…");
    }
    boolean loopback = host.equals("localhost") || host.matches("127(\\.\\d{1,3}){3}");
    if (!scheme.equals("https") && !(scheme.equals("http") && loopback)) {
      throw new Wrong("'" + link + "': want https (plain http only on this machine itself)");
    }
    String pool = null;
    String pin = null;
    String token = "";
    for (String part : link.substring(hash + 1).split("&", -1)) {
      if (part.startsWith("pool=")) {
        pool = digest(part.substring(5));
      } else if (part.startsWith("ca=")) {
        pin = digest(part.substring(3));
      } else if (part.startsWith("token=")) {
        token = part.substring(6);
        if (!token.matches("[A-Za-z0-9_-]{1,64}")) {
          throw new Wrong("what follows &token= is no join token; copy the link whole");
        }
      }
    }
    if (hash < 0 || pool == null) {
      throw new Wrong(
          "the link does not name the authority's fingerprint after #pool=; copy it whole from the"
              + " page Certificates, in quotes");
    }
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return new IpsecLink(URI.create(scheme + "://" + host + port), pool, pin, token);
  }

  private static String digest(String text) throws Wrong {
    String plain = text.replace(":", "").toLowerCase(Locale.ROOT);
    if (!plain.matches("[0-9a-f]{64}")) {
      throw new Wrong("'" + text + "' is no SHA-256 of 64 hex digits; copy the link whole");
    }
    return plain;
  }
}
