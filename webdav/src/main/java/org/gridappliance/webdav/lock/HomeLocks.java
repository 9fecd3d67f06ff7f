package org.gridappliance.webdav.lock;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.gridappliance.webdav.tree.TreePath;
import org.jspecify.annotations.Nullable;

/**
 * The locks of one home in memory, by lock root. Keys sort so that a tree is one range. Finding
 * what covers a path costs its depth; what lies beneath, the number found. Not thread-safe.
 */
final class HomeLocks {
  private final NavigableMap<String, List<Lock>> byPath = new TreeMap<>();
  private final Map<String, Lock> byToken = new HashMap<>();

  int size() {
    return byToken.size();
  }

  List<Lock> all() {
    return List.copyOf(byToken.values());
  }

  void put(Lock lock) {
    remove(lock.token());
    byToken.put(lock.token(), lock);
    byPath.computeIfAbsent(lock.path(), k -> new ArrayList<>()).add(lock);
  }

  @Nullable Lock remove(String token) {
    Lock lock = byToken.remove(token);
    if (lock != null) {
      List<Lock> there = byPath.get(lock.path());
      if (there != null) {
        there.removeIf(l -> l.token().equals(token));
        if (there.isEmpty()) {
          byPath.remove(lock.path());
        }
      }
    }
    return lock;
  }

  @Nullable Lock get(String token, Instant now) {
    Lock lock = byToken.get(token);
    return lock == null || isOver(lock, now) ? null : lock;
  }

  /** {@return the locks on the path itself and the deep ones above it} */
  List<Lock> covering(String key, Instant now) {
    List<Lock> found = new ArrayList<>();
    for (int end = 1; end > 0; end = key.indexOf('/', end) + 1) {
      String at = key.substring(0, end);
      for (Lock lock : byPath.getOrDefault(at, List.of())) {
        if (!isOver(lock, now) && lock.covers(key)) {
          found.add(lock);
        }
      }
    }
    return found;
  }

  /** {@return the locks whose roots lie strictly beneath} */
  List<Lock> beneath(String key, Instant now) {
    List<Lock> found = new ArrayList<>();
    for (List<Lock> there : byPath.subMap(key, false, TreePath.endKey(key), false).values()) {
      for (Lock lock : there) {
        if (!isOver(lock, now)) {
          found.add(lock);
        }
      }
    }
    return found;
  }

  /** {@return the tokens of the locks that have run out} */
  List<String> over(Instant now) {
    return byToken.values().stream().filter(l -> isOver(l, now)).map(Lock::token).toList();
  }

  private static boolean isOver(Lock lock, Instant now) {
    return !lock.expires().isAfter(now);
  }
}
