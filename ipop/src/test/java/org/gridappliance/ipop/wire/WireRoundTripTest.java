package org.gridappliance.ipop.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Everything encoded parses back, and nothing truncated or lengthened does. */
class WireRoundTripTest {

  private final Random random = new Random(42);

  @Test
  void everyMessageSurvivesTheWireAndNoTruncationDoes() {
    for (int i = 0; i < 300; i++) {
      Message message = message(i % 7);
      ByteBuffer bytes = message.encode();
      assertEquals(message, Message.parse(bytes));
      boolean openEnded = message instanceof Message.Ip || message instanceof Message.Routed;
      for (int cut = 0; cut < bytes.remaining() && !openEnded; cut++) {
        assertNull(Message.parse(bytes.slice(0, cut)), message + " cut at " + cut);
      }
      if (!openEnded) {
        assertNull(Message.parse(longer(bytes)));
      }
    }
  }

  @Test
  void everyPacketSurvivesTheWireAndNoTruncationDoes() {
    for (int i = 0; i < 300; i++) {
      Packet packet = packet(i % 8);
      ByteBuffer bytes = packet.encode();
      assertEquals(packet, Packet.parse(bytes));
      for (int cut = 0; cut < bytes.remaining() && !(packet instanceof Packet.Tunnel); cut++) {
        assertNull(Packet.parse(bytes.slice(0, cut)), packet + " cut at " + cut);
      }
    }
  }

  @Test
  void everyFrameSurvivesTheWire() {
    Frame.Initiation first =
        (Frame.Initiation) parse(Frame.initiation(7, bytes(104).array()), Frame.INITIATION);
    assertEquals(7, first.sender());
    Frame.Response second =
        (Frame.Response) parse(Frame.response(8, 7, bytes(48).array()), Frame.RESPONSE);
    assertEquals(8, second.sender());
    assertEquals(7, second.receiver());
    Frame.Cookie cookie =
        (Frame.Cookie) parse(Frame.cookie(9, bytes(16).array(), bytes(32).array()), Frame.COOKIE);
    assertEquals(9, cookie.receiver());
    byte[] data = new byte[Frame.DATA_MIN + 5];
    Frame.dataHeader(data, 0, -3, 1L << 40);
    Frame.Data d = (Frame.Data) Frame.parse(ByteBuffer.wrap(data));
    assertEquals(-3, d.receiver());
    assertEquals(1L << 40, d.counter());
    assertEquals(21, d.text().remaining());
  }

  /** The bytes of docs/wire.md §2, written out. */
  @Test
  void dataHeaderIsAsDocumented() {
    byte[] data = new byte[Frame.DATA_HEADER];
    Frame.dataHeader(data, 0, 0x01020304, 0x05060708090a0b0cL);
    assertEquals(
        "04" // kind: data
            + "000000" // zero
            + "01020304" // receiver's index
            + "05060708090a0b0c", // counter
        HexFormat.of().formatHex(data));
  }

  @Test
  void answersToStrangersAreNeverLargerThanTheQuestion() {
    assertEquals(144, Frame.INITIATION);
    assertEquals(92, Frame.RESPONSE);
    assertEquals(56, Frame.COOKIE);
  }

  @Test
  void framesWithReservedBitsOrAWrongLengthAreRefused() {
    ByteBuffer first = Frame.initiation(1, new byte[104]);
    assertNull(Frame.parse(longer(first)));
    assertNull(Frame.parse(first.slice(0, 143)));
    first.put(2, (byte) 1);
    assertNull(Frame.parse(first));
    assertNull(Frame.parse(ByteBuffer.allocate(0)));
    assertNull(Frame.parse(ByteBuffer.allocate(200)));
    assertNull(Frame.parse(ByteBuffer.allocate(Frame.DATA_MIN - 1).put(0, (byte) 4)));
  }

  @Test
  void randomBytesNeverThrow() {
    for (int i = 0; i < 50_000; i++) {
      byte[] noise = bytes(random.nextInt(120)).array();
      if (noise.length > 0) {
        noise[0] = (byte) random.nextInt(9);
      }
      Frame.parse(ByteBuffer.wrap(noise));
      Message.parse(ByteBuffer.wrap(noise));
      Packet.parse(ByteBuffer.wrap(noise));
    }
  }

  @Test
  void addressArithmeticIsModulo2To160() {
    Address one = new Address(0, 0, 1);
    Address max = Address.ZERO.minus(one);
    assertEquals("f".repeat(40), max.toString());
    assertEquals(Address.ZERO, max.plus(one));
    assertEquals(one, Address.ZERO.minus(max));
    for (int i = 0; i < 1000; i++) {
      Address a = Address.random(random);
      Address b = Address.random(random);
      assertEquals(a, a.minus(b).plus(b));
      assertEquals(a.distance(b), b.distance(a));
      assertEquals(a, Address.parse(a.toString()));
      assertNotEquals(a, b);
    }
  }

  @Test
  void endpointsReadAsTheyAreWritten() {
    assertEquals("192.0.2.1:4000", Endpoint.ipv4(0xc0000201, 4000).toString());
    Endpoint six = new Endpoint(0x20010db800000000L, 1, 5);
    assertEquals(six, Endpoint.of(six.socket()));
    assertEquals("tls://[2001:db8:0:0:0:0:0:1]:5", six.over(Endpoint.Transport.TLS).toString());
    assertEquals("[2001:db8:0:0:0:0:0:1]:5", six.toString());
  }

  private Frame parse(ByteBuffer bytes, int length) {
    assertEquals(length, bytes.remaining());
    return Frame.parse(bytes);
  }

  private Message message(int kind) {
    return switch (kind) {
      case 0 -> new Message.Ip(bytes(40));
      case 1 -> new Message.Probe(random.nextInt());
      case 2 -> new Message.ProbeAck(random.nextInt(), endpoint());
      case 3 -> new Message.Candidates(random.nextBoolean(), endpoints(8), contacts(4));
      case 4 -> new Message.Neighbours(random.nextBoolean(), random.nextBoolean(), contacts(8));
      case 5 -> new Message.Routed(header(), bytes(random.nextInt(50)));
      default -> new Message.Close();
    };
  }

  private Packet packet(int kind) {
    int id = random.nextInt();
    return switch (kind) {
      case 0 -> new Packet.Tunnel(bytes(60));
      case 1 -> new Packet.Find(id, contacts(1).stream().findFirst().orElse(contact()));
      case 2 -> new Packet.Found(id, contacts(8));
      case 3 ->
          new Packet.Echo(
              id,
              random.nextBoolean(),
              Stream.generate(() -> Address.random(random)).limit(random.nextInt(17)).toList());
      case 4 -> new Packet.Get(id, Address.random(random));
      case 5 -> new Packet.Put(id, signed());
      case 6 ->
          new Packet.Answer(
              id,
              List.of(Packet.Outcome.values()).get(random.nextInt(4)),
              Stream.generate(this::signed).limit(random.nextInt(3)).toList());
      default -> new Packet.Replicate(id, signed());
    };
  }

  private Packet.Header header() {
    return new Packet.Header(
        random.nextBoolean() ? Packet.Mode.EXACT : Packet.Mode.NEAREST,
        random.nextInt(256),
        Address.random(random),
        Address.random(random),
        random.nextBoolean() ? Address.random(random) : null,
        random.nextBoolean() ? Address.random(random) : null);
  }

  private Signed signed() {
    return new Signed(
        Address.random(random),
        contact().key(),
        random.nextLong(),
        100,
        random.nextInt(101),
        bytes(random.nextInt(Signed.MAX_VALUE + 1)),
        bytes(64));
  }

  private Contact contact() {
    return new Contact(PublicKey.of(bytes(32).array()), endpoints(4));
  }

  private List<Contact> contacts(int max) {
    return Stream.generate(this::contact).limit(random.nextInt(max + 1)).toList();
  }

  private Endpoint endpoint() {
    Endpoint udp = Endpoint.ipv4(random.nextInt(), 1 + random.nextInt(65535));
    return random.nextBoolean() ? udp : udp.over(Endpoint.Transport.TLS);
  }

  private List<Endpoint> endpoints(int max) {
    return Stream.generate(this::endpoint).limit(random.nextInt(max + 1)).toList();
  }

  private ByteBuffer bytes(int length) {
    byte[] out = new byte[length];
    random.nextBytes(out);
    return ByteBuffer.wrap(out);
  }

  private static ByteBuffer longer(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining() + 1).put(bytes.duplicate()).rewind();
  }
}
