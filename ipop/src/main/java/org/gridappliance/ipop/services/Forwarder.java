package org.gridappliance.ipop.services;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the machine's questions for names outside the pool on to its other name servers, one after
 * the other, each on a virtual thread of its own. An answer must come from the server asked, to a
 * port and with a number drawn for this question, and repeat the question (RFC 5452). One cut short
 * is fetched by TCP. Bounded: beyond {@link #MAX_ASKING} at once a question is dropped and counted,
 * and the machine asks again.
 */
public final class Forwarder implements Dns.Upstream {

  static final int MAX_ASKING = 64;
  private static final Logger log = LoggerFactory.getLogger(Forwarder.class);
  private static final int WAIT_MILLIS = 2_000;
  private static final int MAX_SERVERS = 3;
  private static final int TRUNCATED = 0x02;
  private static final int SERVER_FAILURE = 2;

  private final Supplier<List<InetSocketAddress>> servers;
  private final SecureRandom random;
  private final Semaphore slots = new Semaphore(MAX_ASKING);
  private final AtomicLong dropped = new AtomicLong();

  /**
   * @param servers whom to ask, best first; looked at for every question, from any thread
   */
  public Forwarder(Supplier<List<InetSocketAddress>> servers, SecureRandom random) {
    this.servers = servers;
    this.random = random;
  }

  /** {@return questions dropped because too many were being asked} */
  public long dropped() {
    return dropped.get();
  }

  @Override
  public boolean ask(byte[] query, int mostBytes, Consumer<byte[]> done) {
    List<InetSocketAddress> all = servers.get();
    if (all.isEmpty()) {
      return false;
    }
    if (!slots.tryAcquire()) {
      dropped.incrementAndGet();
      return true;
    }
    Thread.ofVirtual()
        .name("ipop-dns")
        .start(
            () -> {
              try {
                done.accept(fitted(query, answer(query, all), mostBytes));
              } finally {
                slots.release();
              }
            });
    return true;
  }

  private byte @Nullable [] answer(byte[] query, List<InetSocketAddress> all) {
    for (InetSocketAddress server : all.subList(0, Math.min(all.size(), MAX_SERVERS))) {
      byte[] numbered = query.clone();
      ByteBuffer.wrap(numbered).putShort((short) random.nextInt());
      try {
        byte[] answer = overUdp(numbered, server);
        if ((answer[2] & TRUNCATED) != 0) {
          answer = overTcp(numbered, server);
        }
        ByteBuffer.wrap(answer).put(query[0]).put(query[1]);
        return answer;
      } catch (IOException e) {
        log.debug("name server gave no answer server={} reason=\"{}\"", server, e.getMessage());
      }
    }
    return null;
  }

  private static byte[] overUdp(byte[] query, InetSocketAddress server) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(server); // datagrams of others do not even arrive
      socket.send(new DatagramPacket(query, query.length));
      byte[] bytes = new byte[Dns.MOST_BYTES + 1]; // one more: it was cut
      long deadline = System.nanoTime() + WAIT_MILLIS * 1_000_000L;
      while (true) {
        long left = (deadline - System.nanoTime()) / 1_000_000L;
        socket.setSoTimeout((int) Math.max(1, left));
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        socket.receive(packet);
        byte[] answer = Arrays.copyOf(bytes, packet.getLength());
        if (answers(query, answer)) {
          if (answer.length > Dns.MOST_BYTES) {
            answer[2] |= TRUNCATED;
          }
          return answer;
        }
      }
    }
  }

  /** RFC 1035 §4.2.2: two bytes of length before the message. */
  private static byte[] overTcp(byte[] query, InetSocketAddress server) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(server, WAIT_MILLIS);
      socket.setSoTimeout(WAIT_MILLIS);
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(2 + query.length)
                  .putShort((short) query.length)
                  .put(query)
                  .array());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      if (!answers(query, answer)) {
        throw new IOException("answered something else by TCP");
      }
      return answer;
    }
  }

  /** {@return whether a message answers this very question}: number, QR bit and question agree. */
  static boolean answers(byte[] query, byte[] answer) {
    int end = questionEnd(query);
    return answer.length >= end
        && (answer[2] & 0x80) != 0
        && Arrays.equals(query, 0, 2, answer, 0, 2)
        && Arrays.equals(query, 4, 6, answer, 4, 6)
        && Arrays.equals(query, 12, end, answer, 12, end);
  }

  /** Where the one question ends; the query has been parsed before. */
  private static int questionEnd(byte[] query) {
    int at = 12;
    while (query[at] != 0) {
      at += 1 + query[at];
    }
    return at + 5;
  }

  /** What is too large for the asker becomes the question with the truncation bit (RFC 2181 §9). */
  private static byte[] fitted(byte[] query, byte @Nullable [] answer, int mostBytes) {
    if (answer != null && answer.length <= mostBytes) {
      return answer;
    }
    byte[] head = Arrays.copyOf(query, questionEnd(query));
    int flags = answer == null ? 0x80 | (query[2] & 1) : (answer[2] & 0xff) | TRUNCATED;
    int code = answer == null ? 0x80 | SERVER_FAILURE : answer[3] & 0xff;
    ByteBuffer.wrap(head, 2, 10)
        .put((byte) flags)
        .put((byte) code)
        .putShort((short) 1)
        .putShort((short) 0)
        .putInt(0);
    return head;
  }
}
