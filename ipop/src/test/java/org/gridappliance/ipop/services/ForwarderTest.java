package org.gridappliance.ipop.services;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Questions for other names, with a name server on loopback that answers as it is told. */
class ForwarderTest {
  private static final int TRUNCATED = 2;
  private static final int SERVER_FAILURE = 2;
  private static final int REFUSED = 5;

  private final Network network = Network.parse("10.128.0.0/9", "ipop");
  private final BlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();
  private DatagramSocket udp;
  private ServerSocket tcp;

  @BeforeEach
  void listen() throws IOException {
    tcp = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    udp = new DatagramSocket(new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort()));
  }

  @AfterEach
  void close() throws IOException {
    udp.close();
    tcp.close();
  }

  @Test
  void otherNamesAreAnsweredByTheMachinesServerUnderTheAskersNumber() throws Exception {
    serve(query -> reply(query, 0, 20));
    ask("www.example.org", 0);
    byte[] answer = answers.poll(30, TimeUnit.SECONDS);
    assertEquals(0x4711, ByteBuffer.wrap(answer).getShort());
    assertEquals(question("www.example.org", 0).length + 20, answer.length);
  }

  @Test
  void namesOfThePoolAreNotAskedElsewhere() throws Exception {
    serve(
        query -> {
          throw new AssertionError("asked for " + new String(query, StandardCharsets.ISO_8859_1));
        });
    for (String name :
        List.of("c128000001.ipop", "nobody.ipop", "a.b.ipop", "C128000001", "ipop")) {
      ask(name, 0);
      assertEquals(0x4711, ByteBuffer.wrap(answers.poll(30, TimeUnit.SECONDS)).getShort());
    }
  }

  @Test
  void answerThatIsNotForTheQuestionIsPassedOver() throws Exception {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                DatagramPacket in = new DatagramPacket(new byte[4096], 4096);
                udp.receive(in);
                byte[] query = Arrays.copyOf(in.getData(), in.getLength());
                byte[] wrongNumber = reply(query, 0, 8);
                wrongNumber[0] ^= 1;
                byte[] wrongName = reply(query, 0, 8);
                wrongName[13] ^= 1;
                for (byte[] each : List.of(wrongNumber, wrongName, query, reply(query, 0, 30))) {
                  udp.send(new DatagramPacket(each, each.length, in.getSocketAddress()));
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    ask("www.example.org", 0);
    assertEquals(
        question("www.example.org", 0).length + 30, answers.poll(30, TimeUnit.SECONDS).length);
  }

  @Test
  void answerCutShortIsFetchedByTcpAndFittedToTheAsker() throws Exception {
    serve(query -> reply(query, TRUNCATED, 0));
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  try (Socket caller = tcp.accept()) {
                    DataInputStream in = new DataInputStream(caller.getInputStream());
                    byte[] query = new byte[in.readUnsignedShort()];
                    in.readFully(query);
                    byte[] answer = reply(query, 0, 1_500);
                    caller
                        .getOutputStream()
                        .write(
                            ByteBuffer.allocate(2 + answer.length)
                                .putShort((short) answer.length)
                                .put(answer)
                                .array());
                  }
                }
              } catch (IOException e) {
                // the test is over
              }
            });
    ask("big.example.org", 4096);
    assertEquals(
        question("big.example.org", 4096).length + 1_500,
        answers.poll(30, TimeUnit.SECONDS).length);
    ask("big.example.org", 0);
    byte[] cut = answers.poll(30, TimeUnit.SECONDS);
    assertEquals(question("big.example.org", 0).length, cut.length);
    assertTrue((cut[2] & TRUNCATED) != 0, "says that there is more");
  }

  @Test
  void withoutServersTheQuestionIsRefusedAndWithDeadOnesItFails() throws Exception {
    dns(List.of()).answer(ByteBuffer.wrap(question("www.example.org", 0)), answers::add);
    assertEquals(REFUSED, answers.poll(30, TimeUnit.SECONDS)[3] & 0xf);
    udp.close(); // the port answers by ICMP now
    ask("www.example.org", 0);
    assertEquals(SERVER_FAILURE, answers.poll(30, TimeUnit.SECONDS)[3] & 0xf);
  }

  @Test
  void moreQuestionsThanBoundedAreDroppedAndCounted() throws Exception {
    Forwarder forwarder = new Forwarder(() -> List.of(server()), new SecureRandom());
    byte[] query = question("www.example.org", 0);
    for (int i = 0; i < Forwarder.MAX_ASKING; i++) {
      assertTrue(forwarder.ask(query, 512, answers::add));
    }
    assertEquals(0, forwarder.dropped());
    assertTrue(forwarder.ask(query, 512, answers::add));
    assertEquals(1, forwarder.dropped());
    assertFalse(new Forwarder(List::of, new SecureRandom()).ask(query, 512, answers::add));
  }

  private void ask(String name, int edns) {
    dns(List.of(server())).answer(ByteBuffer.wrap(question(name, edns)), answers::add);
  }

  private Dns dns(List<InetSocketAddress> servers) {
    return new Dns(
        network,
        (name, done) -> done.accept(OptionalInt.empty()),
        new Forwarder(() -> servers, new SecureRandom()));
  }

  private InetSocketAddress server() {
    return new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort());
  }

  /** What a server makes of a question. */
  private interface Answering {
    byte[] to(byte[] query);
  }

  private void serve(Answering answering) {
    Consumer<DatagramPacket> answer =
        in -> {
          byte[] out = answering.to(Arrays.copyOf(in.getData(), in.getLength()));
          try {
            udp.send(new DatagramPacket(out, out.length, in.getSocketAddress()));
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        };
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  DatagramPacket in = new DatagramPacket(new byte[4096], 4096);
                  udp.receive(in);
                  answer.accept(in);
                }
              } catch (IOException e) {
                // the test is over
              }
            });
  }

  private static byte[] reply(byte[] query, int flags, int more) {
    byte[] out = Arrays.copyOf(query, query.length + more);
    out[2] = (byte) (0x80 | flags);
    return out;
  }

  private static byte[] question(String name, int edns) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x47, 0x11, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte) (edns > 0 ? 1 : 0)});
    for (String label : name.split("\\.", -1)) {
      out.write(label.length());
      out.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
    }
    out.writeBytes(new byte[] {0, 0, 1, 0, 1});
    if (edns > 0) {
      // OPT: the root's name, type 41, how much the asker takes
      out.writeBytes(new byte[] {0, 0, 41, (byte) (edns >> 8), (byte) edns, 0, 0, 0, 0, 0, 0});
    }
    return out.toByteArray();
  }
}
