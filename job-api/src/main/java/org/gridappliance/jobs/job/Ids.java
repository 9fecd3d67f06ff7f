package org.gridappliance.jobs.job;

/**
 * How a job's parts are numbered in the database: one 64-bit key, so that a job's rows lie together
 * and no second index is needed.
 */
public final class Ids {
  /** The most subjobs of a job. */
  public static final int MAX_SUBJOBS = 100_000;

  private static final int BITS = 20;

  private Ids() {}

  /** {@return the key of a subjob; index -1 is the merge command} */
  public static long subjob(long job, int index) {
    return (job << BITS) + index + 1;
  }

  /** {@return the key of a chunk} */
  public static long chunk(long job, int number) {
    return (job << BITS) + number;
  }

  /** {@return the first key of a job; its last is the next job's minus one} */
  public static long first(long job) {
    return job << BITS;
  }

  /** {@return the subjob's index of a key, -1 for the merge command} */
  public static int index(long key) {
    return (int) (key & ((1 << BITS) - 1)) - 1;
  }

  /** {@return the chunk's number of a key} */
  public static int number(long key) {
    return (int) (key & ((1 << BITS) - 1));
  }

  /** {@return the job of a key} */
  public static long job(long key) {
    return key >> BITS;
  }
}
