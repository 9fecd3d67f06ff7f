package org.gridappliance.ipop.noise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandshakeTest {

  private static final byte[] PSK = new byte[32];
  private static final byte[] PROLOGUE = {1};
  private final SecureRandom random = new SecureRandom();
  private final byte[] alice = X25519.generatePrivateKey(random);
  private final byte[] bob = X25519.generatePrivateKey(random);

  @Test
  void flippingAnyBitOfEitherMessageEndsTheRun() throws InvalidKeyException {
    Random seeded = new Random(7);
    for (int i = 0; i < 25; i++) {
      byte[] first = initiator(PSK).writeFirst(new byte[8]);
      assertNull(responder(PSK).readFirst(flip(first, seeded)));

      Handshake init = initiator(PSK);
      Handshake resp = responder(PSK);
      assertNotNull(resp.readFirst(init.writeFirst(new byte[8])));
      assertNull(init.readSecond(flip(resp.writeSecond(new byte[0]), seeded)));
      assertThrows(IllegalStateException.class, init::split);
    }
  }

  @Test
  void anotherPoolsKeyIsRefusedAtTheSecondMessage() throws InvalidKeyException {
    byte[] other = new byte[32];
    other[0] = 1;
    Handshake init = initiator(PSK);
    Handshake resp = responder(other);
    assertNotNull(resp.readFirst(init.writeFirst(new byte[0])));
    assertNull(init.readSecond(resp.writeSecond(new byte[0])));
  }

  @Test
  void pointOfSmallOrderIsRefused() {
    byte[] message = new byte[Handshake.FIRST_OVERHEAD];
    assertNull(responder(PSK).readFirst(message));
    assertThrows(InvalidKeyException.class, () -> X25519.agree(alice, new byte[32]));
  }

  @Test
  void shortMessagesAreRefused() throws InvalidKeyException {
    for (int length = 0; length < Handshake.FIRST_OVERHEAD; length += 5) {
      assertNull(responder(PSK).readFirst(new byte[length]));
    }
    Handshake init = initiator(PSK);
    init.writeFirst(new byte[0]);
    assertNull(init.readSecond(new byte[Handshake.SECOND_OVERHEAD - 1]));
  }

  @Test
  void stepsOutOfOrderAreProgrammingErrors() {
    assertThrows(IllegalStateException.class, () -> initiator(PSK).split());
    assertThrows(IllegalStateException.class, () -> responder(PSK).writeFirst(PSK));
    assertThrows(IllegalStateException.class, () -> responder(PSK).writeSecond(PSK));
  }

  @Test
  void erasedKeyNoLongerOpens() {
    byte[] key = X25519.generatePrivateKey(random);
    byte[] sealed = new byte[16 + Aead.TAG];
    new Aead(key).seal(5, PROLOGUE, new byte[16], 0, 16, sealed, 0);
    Aead opener = new Aead(key);
    assertEquals(16, opener.open(5, PROLOGUE, sealed, 0, sealed.length, new byte[16], 0));
    opener.erase();
    assertEquals(-1, opener.open(5, PROLOGUE, sealed, 0, sealed.length, new byte[16], 0));
  }

  private Handshake initiator(byte[] psk) {
    return Handshake.initiator(
        PROLOGUE,
        alice,
        X25519.publicKey(alice),
        X25519.generatePrivateKey(random),
        X25519.publicKey(bob),
        psk);
  }

  private Handshake responder(byte[] psk) {
    return Handshake.responder(
        PROLOGUE, bob, X25519.publicKey(bob), X25519.generatePrivateKey(random), psk);
  }

  private static byte[] flip(byte[] message, Random random) {
    byte[] out = message.clone();
    // bit 255 of a public key is ignored by X25519 but not by the hash: it still must fail
    out[random.nextInt(out.length)] ^= (byte) (1 << random.nextInt(8));
    return out;
  }
}
