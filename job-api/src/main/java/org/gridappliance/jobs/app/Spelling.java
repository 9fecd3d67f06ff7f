package org.gridappliance.jobs.app;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that was meant. */
final class Spelling {
  private Spelling() {}

  /** {@return the known word that differs least from the given one, when it is by a few letters} */
  static Optional<String> nearest(Collection<String> known, String word) {
    return known.stream()
        .filter(k -> distance(k, word) <= Math.min(2, k.length() / 2))
        .min(Comparator.comparingInt(k -> distance(k, word)));
  }

  /** Levenshtein's; of long words only the beginnings are compared. */
  private static int distance(String first, String second) {
    String a = first.substring(0, Math.min(40, first.length()));
    String b = second.substring(0, Math.min(40, second.length()));
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
