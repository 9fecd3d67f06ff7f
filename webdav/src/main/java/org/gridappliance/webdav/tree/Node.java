package org.gridappliance.webdav.tree;

import java.time.Instant;

/**
 * What one name stood for at one moment.
 *
 * @param isFolder else it is a regular file
 * @param size bytes; 0 for a folder
 * @param modified to the nanosecond where the file system has it
 * @param created the birth time, or {@code modified} where there is none
 * @param inode changes with every PUT, because a PUT puts a new file in place
 * @param mode permission bits
 */
public record Node(
    boolean isFolder, long size, Instant modified, Instant created, long inode, int mode) {

  /**
   * {@return the strong entity tag with its quotes, of a file} A PUT changes the inode; a program
   * that writes in place changes the time or the size. An inode used again for a file of the same
   * size and a date that a client chose is told apart by when it was made.
   */
  public String etag() {
    return "\""
        + Long.toHexString(inode)
        + "-"
        + Long.toHexString(size)
        + "-"
        + Long.toHexString(nanos(modified))
        + "-"
        + Long.toHexString(nanos(created))
        + "\"";
  }

  /** {@return when the file was written that had this entity tag} */
  public static Instant modified(String etag) {
    return instant(part(etag, 2));
  }

  /** {@return when the file was made that had this entity tag; in nanoseconds since 1970} */
  public static long born(String etag) {
    return part(etag, 3);
  }

  private static long part(String etag, int index) {
    return Long.parseUnsignedLong(etag.substring(1, etag.length() - 1).split("-", -1)[index], 16);
  }

  /** {@return the time of so many nanoseconds since 1970} */
  public static Instant instant(long nanos) {
    return Instant.ofEpochSecond(
        Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }
}
