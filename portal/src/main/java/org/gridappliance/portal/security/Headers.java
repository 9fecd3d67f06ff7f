package org.gridappliance.portal.security;

import io.vertx.core.http.HttpServerResponse;

/** The headers that every answer carries. */
public final class Headers {
  /** For what is not a page: nothing may be loaded, run or framed. */
  public static final String NOTHING = "default-src 'none'; frame-ancestors 'none'; sandbox";

  private static final String HSTS = "max-age=31536000";

  private Headers() {}

  /** Sets them before a handler runs; a page's handler replaces the policy. */
  public static void basic(HttpServerResponse response, boolean tls) {
    response
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "same-origin")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("Content-Security-Policy", NOTHING);
    if (tls) {
      response.putHeader("Strict-Transport-Security", HSTS);
    }
  }

  /** {@return the policy of a page whose style elements carry this nonce} */
  public static String page(String nonce) {
    return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-"
        + nonce
        + "'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self';"
        + " worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
  }
}
