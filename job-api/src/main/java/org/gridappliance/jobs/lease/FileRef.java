package org.gridappliance.jobs.lease;

/**
 * A file by content.
 *
 * @param path relative to the scratch folder, {@code /} between parts, no {@code ..}
 * @param sha256 of its bytes, 64 lower-case hex digits
 * @param bytes its length, ≥ 0
 */
public record FileRef(String path, String sha256, long bytes) {}
