package org.gridappliance.ipop.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What travels through the ring from node to node in {@link Message.Routed}: a {@link Header} for
 * every hop, and a body for the last. Wire layout: {@code docs/wire.md} §4.
 *
 * <p>A body is readable by the hops on its way; what must not be goes into a {@link Tunnel}.
 */
public sealed interface Packet {

  /** The most hops an {@link Echo} records. */
  int MAX_HOPS = 16;

  /** The most records of one {@link Answer}. */
  int MAX_RECORDS = 2;

  /**
   * Who is meant by a header's target.
   *
   * <p>EXACT is the node with that address and nobody else; NEAREST the node whose address is
   * nearest to it, never the source itself.
   */
  enum Mode {
    EXACT,
    NEAREST
  }

  /**
   * The envelope of a routed packet.
   *
   * @param hopsLeft 0 to 255; a node that receives 0 does not forward
   * @param source who sent it; not proved, only a {@link Tunnel} proves anything
   * @param target where it goes
   * @param waypoint a node to reach first, which then goes on to the target, or null
   * @param returnVia the waypoint for answers, for a source not on the ring yet, or null
   */
  record Header(
      Mode mode,
      int hopsLeft,
      Address source,
      Address target,
      @Nullable Address waypoint,
      @Nullable Address returnVia) {

    /** Hops a new packet may take; greedy routing among 10,000 nodes needs about 10. */
    public static final int HOPS = 32;

    /** {@return the same packet's envelope one hop further, by way of {@code via}} */
    public Header onwards(@Nullable Address via) {
      return new Header(mode, hopsLeft - 1, source, target, via, returnVia);
    }

    int length() {
      return 2
          + 2 * Address.LENGTH
          + (waypoint == null ? 0 : Address.LENGTH)
          + (returnVia == null ? 0 : Address.LENGTH);
    }

    void write(ByteBuffer out) {
      out.put(
          (byte)
              ((mode == Mode.NEAREST ? 1 : 0)
                  | (waypoint == null ? 0 : 2)
                  | (returnVia == null ? 0 : 4)));
      out.put((byte) hopsLeft);
      source.write(out);
      target.write(out);
      if (waypoint != null) {
        waypoint.write(out);
      }
      if (returnVia != null) {
        returnVia.write(out);
      }
    }

    static Header read(In in) {
      int flags = in.u8();
      in.demand((flags & ~7) == 0);
      int hops = in.u8();
      return new Header(
          (flags & 1) != 0 ? Mode.NEAREST : Mode.EXACT,
          hops,
          in.address(),
          in.address(),
          in.addressIf((flags & 2) != 0),
          in.addressIf((flags & 4) != 0));
    }
  }

  /** A datagram ({@link Frame}) of a session between source and target. */
  record Tunnel(ByteBuffer datagram) implements Packet {}

  /** "Who stands at the target?" with the asker's own contact. */
  record Find(int id, Contact asker) implements Packet {}

  /** The answer: the answering node first, then its neighbours. */
  record Found(int id, List<Contact> contacts) implements Packet {
    public Found {
      contacts = List.copyOf(contacts);
    }
  }

  /** A ping through the ring; every hop of the way there adds its address. */
  record Echo(int id, boolean reply, List<Address> hops) implements Packet {
    public Echo {
      hops = List.copyOf(hops);
    }
  }

  /** Asks the node nearest to {@code key} for what is stored under it. */
  record Get(int id, Address key) implements Packet {}

  /** Asks the node nearest to the record's key to store it. */
  record Put(int id, Signed signed) implements Packet {}

  /** Answer to {@link Get}, {@link Put} and {@link Replicate}. */
  record Answer(int id, Outcome outcome, List<Signed> records) implements Packet {
    public Answer {
      records = List.copyOf(records);
    }
  }

  /** A copy for a neighbour of the node that answers for the key. */
  record Replicate(int id, Signed signed) implements Packet {}

  /** How a {@link Get} or {@link Put} ended. */
  enum Outcome {
    /** Done; for a get, there is a record. */
    OK(0),
    /** Nothing is stored under the key. */
    NONE(1),
    /** The key belongs to another owner, whose record comes along. */
    TAKEN(2),
    /** The record was not acceptable: signature, version, size or lease. */
    REFUSED(3);

    private final int code;

    Outcome(int code) {
      this.code = code;
    }

    private static Outcome read(In in) {
      int code = in.u8();
      for (Outcome outcome : values()) {
        if (outcome.code == code) {
          return outcome;
        }
      }
      in.demand(false);
      return REFUSED;
    }
  }

  /** {@return the packet in a body, or null if it is none} Never throws. */
  static @Nullable Packet parse(ByteBuffer body) {
    In in = new In(body);
    Packet packet =
        switch (in.u8()) {
          case 1 -> new Tunnel(in.rest());
          case 2 -> {
            int id = in.i32();
            Contact asker = Contact.read(in);
            yield new Find(id, asker);
          }
          case 3 -> new Found(in.i32(), Contact.readAll(in, Message.MAX_NEIGHBOURS));
          case 4 -> echo(in);
          case 5 -> new Get(in.i32(), in.address());
          case 6 -> new Put(in.i32(), Signed.read(in));
          case 7 -> answer(in);
          case 8 -> new Replicate(in.i32(), Signed.read(in));
          default -> null;
        };
    return in.complete() ? packet : null;
  }

  /** {@return the bytes of this body} */
  default ByteBuffer encode() {
    return switch (this) {
      case Tunnel p -> start(1, p.datagram.remaining()).put(p.datagram.duplicate()).flip();
      case Find p -> {
        ByteBuffer out = start(2, 4 + p.asker.length()).putInt(p.id);
        p.asker.write(out);
        yield out.flip();
      }
      case Found p -> {
        ByteBuffer out = start(3, 4 + Contact.lengthOf(p.contacts)).putInt(p.id);
        Contact.writeAll(p.contacts, out);
        yield out.flip();
      }
      case Echo p -> {
        ByteBuffer out = start(4, 6 + p.hops.size() * Address.LENGTH).putInt(p.id);
        out.put((byte) (p.reply ? 1 : 0)).put((byte) p.hops.size());
        p.hops.forEach(h -> h.write(out));
        yield out.flip();
      }
      case Get p -> {
        ByteBuffer out = start(5, 4 + Address.LENGTH).putInt(p.id);
        p.key.write(out);
        yield out.flip();
      }
      case Put p -> withRecord(6, p.id, p.signed);
      case Answer p -> {
        int length = p.records.stream().mapToInt(Signed::length).sum();
        ByteBuffer out = start(7, 6 + length).putInt(p.id);
        out.put((byte) p.outcome.code).put((byte) p.records.size());
        p.records.forEach(r -> r.write(out));
        yield out.flip();
      }
      case Replicate p -> withRecord(8, p.id, p.signed);
    };
  }

  private static ByteBuffer withRecord(int kind, int id, Signed signed) {
    ByteBuffer out = start(kind, 4 + signed.length()).putInt(id);
    signed.write(out);
    return out.flip();
  }

  private static Echo echo(In in) {
    int id = in.i32();
    int reply = in.u8();
    int count = in.u8();
    in.demand(reply <= 1 && count <= MAX_HOPS);
    List<Address> hops = new ArrayList<>();
    for (int i = 0; i < count && in.good(); i++) {
      hops.add(in.address());
    }
    return new Echo(id, reply == 1, hops);
  }

  private static Answer answer(In in) {
    int id = in.i32();
    Outcome outcome = Outcome.read(in);
    int count = in.u8();
    in.demand(count <= MAX_RECORDS);
    List<Signed> records = new ArrayList<>();
    for (int i = 0; i < count && in.good(); i++) {
      records.add(Signed.read(in));
    }
    return new Answer(id, outcome, records);
  }

  private static ByteBuffer start(int kind, int length) {
    return ByteBuffer.allocate(1 + length).put((byte) kind);
  }
}
