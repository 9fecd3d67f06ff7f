package org.gridappliance.agent.envelope;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** The file that lets programs onto one X server, Xau(3). */
public final class XAuthority {
  private static final short FAMILY_WILD = -1;

  private XAuthority() {}

  /** {@return an Xauthority file with a new cookie for display :1 of whatever host} */
  public static byte[] fresh() {
    byte[] cookie = new byte[16];
    new SecureRandom().nextBytes(cookie);
    byte[] name = "MIT-MAGIC-COOKIE-1".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer entry = ByteBuffer.allocate(2 + 2 + 3 + 2 + name.length + 2 + cookie.length);
    entry.putShort(FAMILY_WILD).putShort((short) 0); // any host
    entry.putShort((short) 1).put((byte) '1'); // display :1
    entry.putShort((short) name.length).put(name);
    entry.putShort((short) cookie.length).put(cookie);
    return entry.array();
  }
}
