package org.gridappliance.ipop.services;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The DNS server on the device (RFC 1035): names of the form {@code C128000001} of Table 3-1, with
 * or without the pool's domain, their reverse, and in the pool's domain the names people chose.
 * Whatever else is asked goes to the machine's other servers; where there are none it is REFUSED,
 * which makes a resolver go on by itself. So the names of its own network keep working.
 */
final class Dns {

  /** Who knows the names people chose. */
  @FunctionalInterface
  interface Hosts {
    /** Looks a label up, perhaps later; empty if there is no such name. */
    void lookUp(String name, Consumer<OptionalInt> done);
  }

  /** Answers what is not the pool's. */
  @FunctionalInterface
  public interface Upstream {
    /**
     * Asks for the whole query; never blocks.
     *
     * @param mostBytes the largest answer the asker takes
     * @param done gets the answer, perhaps later and on another thread; nothing may come
     * @return false if there is nobody to ask
     */
    boolean ask(byte[] query, int mostBytes, Consumer<byte[]> done);
  }

  static final int PORT = 53;

  /** The most that is answered in one datagram whatever the asker offers (RFC 6891 §6.2.5). */
  static final int MOST_BYTES = 4096;

  /** Without EDNS (RFC 1035 §4.2.1). */
  static final int PLAIN_BYTES = 512;

  private static final int OPT = 41;
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
  private final Hosts hosts;
  private final Upstream upstream;

  Dns(Network network, Hosts hosts, Upstream upstream) {
    this.network = network;
    this.hosts = hosts;
    this.upstream = upstream;
  }

  /**
   * Answers a question; what is none gets no answer.
   *
   * @param question only used during the call
   * @param done gets the answer, perhaps later; from upstream on another thread
   */
  void answer(ByteBuffer question, Consumer<byte[]> done) {
    if (question.remaining() < 12 || (question.get(question.position() + 2) & 0x80) != 0) {
      return;
    }
    byte[] copy = new byte[question.remaining()];
    question.get(question.position(), copy);
    ByteBuffer query = ByteBuffer.wrap(copy);
    if ((query.get(2) & 0x78) != 0) {
      done.accept(reply(query, 12, NOT_IMPLEMENTED, null, 0));
      return;
    }
    List<String> labels = new ArrayList<>();
    int end = query.getShort(4) == 1 ? readName(query, labels) : -1;
    if (end < 0 || end + 4 > query.limit()) {
      done.accept(reply(query, 12, FORMAT_ERROR, null, 0));
      return;
    }
    int type = query.getShort(end) & 0xffff;
    boolean internet = query.getShort(end + 2) == 1;
    String name = String.join(".", labels).toLowerCase(Locale.ROOT);
    String suffix = "." + network.domain();
    if (internet && name.endsWith(suffix)) {
      String host = name.substring(0, name.length() - suffix.length());
      if (network.addressOf(host).isEmpty() && host.indexOf('.') < 0) {
        hosts.lookUp(host, address -> done.accept(addressed(query, end + 4, address, type)));
        return;
      }
    }
    byte[] own = internet ? lookUp(query, end + 4, name, type) : null;
    if (own != null) {
      done.accept(own);
    } else if (!upstream.ask(copy, mostBytes(query, end + 4), done)) {
      done.accept(reply(query, end + 4, REFUSED, null, 0));
    }
  }

  /** {@return how large an answer may be}, by the OPT record of RFC 6891 if there is one. */
  private static int mostBytes(ByteBuffer query, int end) {
    boolean alone = query.getInt(6) == 0 && query.getShort(10) == 1;
    boolean isOpt =
        alone && query.limit() >= end + 11 && query.get(end) == 0 && query.getShort(end + 1) == OPT;
    return isOpt
        ? Math.clamp(query.getShort(end + 3) & 0xffff, PLAIN_BYTES, MOST_BYTES)
        : PLAIN_BYTES;
  }

  private static byte[] addressed(ByteBuffer query, int end, OptionalInt address, int type) {
    if (address.isEmpty()) {
      return reply(query, end, NAME_ERROR, null, 0);
    }
    boolean wanted = type == A || type == ANY;
    byte[] value = ByteBuffer.allocate(4).putInt(address.getAsInt()).array();
    return reply(query, end, NO_ERROR, wanted ? value : null, A);
  }

  /** {@return the answer from here, or null: it is nothing of the pool's} */
  private byte @Nullable [] lookUp(ByteBuffer query, int end, String name, int type) {
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
        return null;
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
    boolean theirs = !ours && !name.equals(network.domain());
    return address.isEmpty() && theirs ? null : addressed(query, end, address, type);
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
