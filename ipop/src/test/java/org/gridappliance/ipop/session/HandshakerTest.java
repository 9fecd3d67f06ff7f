package org.gridappliance.ipop.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import org.gridappliance.ipop.wire.Frame;
import org.junit.jupiter.api.Test;

class HandshakerTest {

  private final Random random = new Random(1);
  private final Identity alice = Identity.random(random, "pool");
  private final Identity bob = Identity.random(random, "pool");
  private final Handshaker fromAlice = new Handshaker(alice, random);
  private final Handshaker atBob = new Handshaker(bob, random);
  private final byte[] origin = {1, 2, 3};

  @Test
  void sessionCarriesMessagesBothWaysAndEachOnlyOnce() {
    Handshaker.Attempt attempt = attempt(fromAlice, null);
    Handshaker.Outcome.Accepted accepted =
        assertInstanceOf(Handshaker.Outcome.Accepted.class, respond(attempt, 0));
    assertEquals(alice.publicKey(), accepted.key());
    Session a = attempt.finish(response(accepted), accepted.response(), 0);
    assertNotNull(a);
    Session b = accepted.session();
    for (Session[] way : new Session[][] {{a, b}, {b, a}}) {
      byte[] plain = "hello".getBytes(StandardCharsets.UTF_8);
      byte[] sealed = new byte[plain.length + Session.OVERHEAD];
      assertEquals(sealed.length, way[0].seal(plain, 0, plain.length, sealed, 0));
      Frame.Data data = (Frame.Data) Frame.parse(ByteBuffer.wrap(sealed));
      assertEquals(way[1].localIndex(), data.receiver());
      byte[] out = new byte[plain.length];
      assertEquals(plain.length, open(way[1], sealed, data.counter(), out));
      assertArrayEquals(plain, out);
      assertEquals(-1, open(way[1], sealed, data.counter(), out), "replayed");
      assertEquals(-1, open(way[0], sealed, data.counter(), out), "reflected");
    }
  }

  @Test
  void keysEndByTimeAndByErasure() {
    Handshaker.Attempt attempt = attempt(fromAlice, null);
    Handshaker.Outcome.Accepted accepted = (Handshaker.Outcome.Accepted) respond(attempt, 0);
    Session session = attempt.finish(response(accepted), accepted.response(), 0);
    assertFalse(session.wantsRekey(Session.REKEY_AFTER_MILLIS - 1));
    assertTrue(session.wantsRekey(Session.REKEY_AFTER_MILLIS));
    assertFalse(accepted.session().wantsRekey(Session.REKEY_AFTER_MILLIS));
    assertTrue(session.isUsable(Session.REJECT_AFTER_MILLIS - 1));
    assertFalse(session.isUsable(Session.REJECT_AFTER_MILLIS));
    session.erase();
    assertFalse(session.isUsable(0));
  }

  @Test
  void erasedSessionNeitherSealsNorOpens() {
    Handshaker.Attempt attempt = attempt(fromAlice, null);
    Handshaker.Outcome.Accepted accepted = (Handshaker.Outcome.Accepted) respond(attempt, 0);
    Session a = attempt.finish(response(accepted), accepted.response(), 0);
    Session b = accepted.session();
    byte[] sealed = new byte[1 + Session.OVERHEAD];
    assertEquals(sealed.length, a.seal(new byte[1], 0, 1, sealed, 0));
    a.erase();
    b.erase();
    assertEquals(-1, a.seal(new byte[1], 0, 1, new byte[100], 0));
    assertEquals(-1, open(b, sealed, 0, new byte[1]));
  }

  @Test
  void sealingByManyThreadsUsesEveryCounterOnce() throws InterruptedException {
    Handshaker.Attempt attempt = attempt(fromAlice, null);
    Handshaker.Outcome.Accepted accepted = (Handshaker.Outcome.Accepted) respond(attempt, 0);
    Session a = attempt.finish(response(accepted), accepted.response(), 0);
    // Opened in the order of the counters: a thread that was not let run may be a whole window
    // late.
    Map<Long, byte[]> packets = new ConcurrentSkipListMap<>();
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 5_000; n++) {
                      byte[] sealed = new byte[1 + Session.OVERHEAD];
                      a.seal(new byte[] {7}, 0, 1, sealed, 0);
                      packets.put(ByteBuffer.wrap(sealed).getLong(8), sealed);
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(20_000, packets.size());
    long next = 0;
    for (Map.Entry<Long, byte[]> packet : packets.entrySet()) {
      assertEquals(next++, packet.getKey());
      assertEquals(1, open(accepted.session(), packet.getValue(), packet.getKey(), new byte[1]));
    }
  }

  @Test
  void initiationThatDoesNotKnowTheReceiverIsNotAnswered() {
    Handshaker.Attempt attempt =
        fromAlice.initiate(Identity.random(random, "pool").publicKey(), 1, 10, null);
    assertInstanceOf(Handshaker.Outcome.Refused.class, respond(attempt, 0));
  }

  @Test
  void copyOfOurOwnKeyIsNoticed() {
    Handshaker copy = new Handshaker(bob, random);
    assertEquals(new Handshaker.Outcome.OwnKey(), respond(attempt(copy, null), 0));
  }

  @Test
  void staleClockIsRefused() {
    Handshaker.Attempt attempt = attempt(fromAlice, null);
    Handshaker.Outcome outcome =
        atBob.respond(initiation(attempt), attempt.message(), origin, 5, (key, stamp) -> false, 0);
    assertEquals(new Handshaker.Outcome.Refused("replay"), outcome);
  }

  @Test
  void clockSentGrowsAlthoughTheMachinesClockJumpsBack() {
    long[] seen = new long[2];
    for (int i = 0; i < 2; i++) {
      int at = i;
      Handshaker.Attempt attempt =
          fromAlice.initiate(bob.publicKey(), 1, 1_000_000 - i * 500_000L, null);
      atBob.respond(
          initiation(attempt),
          attempt.message(),
          origin,
          5,
          (key, stamp) -> {
            seen[at] = stamp;
            return true;
          },
          0);
    }
    assertTrue(seen[1] > seen[0]);
  }

  @Test
  void underFloodOnlyWhoReceivesTheCookieIsAnswered() {
    for (int i = 0; i < Handshaker.CALM_PER_SECOND; i++) {
      respond(attempt(fromAlice, null), 0);
    }
    Handshaker.Attempt attempt = attempt(fromAlice, null);
    Handshaker.Outcome.Busy busy =
        assertInstanceOf(Handshaker.Outcome.Busy.class, respond(attempt, 0));
    Frame.Cookie reply = (Frame.Cookie) Frame.parse(busy.cookieReply());
    byte[] cookie = attempt.cookie(reply);
    assertNotNull(cookie);
    assertNull(attempt(fromAlice, null).cookie(reply), "a cookie answers one message");

    assertInstanceOf(Handshaker.Outcome.Accepted.class, respond(attempt(fromAlice, cookie), 0));
    byte[] forged = cookie.clone();
    forged[0]++;
    assertInstanceOf(Handshaker.Outcome.Busy.class, respond(attempt(fromAlice, forged), 0));
    Handshaker.Attempt elsewhere = attempt(fromAlice, cookie);
    assertInstanceOf(
        Handshaker.Outcome.Busy.class,
        atBob.respond(
            initiation(elsewhere), elsewhere.message(), new byte[] {9}, 5, (key, stamp) -> true, 0),
        "from another address");
    assertInstanceOf(
        Handshaker.Outcome.Accepted.class,
        respond(attempt(fromAlice, null), 1_000),
        "a second later it is calm again");
  }

  @Test
  void everyBitOfADataFrameIsProtected() {
    Handshaker.Attempt attempt = attempt(fromAlice, null);
    Handshaker.Outcome.Accepted accepted = (Handshaker.Outcome.Accepted) respond(attempt, 0);
    Session a = attempt.finish(response(accepted), accepted.response(), 0);
    byte[] sealed = new byte[40 + Session.OVERHEAD];
    a.seal(new byte[40], 0, 40, sealed, 0);
    for (int bit = 8 * 8; bit < sealed.length * 8; bit += 7) {
      byte[] bad = sealed.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      Frame.Data data = (Frame.Data) Frame.parse(ByteBuffer.wrap(bad));
      assertEquals(-1, open(accepted.session(), bad, data.counter(), new byte[40]));
    }
  }

  private static int open(Session session, byte[] sealed, long counter, byte[] out) {
    byte[] text = Arrays.copyOfRange(sealed, Frame.DATA_HEADER, sealed.length);
    return session.open(counter, text, 0, text.length, out, 0);
  }

  private long clock = 1;

  private Handshaker.Attempt attempt(Handshaker from, byte[] cookie) {
    return from.initiate(bob.publicKey(), random.nextInt(), clock++, cookie);
  }

  private Handshaker.Outcome respond(Handshaker.Attempt attempt, long now) {
    return atBob.respond(
        initiation(attempt), attempt.message(), origin, 5, (key, stamp) -> true, now);
  }

  private static Frame.Initiation initiation(Handshaker.Attempt attempt) {
    return (Frame.Initiation) Frame.parse(attempt.message());
  }

  private static Frame.Response response(Handshaker.Outcome.Accepted accepted) {
    return (Frame.Response) Frame.parse(accepted.response());
  }
}
