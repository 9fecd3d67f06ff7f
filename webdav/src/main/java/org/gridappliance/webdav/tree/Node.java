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

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }
}
