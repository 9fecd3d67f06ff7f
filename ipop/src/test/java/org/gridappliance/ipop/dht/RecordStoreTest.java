package org.gridappliance.ipop.dht;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Packet.Outcome;
import org.gridappliance.ipop.wire.Signed;
import org.junit.jupiter.api.Test;

class RecordStoreTest {

  private final Random random = new Random(3);
  private final Signer alice = Signer.random(random);
  private final Signer bob = Signer.random(random);
  private final Address key = Address.random(random);
  private final RecordStore store = new RecordStore();

  /** RFC 8032 §7.1, test 1. */
  @Test
  void publicKeyMatchesRfc8032() {
    Signer signer =
        Signer.of(
            HexFormat.of()
                .parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    assertEquals(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        signer.owner().toString());
  }

  @Test
  void createIsExclusiveUntilTheLeaseEnds() {
    assertEquals(Outcome.OK, store.put(record(alice, 1, 10, "a"), 0));
    assertEquals(Outcome.TAKEN, store.put(record(bob, 1, 10, "b"), 9_999));
    assertEquals(Outcome.OK, store.put(record(bob, 1, 10, "b"), 10_000));
    assertEquals(bob.owner(), store.get(key, 10_001).owner());
  }

  @Test
  void ownerRenewsAndReplacesButNeverGoesBack() {
    assertEquals(Outcome.OK, store.put(record(alice, 5, 10, "a"), 0));
    assertEquals(Outcome.OK, store.put(record(alice, 5, 10, "a"), 8_000));
    assertNotNull(store.get(key, 17_000));
    assertEquals(Outcome.OK, store.put(record(alice, 6, 10, "c"), 9_000));
    assertEquals(Outcome.REFUSED, store.put(record(alice, 5, 10, "a"), 9_000));
  }

  @Test
  void forgedRecordIsRefused() {
    Signed good = record(alice, 1, 10, "a");
    Signed forged =
        new Signed(
            good.key(),
            good.owner(),
            good.version(),
            good.leaseSeconds() + 1,
            good.secondsLeft(),
            good.value(),
            good.signature());
    assertTrue(Signer.verifies(good));
    assertFalse(Signer.verifies(forged));
    assertEquals(Outcome.REFUSED, store.put(forged, 0));
    assertEquals(Outcome.REFUSED, store.merge(forged, 0));
    assertNull(store.get(key, 0));
  }

  @Test
  void ofTwoOwnersTheSameOneStaysInWhicheverOrderTheyMeet() {
    Signed a = record(alice, 1, 10, "a");
    Signed b = record(bob, 1, 10, "b");
    RecordStore other = new RecordStore();
    store.merge(a, 0);
    store.merge(b, 0);
    other.merge(b, 0);
    other.merge(a, 0);
    assertEquals(store.get(key, 0).owner(), other.get(key, 0).owner());
  }

  @Test
  void copyTellsTheTimeThatIsLeft() {
    store.put(record(alice, 1, 10, "a"), 0);
    assertEquals(4, store.get(key, 6_000).secondsLeft());
    RecordStore copy = new RecordStore();
    copy.merge(store.get(key, 6_000), 100_000);
    assertNotNull(copy.get(key, 103_999));
    assertNull(copy.get(key, 104_000));
  }

  @Test
  void oneOwnerCannotFillTheStore() {
    for (int i = 0; i < RecordStore.MAX_PER_OWNER; i++) {
      assertEquals(
          Outcome.OK,
          store.put(alice.sign(Address.random(random), 1, 10, ByteBuffer.allocate(0)), 0));
    }
    assertEquals(Outcome.REFUSED, store.put(record(alice, 1, 10, "a"), 0));
    assertEquals(Outcome.OK, store.put(record(bob, 1, 10, "b"), 0));
    store.tick(10_000);
    assertEquals(0, store.size());
    assertEquals(Outcome.OK, store.put(record(alice, 1, 10, "a"), 10_000));
  }

  private Signed record(Signer signer, long version, int seconds, String value) {
    return signer.sign(
        key, version, seconds, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
  }
}
