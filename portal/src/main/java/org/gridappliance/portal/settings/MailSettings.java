package org.gridappliance.portal.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The mail server to which the portal gives what people are told. Immutable.
 *
 * @param user the server's account; the password stands in {@code passwordFile}
 * @param from the sender's address
 * @param every at most one digest to a person within this time
 */
public record MailSettings(
    String host,
    int port,
    Security security,
    Optional<String> user,
    Path passwordFile,
    String from,
    Duration every) {

  /** How the connection is kept from others' eyes. */
  public enum Security {
    /** RFC 3207, required. */
    STARTTLS,
    /** TLS from the first byte, RFC 8314. */
    TLS,
    NONE;

    static Security of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }
  }
}
