package org.gridappliance.ipop.services;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The DNS server on the device (RFC 1035): names of the form {@code C128000001} of Table 3-1, with
 * or without the pool's domain, and their reverse. Whatever else is asked is REFUSED, which makes a
 * resolver go on to the machine's other servers, so the names of its own network keep working.
 * Pure: a question in, an answer out.
 */
final class Dns {

  static final int PORT = 53;
  static final int TTL_SECONDS = 60;

  private static final int A = 1;
  private static final int PTR = 12;
  private static final int ANY = 255;
  private static final int NO_ERROR = 0;
  private static final int FORMAT_ERROR = 1;
  private static final int NAME_ERROR = 3;
  private static final int NOT_IMPLEMENTED = 4;
  private static final int REFUSED = 5;
  private static final Pattern REVERSE =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.in-addr\\.arpa");

  private final Network network;

  Dns(Network network) {
    this.network = network;
  }

  /** {@return the answer to a question, or null if the bytes are no question} */
  byte @Nullable [] answer(ByteBuffer query) {
    if (query.remaining() < 12 || (query.get(2) & 0x80) != 0) {
      return null;
    }
    if ((query.get(2) & 0x78) != 0) {
      return reply(query, 12, NOT_IMPLEMENTED, null, 0);
    }
    List<String> labels = new ArrayList<>();
    int end = query.getShort(4) == 1 ? readName(query, labels) : -1;
    if (end < 0 || end + 4 > query.limit()) {
      return reply(query, 12, FORMAT_ERROR, null, 0);
    }
    int type = query.getShort(end) & 0xffff;
    boolean internet = query.getShort(end + 2) == 1;
    String name = String.join(".", labels).toLowerCase(Locale.ROOT);
    return internet ? lookUp(query, end + 4, name, type) : reply(query, end + 4, REFUSED, null, 0);
  }

  private byte[] lookUp(ByteBuffer query, int end, String name, int type) {
    Matcher reverse = REVERSE.matcher(name);
    if (reverse.matches()) {
      int address = 0;
      for (int i = 4; i >= 1; i--) {
        int part = Integer.parseInt(reverse.group(i));
        if (part > 255) {
          return reply(query, end, NAME_ERROR, null, 0);
        }
        address = address << 8 | part;
      }
      if (!network.contains(address)) {
        return reply(query, end, REFUSED, null, 0);
      }
      if (!network.isAssignable(address)) {
        return reply(query, end, NAME_ERROR, null, 0);
      }
      boolean wanted = type == PTR || type == ANY;
      byte[] target = encode(Network.name(address) + "." + network.domain());
      return reply(query, end, NO_ERROR, wanted ? target : null, PTR);
    }
    String suffix = "." + network.domain();
    boolean ours = name.endsWith(suffix);
    String host = ours ? name.substring(0, name.length() - suffix.length()) : name;
    OptionalInt address = network.addressOf(host);
    if (address.isEmpty()) {
      return reply(query, end, ours ? NAME_ERROR : REFUSED, null, 0);
    }
    boolean wanted = type == A || type == ANY;
    byte[] value = ByteBuffer.allocate(4).putInt(address.getAsInt()).array();
    return reply(query, end, NO_ERROR, wanted ? value : null, A);
  }

  /** Reads the name at offset 12. {@return the offset behind it, or -1} */
  private static int readName(ByteBuffer in, List<String> labels) {
    int at = 12;
    int total = 0;
    while (at < in.limit()) {
      int length = in.get(at++) & 0xff;
      if (length == 0) {
        return at;
      }
      total += length + 1;
      // a question's name has nothing to point back to, so no compression here
      if (length > 63 || total > 254 || at + length > in.limit()) {
        return -1;
      }
      byte[] label = new byte[length];
      in.get(at, label);
      labels.add(new String(label, StandardCharsets.ISO_8859_1));
      at += length;
    }
    return -1;
  }

  /** Header, the question as it was, and at most one record. */
  private static byte[] reply(
      ByteBuffer query, int questionEnd, int code, byte @Nullable [] data, int type) {
    boolean hasQuestion = questionEnd > 12;
    int length = questionEnd + (data == null ? 0 : 12 + data.length);
    ByteBuffer out = ByteBuffer.allocate(length);
    out.putShort(query.getShort(0));
    int recursionDesired = query.get(2) & 1;
    boolean authoritative = code == NO_ERROR || code == NAME_ERROR;
    out.put((byte) (0x80 | (authoritative ? 4 : 0) | recursionDesired)).put((byte) code);
    out.putShort((short) (hasQuestion ? 1 : 0)).putShort((short) (data == null ? 0 : 1));
    out.putInt(0);
    for (int i = 12; i < questionEnd; i++) {
      out.put(query.get(i));
    }
    if (data != null) {
      out.putShort((short) 0xc00c).putShort((short) type).putShort((short) 1);
      out.putInt(TTL_SECONDS).putShort((short) data.length).put(data);
    }
    return out.array();
  }

  private static byte[] encode(String name) {
    ByteBuffer out = ByteBuffer.allocate(name.length() + 2);
    for (String label : name.split("\\.", -1)) {
      out.put((byte) label.length()).put(label.getBytes(StandardCharsets.ISO_8859_1));
    }
    out.put((byte) 0);
    return Arrays.copyOf(out.array(), out.position());
  }
}
