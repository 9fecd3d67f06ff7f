package org.gridappliance.jobs.job;

/** A byte range of the split input, {@code start} to {@code start + bytes}. */
public record ChunkRow(long start, long bytes, String sha256, String label) {}
