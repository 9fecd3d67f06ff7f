package org.gridappliance.jobs.app;

/**
 * What a command may say of a whole input file, also where a subjob sees only a chunk.
 *
 * @param records FASTA records or lines; -1 when they were not counted
 * @param bytes its length
 */
public record Facts(long records, long bytes) {
  /** Facts of a file that is not cut. */
  public static Facts ofBytes(long bytes) {
    return new Facts(-1, bytes);
  }
}
