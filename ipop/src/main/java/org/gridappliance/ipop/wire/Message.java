package org.gridappliance.ipop.wire;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one node says to another inside their session: the plain text of a {@link Frame.Data}. The
 * first byte is the kind. Wire layout: {@code docs/wire.md} §3.
 */
public sealed interface Message {

  /** The kind byte of {@link Ip}, for the path that builds no record. */
  byte IP = 1;

  /** The most endpoints in {@link Candidates}. */
  int MAX_CANDIDATES = 8;

  /** The most contacts in {@link Candidates}. */
  int MAX_RELAYS = 4;

  /** The most contacts in {@link Neighbours} and {@link Packet.Found}. */
  int MAX_NEIGHBOURS = 8;

  /** One IP packet for the receiver's device. */
  record Ip(ByteBuffer packet) implements Message {}

  /** "Are you there, on this path?" Opens NATs and keeps them open. */
  record Probe(int id) implements Message {}

  /** The answer, on the path the probe came by, with the endpoint it was seen to come from. */
  record ProbeAck(int id, Endpoint seen) implements Message {}

  /**
   * Where the sender may be reached directly, and who could relay if not.
   *
   * @param answerWanted whether the receiver should send its own in return
   */
  record Candidates(boolean answerWanted, List<Endpoint> endpoints, List<Contact> relays)
      implements Message {
    public Candidates {
      endpoints = atMost(MAX_CANDIDATES, endpoints);
      relays = atMost(MAX_RELAYS, relays);
    }
  }

  /**
   * The sender's nearest nodes to the receiver on the ring.
   *
   * @param answerWanted whether the receiver should send its own in return
   * @param edgeWanted whether the sender counts the receiver among its own ring edges
   */
  record Neighbours(boolean answerWanted, boolean edgeWanted, List<Contact> contacts)
      implements Message {
    public Neighbours {
      contacts = atMost(MAX_NEIGHBOURS, contacts);
    }
  }

  /** A packet on its way through the ring. */
  record Routed(Packet.Header header, ByteBuffer body) implements Message {}

  /** "I am leaving, or have no use for this session any more." */
  record Close() implements Message {}

  /** {@return the message in a plain text, or null if it is none} Never throws. */
  static @Nullable Message parse(ByteBuffer text) {
    In in = new In(text);
    Message message =
        switch (in.u8()) {
          case IP -> new Ip(in.rest());
          case 2 -> new Probe(in.i32());
          case 3 -> new ProbeAck(in.i32(), in.endpoint());
          case 4 -> {
            boolean answer = flag(in, 1) != 0;
            yield candidates(in, answer);
          }
          case 5 -> {
            int flags = flag(in, 3);
            List<Contact> contacts = Contact.readAll(in, MAX_NEIGHBOURS);
            yield new Neighbours((flags & 1) != 0, (flags & 2) != 0, contacts);
          }
          case 6 -> {
            Packet.Header header = Packet.Header.read(in);
            yield new Routed(header, in.rest());
          }
          case 7 -> new Close();
          default -> null;
        };
    return in.complete() ? message : null;
  }

  /** {@return the bytes of this message, ready to be sealed} */
  default ByteBuffer encode() {
    return switch (this) {
      case Ip m -> start(IP, m.packet.remaining()).put(m.packet.duplicate()).flip();
      case Probe m -> start(2, 4).putInt(m.id).flip();
      case ProbeAck m -> {
        ByteBuffer out = start(3, 4 + Endpoint.LENGTH).putInt(m.id);
        m.seen.write(out);
        yield out.flip();
      }
      case Candidates m -> {
        ByteBuffer out =
            start(4, 2 + m.endpoints.size() * Endpoint.LENGTH + Contact.lengthOf(m.relays));
        out.put((byte) (m.answerWanted ? 1 : 0)).put((byte) m.endpoints.size());
        m.endpoints.forEach(e -> e.write(out));
        Contact.writeAll(m.relays, out);
        yield out.flip();
      }
      case Neighbours m -> {
        ByteBuffer out = start(5, 1 + Contact.lengthOf(m.contacts));
        out.put((byte) ((m.answerWanted ? 1 : 0) | (m.edgeWanted ? 2 : 0)));
        Contact.writeAll(m.contacts, out);
        yield out.flip();
      }
      case Routed m -> {
        ByteBuffer out = start(6, m.header.length() + m.body.remaining());
        m.header.write(out);
        yield out.put(m.body.duplicate()).flip();
      }
      case Close m -> start(7, 0).flip();
    };
  }

  private static Message candidates(In in, boolean answer) {
    List<Endpoint> endpoints = Contact.readEndpoints(in, MAX_CANDIDATES);
    List<Contact> relays = Contact.readAll(in, MAX_RELAYS);
    return new Candidates(answer, endpoints, relays);
  }

  /** A flag byte of which only the bits in {@code known} may be set. */
  private static int flag(In in, int known) {
    int flags = in.u8();
    in.demand((flags & ~known) == 0);
    return flags;
  }

  private static ByteBuffer start(int kind, int length) {
    return ByteBuffer.allocate(1 + length).put((byte) kind);
  }

  private static <T> List<T> atMost(int max, List<T> list) {
    if (list.size() > max) {
      throw new IllegalArgumentException(list.size() + " elements: want at most " + max);
    }
    return List.copyOf(list);
  }
}
