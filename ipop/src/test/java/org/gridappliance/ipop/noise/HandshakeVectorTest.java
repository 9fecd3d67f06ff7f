package org.gridappliance.ipop.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The published vector of {@link Handshake#PROTOCOL} (cacophony, vectors/cacophony.txt). */
class HandshakeVectorTest {

  private static final byte[] PROLOGUE = hex("4a6f686e2047616c74");
  private static final byte[] PSK =
      hex("54686973206973206d7920417573747269616e20706572737065637469766521");
  private static final byte[] INIT_STATIC =
      hex("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1");
  private static final byte[] INIT_EPHEMERAL =
      hex("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a");
  private static final byte[] INIT_REMOTE_STATIC =
      hex("31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62");
  private static final byte[] RESP_STATIC =
      hex("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893");
  private static final byte[] RESP_EPHEMERAL =
      hex("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b");

  @Test
  void handshakeAndTransportMatchThePublishedVector() throws InvalidKeyException {
    Handshake init =
        Handshake.initiator(
            PROLOGUE,
            INIT_STATIC,
            X25519.publicKey(INIT_STATIC),
            INIT_EPHEMERAL,
            INIT_REMOTE_STATIC,
            PSK);
    Handshake resp =
        Handshake.responder(
            PROLOGUE, RESP_STATIC, X25519.publicKey(RESP_STATIC), RESP_EPHEMERAL, PSK);

    byte[] first = init.writeFirst(hex("4c756477696720766f6e204d69736573"));
    assertHex(
        "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79445a1baf339186d7867062b0dd"
            + "31f5de322d370165d217939b2b7ed9e2bae7840458ea65c2ce1554e0e8077fe7334c4bd514c658fd04d9"
            + "7b86d216f58f59714a7e24144155045c8f36bed85a2cb0fd9af7",
        first);
    byte[] firstPayload = resp.readFirst(first);
    assertNotNull(firstPayload);
    assertEquals("Ludwig von Mises", new String(firstPayload, StandardCharsets.UTF_8));
    assertArrayEquals(X25519.publicKey(INIT_STATIC), resp.remoteStatic());

    byte[] second = resp.writeSecond(hex("4d757272617920526f746862617264"));
    assertHex(
        "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f1448088432fe8d675e949799d2a968211"
            + "a66cc7ba2b0f4cad8eda3c2bd37eae737bbf88",
        second);
    byte[] secondPayload = init.readSecond(second);
    assertNotNull(secondPayload);
    assertEquals("Murray Rothbard", new String(secondPayload, StandardCharsets.UTF_8));

    Handshake.Keys a = init.split();
    Handshake.Keys b = resp.split();
    assertEquals(a.hash(), b.hash());
    transport(
        a,
        b,
        0,
        "462e20412e20486179656b",
        "38cbf3835c78b7802df0dd0d9640ff8575debd0cb61cfb52590da1");
    transport(
        b,
        a,
        0,
        "4361726c204d656e676572",
        "ffc365ff6955fc66c5d809b31ac995f812c5770bd29f0df12f0ffd");
    transport(
        a,
        b,
        1,
        "4a65616e2d426170746973746520536179",
        "a7f2828174c4ead2491ffeb77c41c890fd1229ee36f23ccb9066a795daff1cad6b");
    transport(
        b,
        a,
        1,
        "457567656e2042f6686d20766f6e2042617765726b",
        "3b86963d5c0e6e3b4153d77153836606393eefc4e5e6dae97796552d1265839ee3825cb80c");
  }

  /** RFC 7748 §6.1. */
  @Test
  void x25519MatchesRfc7748() throws InvalidKeyException {
    byte[] alice = hex("77076d0a7318a57d3c16c17251b26645df6b6b1d7a1b5c1f6c7c5d5b3d8c2a1b");
    byte[] bobPublic =
        X25519.publicKey(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    assertHex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", bobPublic);
    assertArrayEquals(
        X25519.agree(alice, bobPublic),
        X25519.agree(
            hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
            X25519.publicKey(alice)));
  }

  private static void transport(
      Handshake.Keys from, Handshake.Keys to, long counter, String payload, String ciphertext) {
    byte[] plain = hex(payload);
    byte[] none = new byte[0];
    byte[] sealed = new byte[plain.length + Aead.TAG];
    from.sending().seal(counter, none, plain, 0, plain.length, sealed, 0);
    assertHex(ciphertext, sealed);
    byte[] opened = new byte[plain.length];
    assertEquals(
        plain.length, to.receiving().open(counter, none, sealed, 0, sealed.length, opened, 0));
    assertArrayEquals(plain, opened);
  }

  private static void assertHex(String expected, byte[] actual) {
    assertEquals(expected, HexFormat.of().formatHex(actual));
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
