package org.gridappliance.jobs.app;

/** Finds the word that was meant. */
final class Spelling {
  private Spelling() {}

  /** {@return whether two short words differ by at most two letters (Levenshtein)} */
  static boolean isNear(String a, String b) {
    if (a.length() > 40 || b.length() > 40) {
      return false;
    }
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
    return row[b.length()] <= Math.min(2, a.length() / 2);
  }
}
