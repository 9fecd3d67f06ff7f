package org.gridappliance.vnc.rfb;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.gridappliance.vnc.dialect.WrongBytes;

/**
 * Checks that a server's first twelve bytes are a ProtocolVersion message (RFC 6143 §7.1.1). What
 * follows is the server's own affair. Not thread-safe: owned by one connection.
 */
public final class ServerGreeting {
  static final int LENGTH = 12;

  private final StringBuilder seen = new StringBuilder(LENGTH);

  /**
   * Looks at the next bytes from the server; they may then be forwarded.
   *
   * @throws WrongBytes once the greeting cannot be one
   */
  public void accept(Buffer bytes) throws WrongBytes {
    int missing = Math.min(LENGTH - seen.length(), bytes.length());
    if (missing == 0) {
      return;
    }
    seen.append(new String(bytes.getBytes(0, missing), StandardCharsets.ISO_8859_1));
    if (!"RFB 003.00".startsWith(seen.substring(0, Math.min(10, seen.length())))
        || (seen.length() == LENGTH && !seen.toString().matches("RFB 003\\.00[78]\n"))) {
      throw new WrongBytes(
          "the desktop greeted with \"" + printable(seen) + "\": want RFB 003.007 or 003.008");
    }
  }

  /** {@return true once all twelve bytes were seen and are good} */
  public boolean complete() {
    return seen.length() == LENGTH;
  }

  static String printable(CharSequence text) {
    return text.chars()
        .map(c -> c >= ' ' && c < 127 ? c : '.')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
