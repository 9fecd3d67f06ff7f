package org.gridappliance.portal.store;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.gridappliance.jobs.http.Problem;

/**
 * The free space of the data folder, asked at most once a second. Below the reserve, what would
 * write is refused before it begins, so that nothing half written is left and the database can
 * still be tidied. Thread-safe.
 */
public final class Disk {
  private static final long CACHE_NANOS = 1_000_000_000L;

  private final FileStore store;
  private final long reserveBytes;
  private final AtomicLong free = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong askedAt;

  public Disk(Path data, long reserveBytes) throws IOException {
    this.store = Files.getFileStore(data);
    this.reserveBytes = reserveBytes;
    this.askedAt = new AtomicLong(System.nanoTime() - 2 * CACHE_NANOS);
  }

  /** {@return bytes that may still be written before the reserve is touched, never negative} */
  public long spareBytes() {
    long now = System.nanoTime();
    long last = askedAt.get();
    if (now - last > CACHE_NANOS && askedAt.compareAndSet(last, now)) {
      try {
        free.set(store.getUsableSpace());
      } catch (IOException e) {
        free.set(0); // a store that cannot say is not written to
      }
    }
    return Math.max(0, free.get() - reserveBytes);
  }

  /**
   * Refuses what would write too much.
   *
   * @param bytes what would be written, 0 when small
   * @throws Problem 507 when there is no room
   */
  public void requireRoom(long bytes) {
    long spare = spareBytes();
    if (spare <= bytes) {
      throw new Problem(
          507,
          "Disk full",
          "the disk of the data folder has "
              + spare
              + " bytes left above its reserve of "
              + reserveBytes
              + "; delete ended jobs or files, or free space on the machine");
    }
  }
}
