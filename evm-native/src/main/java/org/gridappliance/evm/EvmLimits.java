package org.gridappliance.evm;

import java.time.Duration;

/**
 * What a sandbox may use, all its processes together unless said. Zero is "no limit" where the
 * comment says so.
 *
 * @param wall running time without pauses; zero: none
 * @param cpu user and system time; zero: none
 * @param memoryBytes resident memory with in-memory files; zero: none
 * @param processes processes and threads, 1..1,000,000
 * @param openFiles descriptors of one process, 8..1,048,576
 * @param fileBytes size of one file; zero: none
 * @param diskBytes blocks of all files under /work; zero: none
 * @param diskFiles entries under /work, 1..100,000,000
 * @param diskReserveBytes what the file system of /work keeps free; zero: nothing
 * @param tmpBytes /tmp, /dev/shm and copies of changed files, each, in memory; at least 65,536
 * @param cpuPercent of one CPU, by control group only (root); zero: none
 */
public record EvmLimits(
    Duration wall,
    Duration cpu,
    long memoryBytes,
    int processes,
    int openFiles,
    long fileBytes,
    long diskBytes,
    int diskFiles,
    long diskReserveBytes,
    long tmpBytes,
    int cpuPercent) {
  public EvmLimits {
    notNegative("wall", wall.toMillis());
    notNegative("cpu", cpu.toMillis());
    notNegative("memoryBytes", memoryBytes);
    between("processes", processes, 1, 1_000_000);
    between("openFiles", openFiles, 8, 1_048_576);
    notNegative("fileBytes", fileBytes);
    notNegative("diskBytes", diskBytes);
    between("diskFiles", diskFiles, 1, 100_000_000);
    notNegative("diskReserveBytes", diskReserveBytes);
    between("tmpBytes", tmpBytes, 65_536, Long.MAX_VALUE);
    between("cpuPercent", cpuPercent, 0, 102_400);
  }

  /** One hour of running, 2 GiB of memory, 512 processes, 10 GiB of disk. */
  public static EvmLimits defaults() {
    long gib = 1L << 30;
    return new EvmLimits(
        Duration.ofHours(1),
        Duration.ZERO,
        2 * gib,
        512,
        1024,
        0,
        10 * gib,
        1_000_000,
        gib,
        gib / 4,
        0);
  }

  public EvmLimits withWall(Duration value) {
    return new EvmLimits(
        value,
        cpu,
        memoryBytes,
        processes,
        openFiles,
        fileBytes,
        diskBytes,
        diskFiles,
        diskReserveBytes,
        tmpBytes,
        cpuPercent);
  }

  public EvmLimits withCpu(Duration value) {
    return new EvmLimits(
        wall,
        value,
        memoryBytes,
        processes,
        openFiles,
        fileBytes,
        diskBytes,
        diskFiles,
        diskReserveBytes,
        tmpBytes,
        cpuPercent);
  }

  public EvmLimits withMemoryBytes(long value) {
    return new EvmLimits(
        wall,
        cpu,
        value,
        processes,
        openFiles,
        fileBytes,
        diskBytes,
        diskFiles,
        diskReserveBytes,
        tmpBytes,
        cpuPercent);
  }

  public EvmLimits withProcesses(int value) {
    return new EvmLimits(
        wall,
        cpu,
        memoryBytes,
        value,
        openFiles,
        fileBytes,
        diskBytes,
        diskFiles,
        diskReserveBytes,
        tmpBytes,
        cpuPercent);
  }

  /** The three limits on files under /work: one file, all blocks, all entries. */
  public EvmLimits withDisk(long oneFileBytes, long allBytes, int files) {
    return new EvmLimits(
        wall,
        cpu,
        memoryBytes,
        processes,
        openFiles,
        oneFileBytes,
        allBytes,
        files,
        diskReserveBytes,
        tmpBytes,
        cpuPercent);
  }

  public EvmLimits withDiskReserveBytes(long value) {
    return new EvmLimits(
        wall,
        cpu,
        memoryBytes,
        processes,
        openFiles,
        fileBytes,
        diskBytes,
        diskFiles,
        value,
        tmpBytes,
        cpuPercent);
  }

  public EvmLimits withTmpBytes(long value) {
    return new EvmLimits(
        wall,
        cpu,
        memoryBytes,
        processes,
        openFiles,
        fileBytes,
        diskBytes,
        diskFiles,
        diskReserveBytes,
        value,
        cpuPercent);
  }

  public EvmLimits withCpuPercent(int value) {
    return new EvmLimits(
        wall,
        cpu,
        memoryBytes,
        processes,
        openFiles,
        fileBytes,
        diskBytes,
        diskFiles,
        diskReserveBytes,
        tmpBytes,
        value);
  }

  private static void notNegative(String name, long value) {
    between(name, value, 0, Long.MAX_VALUE);
  }

  private static void between(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(name + "=" + value + ": want " + low + ".." + high);
    }
  }
}
