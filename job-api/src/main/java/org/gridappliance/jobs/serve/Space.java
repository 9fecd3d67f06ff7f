package org.gridappliance.jobs.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.StorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches that the disk has room before anything is taken, and turns the disk's failures into
 * answers. Safe for all threads.
 */
final class Space {
  private static final Logger log = LoggerFactory.getLogger(Space.class);
  private static final long FRESH_NANOS = 500_000_000L;

  private final Path data;
  private final long minimum;
  private volatile long lookedAt;
  private volatile long free = Long.MAX_VALUE;

  Space(Path data, long minimum) {
    this.data = data;
    this.minimum = minimum;
  }

  /**
   * Refuses when the disk is (nearly) full.
   *
   * @throws Problem 507
   */
  void require() {
    if (free() < minimum) {
      throw full();
    }
  }

  private long free() {
    long now = System.nanoTime();
    if (lookedAt == 0 || now - lookedAt > FRESH_NANOS) {
      try {
        free = Files.getFileStore(data).getUsableSpace();
      } catch (IOException e) {
        log.warn("free space cannot be read path={}", data, e);
      }
      lookedAt = now;
    }
    return free;
  }

  private Problem full() {
    return new Problem(
        507,
        "Disk full",
        "the disk of the data folder has %d MiB free, and %d MiB are kept in reserve; nothing was taken, nothing is lost: delete old jobs or files, then try again"
            .formatted(free >> 20, minimum >> 20));
  }

  /** {@return the answer to a failure of disk or database} */
  Problem problem(Exception failure) {
    lookedAt = 0;
    if (free() < minimum || String.valueOf(failure.getMessage()).contains("No space left")) {
      return full();
    }
    return new Problem(
        503,
        "Storage failed",
        failure.getMessage()
            + "; nothing of this request was taken. An administrator finds more in the portal's log,"
            + " and restarts it or restores a backup");
  }

  /** {@return an operation whose failures of disk or database are answered in words} */
  Operation guard(Operation operation) {
    return request -> {
      try {
        return operation.run(request);
      } catch (StorageException | IOException e) {
        log.error("storage failed", e);
        throw problem(e);
      }
    };
  }
}
