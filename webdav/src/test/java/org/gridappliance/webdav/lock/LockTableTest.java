package org.gridappliance.webdav.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.gridappliance.webdav.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockTableTest {
  private static final List<String> KEYS =
      List.of("/", "/a/", "/a/b/", "/a/b/c/", "/a/bb/", "/a-/", "/z/");

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private static Lock wanted(
      String key, boolean exclusive, boolean deep, String who, long seconds) {
    return new Lock(key, "", exclusive, deep, "", who, seconds, Instant.EPOCH);
  }

  @Test
  void locksOutliveTheProgramUntilTheyRunOut(@TempDir Path dir) throws Exception {
    Lock made;
    try (HikariDataSource source = TestDatabase.onDisk(dir)) {
      LockTable table = new LockTable(TestDatabase.schema(source), () -> now, ForeignLocks.NONE);
      made = table.lock("h", wanted("/a/", true, true, "ann", 100));
      table.lock("h", wanted("/z/", false, false, "ann", 50));
    }
    try (HikariDataSource source = TestDatabase.onDisk(dir)) {
      LockTable table = new LockTable(TestDatabase.schema(source), () -> now, ForeignLocks.NONE);
      assertEquals(List.of(made), table.covering("h", "/a/b/"));
      assertEquals(List.of(), table.covering("other", "/a/b/"));
      now = now.plusSeconds(99);
      assertEquals(List.of(), table.covering("h", "/z/"));
      assertTrue(table.refresh("h", "/a/x/", made.token(), "ann", 100).isPresent());
      assertEquals(Optional.empty(), table.refresh("h", "/a/", made.token(), "bob", 100));
      now = now.plusSeconds(99);
      assertThrows(
          LockedException.class, () -> table.require("h", "/a/q/", false, Set.of(), "ann"));
      now = now.plusSeconds(1);
      table.require("h", "/a/q/", false, Set.of(), "ann");
    }
  }

  @Test
  void tenThousandLocksAreHeldAndFoundFast() throws Exception {
    try (HikariDataSource source = TestDatabase.inMemory()) {
      LockTable table = new LockTable(TestDatabase.schema(source), () -> now, ForeignLocks.NONE);
      for (int i = 0; i < 10_000; i++) {
        table.lock("h", wanted("/d/f" + i + "/", true, false, "ann", 100));
      }
      for (int i = 0; i < 10_000; i++) {
        assertEquals(1, table.covering("h", "/d/f" + i + "/").size());
      }
      assertThrows(LockedException.class, () -> table.require("h", "/d/", true, Set.of(), "ann"));
      assertThrows(
          LockedException.class, () -> table.lock("h", wanted("/d/", false, true, "ann", 1)));
    }
  }

  /** The same steps against a list that is searched from end to end. */
  @Test
  void behavesAsASlowObviousModel() throws Exception {
    int runs = Boolean.getBoolean("soak") ? 500 : 25;
    for (long seed = 0; seed < runs; seed++) {
      try (HikariDataSource source = TestDatabase.inMemory()) {
        compare(
            new LockTable(TestDatabase.schema(source), () -> now, ForeignLocks.NONE),
            new Random(seed),
            seed);
      }
    }
  }

  private void compare(LockTable table, Random random, long seed) {
    List<Lock> model = new ArrayList<>();
    for (int step = 0; step < 150; step++) {
      String at = "seed " + seed + " step " + step;
      String key = KEYS.get(random.nextInt(KEYS.size()));
      String who = random.nextBoolean() ? "ann" : "bob";
      model.removeIf(l -> !l.expires().isAfter(now));
      Lock some = model.isEmpty() ? null : model.get(random.nextInt(model.size()));
      switch (random.nextInt(7)) {
        case 0, 1 -> {
          Lock want =
              wanted(key, random.nextBoolean(), random.nextBoolean(), who, random.nextInt(1, 60));
          boolean free = model.stream().noneMatch(l -> conflicts(l, want));
          try {
            Lock made = table.lock("h", want);
            assertTrue(free, at);
            model.add(made);
          } catch (LockedException | TooManyLocksException e) {
            assertTrue(!free, at);
          }
        }
        case 2 -> {
          if (some != null) {
            boolean may = some.principal().equals(who) && covers(some, key);
            assertEquals(may, table.unlock("h", key, some.token(), who), at);
            if (may) {
              model.remove(some);
            }
          }
        }
        case 3 -> {
          if (some != null) {
            boolean may = some.principal().equals(who) && covers(some, key);
            Optional<Lock> longer = table.refresh("h", key, some.token(), who, 30);
            assertEquals(may, longer.isPresent(), at);
            longer.ifPresent(l -> model.set(model.indexOf(some), l));
          }
        }
        case 4 -> now = now.plusSeconds(random.nextInt(1, 20));
        case 5 -> {
          boolean keep = random.nextBoolean();
          table.dropTree("h", key, keep);
          model.removeIf(l -> l.path().startsWith(key) && !(keep && l.path().equals(key)));
        }
        default -> {
          Set<String> tokens = new TreeSet<>();
          model.stream().filter(l -> random.nextBoolean()).forEach(l -> tokens.add(l.token()));
          boolean tree = random.nextBoolean();
          boolean may =
              KEYS.stream()
                  .filter(k -> k.equals(key) || (tree && k.startsWith(key)))
                  .allMatch(k -> mayChange(model, k, tokens, who));
          assertEquals(may, passes(table, key, tree, tokens, who), at);
        }
      }
      model.removeIf(l -> !l.expires().isAfter(now));
      for (String k : KEYS) {
        Set<String> expected = new TreeSet<>();
        model.stream().filter(l -> covers(l, k)).forEach(l -> expected.add(l.token()));
        Set<String> actual = new TreeSet<>();
        table.covering("h", k).forEach(l -> actual.add(l.token()));
        assertEquals(expected, actual, at + " " + k);
      }
    }
  }

  private static boolean passes(
      LockTable table, String key, boolean tree, Set<String> tokens, String who) {
    try {
      table.require("h", key, tree, tokens, who);
      return true;
    } catch (LockedException e) {
      return false;
    }
  }

  private static boolean covers(Lock lock, String key) {
    return key.equals(lock.path()) || (lock.isDeep() && key.startsWith(lock.path()));
  }

  private static boolean conflicts(Lock a, Lock b) {
    boolean meet = KEYS.stream().anyMatch(k -> covers(a, k) && covers(b, k));
    return meet && (a.isExclusive() || b.isExclusive());
  }

  private static boolean mayChange(List<Lock> model, String key, Set<String> tokens, String who) {
    List<Lock> on = model.stream().filter(l -> covers(l, key)).toList();
    return on.isEmpty()
        || on.stream().anyMatch(l -> tokens.contains(l.token()) && l.principal().equals(who));
  }
}
