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
   * that writes in place changes the time or the size.
   */
  public String etag() {
    long nanos = modified.getEpochSecond() * 1_000_000_000L + modified.getNano();
    return "\""
        + Long.toHexString(inode)
        + "-"
        + Long.toHexString(size)
        + "-"
        + Long.toHexString(nanos)
        + "\"";
  }
}
