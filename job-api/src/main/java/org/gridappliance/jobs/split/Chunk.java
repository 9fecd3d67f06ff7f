package org.gridappliance.jobs.split;

/**
 * A part of an input file: what one subjob works on.
 *
 * @param offset of its first byte
 * @param bytes its length
 * @param sha256 of those bytes, 64 lower-case hex digits
 * @param label which records it holds, as {@code sequences 1–200}
 */
public record Chunk(long offset, long bytes, String sha256, String label) {}
