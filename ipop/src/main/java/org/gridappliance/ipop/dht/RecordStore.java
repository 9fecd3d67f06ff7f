package org.gridappliance.ipop.dht;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.gridappliance.ipop.wire.Address;
import org.gridappliance.ipop.wire.Packet.Outcome;
import org.gridappliance.ipop.wire.PublicKey;
import org.gridappliance.ipop.wire.Signed;
import org.jspecify.annotations.Nullable;

/**
 * The records one node holds. Not thread-safe; times are milliseconds of the clock handed in.
 *
 * <p>Rules: one record a key. While it lives, only its owner may replace it, with a version that is
 * not lower; anybody may create where nothing lives (<i>exclusive create</i>). When two owners turn
 * out to hold the same key, as after a healed partition, {@link #winner} decides, and it decides
 * alike everywhere, so that exactly one of them learns that he has lost.
 */
public final class RecordStore {

  /** The most records held; beyond that new keys are refused. */
  public static final int MAX_RECORDS = 20_000;

  /** The most records of one owner held. */
  public static final int MAX_PER_OWNER = 64;

  private record Held(Signed record, long expiresMillis) {}

  private final Map<Address, Held> records = new HashMap<>();
  private final Map<PublicKey, Integer> perOwner = new HashMap<>();

  /** {@return the living record under a key, with the seconds it has left, or null} */
  public @Nullable Signed get(Address key, long nowMillis) {
    Held held = records.get(key);
    if (held == null || held.expiresMillis <= nowMillis) {
      return null;
    }
    return withTimeLeft(held, nowMillis);
  }

  /** Creates, renews or replaces as an owner asks for it. */
  public Outcome put(Signed record, long nowMillis) {
    Signed present = get(record.key(), nowMillis);
    if (present != null && !present.owner().equals(record.owner())) {
      return Outcome.TAKEN;
    }
    if (present != null && record.version() < present.version()) {
      return Outcome.REFUSED;
    }
    if (!Signer.verifies(record) || !hasRoom(record)) {
      return Outcome.REFUSED;
    }
    hold(record, nowMillis);
    return Outcome.OK;
  }

  /** Takes a copy from another holder; between two owners the winner stays. */
  public Outcome merge(Signed record, long nowMillis) {
    Signed present = get(record.key(), nowMillis);
    if (present != null) {
      boolean sameOwner = present.owner().equals(record.owner());
      if (sameOwner && record.version() < present.version()) {
        return Outcome.OK;
      }
      if (sameOwner
          && record.version() == present.version()
          && record.secondsLeft() <= present.secondsLeft()) {
        return Outcome.OK;
      }
      if (!sameOwner && winner(present, record).equals(present)) {
        return Outcome.TAKEN;
      }
    }
    if (!Signer.verifies(record) || !hasRoom(record)) {
      return Outcome.REFUSED;
    }
    hold(record, nowMillis);
    return Outcome.OK;
  }

  /** {@return the one of two records under one key that stays}: the lower owner key, by hash. */
  public static Signed winner(Signed one, Signed other) {
    int order = one.owner().address().compareTo(other.owner().address());
    return order <= 0 ? one : other;
  }

  /** {@return all living records, with the seconds they have left} */
  public List<Signed> all(long nowMillis) {
    List<Signed> all = new ArrayList<>();
    for (Held held : records.values()) {
      if (held.expiresMillis > nowMillis) {
        all.add(withTimeLeft(held, nowMillis));
      }
    }
    return all;
  }

  /** Forgets a record that others now hold. */
  public void drop(Address key) {
    Held held = records.remove(key);
    if (held != null) {
      count(held.record.owner(), -1);
    }
  }

  /** Forgets what has expired. */
  public void tick(long nowMillis) {
    for (Iterator<Held> it = records.values().iterator(); it.hasNext(); ) {
      Held held = it.next();
      if (held.expiresMillis <= nowMillis) {
        it.remove();
        count(held.record.owner(), -1);
      }
    }
  }

  /** {@return how many records are held, expired ones not yet forgotten among them} */
  public int size() {
    return records.size();
  }

  private boolean hasRoom(Signed record) {
    return records.containsKey(record.key())
        || (records.size() < MAX_RECORDS
            && perOwner.getOrDefault(record.owner(), 0) < MAX_PER_OWNER);
  }

  private void hold(Signed record, long nowMillis) {
    drop(record.key());
    records.put(record.key(), new Held(record, nowMillis + record.secondsLeft() * 1000L));
    count(record.owner(), 1);
  }

  private void count(PublicKey owner, int change) {
    perOwner.merge(owner, change, (a, b) -> a + b == 0 ? null : a + b);
  }

  private static Signed withTimeLeft(Held held, long nowMillis) {
    return held.record.withSecondsLeft((int) ((held.expiresMillis - nowMillis) / 1000));
  }
}
