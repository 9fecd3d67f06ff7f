package org.gridappliance.jobs;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the job module is told at its start. Immutable.
 *
 * @param data the data folder; jobs live in its {@code jobs/}
 * @param appFolders folders of applications, a later one wins where two hold the same name: those
 *     shipped first, then {@code DATA/apps}
 * @param shortLease how long the lease of a short subjob holds without a heartbeat, 2 s..10 min
 * @param longLease the same for a subjob that is expected to run at least {@link #LONG_SUBJOB}, up
 *     to 24 h
 * @param minimumFreeBytes free space below which no job is accepted and no result taken
 * @param bundles applications as bundles
 * @param seal where subjobs are sealed
 * @param network whether subjobs reach the hosts that their applications name
 * @param countries guesses where machines are
 * @param coresPerPerson that one person's subjobs may use at once on the portal's executors; 0: all
 */
public record JobSettings(
    Path data,
    List<Path> appFolders,
    Duration shortLease,
    Duration longLease,
    long minimumFreeBytes,
    Bundles bundles,
    SealPolicy seal,
    NetworkPolicy network,
    Countries countries,
    int coresPerPerson) {

  /** A subjob expected to take at least this long gets the long lease. */
  public static final Duration LONG_SUBJOB = Duration.ofMinutes(10);

  /** Checks the ranges. */
  public JobSettings {
    appFolders = List.copyOf(appFolders);
    require("jobs.shortLease", shortLease, Duration.ofSeconds(2), Duration.ofMinutes(10));
    require("jobs.longLease", longLease, shortLease, Duration.ofHours(24));
    if (coresPerPerson < 0) {
      throw new IllegalArgumentException(
          "jobs.coresPerPerson=" + coresPerPerson + ": want 0 or more");
    }
    if (minimumFreeBytes < 0) {
      throw new IllegalArgumentException(
          "jobs.minimumFreeBytes=" + minimumFreeBytes + ": want 0 or more");
    }
  }

  /** The defaults: 30 s, 2 h, 64 MiB. */
  public static JobSettings of(Path data, List<Path> appFolders) {
    return new JobSettings(
        data,
        appFolders,
        Duration.ofSeconds(30),
        Duration.ofHours(2),
        64L << 20,
        Bundles.NONE,
        SealPolicy.JOINED,
        NetworkPolicy.OFF,
        Countries.NONE,
        0);
  }

  /** {@return the same, where one person's jobs use at most so many cores at once; 0: all} */
  public JobSettings withCoresPerPerson(int value) {
    return new JobSettings(
        data,
        appFolders,
        shortLease,
        longLease,
        minimumFreeBytes,
        bundles,
        seal,
        network,
        countries,
        value);
  }

  /** {@return the same with applications as bundles} */
  public JobSettings withBundles(Bundles value) {
    return new JobSettings(
        data,
        appFolders,
        shortLease,
        longLease,
        minimumFreeBytes,
        value,
        seal,
        network,
        countries,
        coresPerPerson);
  }

  /** {@return the same, sealing elsewhere} */
  public JobSettings withSeal(SealPolicy value) {
    return new JobSettings(
        data,
        appFolders,
        shortLease,
        longLease,
        minimumFreeBytes,
        bundles,
        value,
        network,
        countries,
        coresPerPerson);
  }

  /** {@return the same with another policy on networks} */
  public JobSettings withNetwork(NetworkPolicy value) {
    return new JobSettings(
        data,
        appFolders,
        shortLease,
        longLease,
        minimumFreeBytes,
        bundles,
        seal,
        value,
        countries,
        coresPerPerson);
  }

  /** {@return the same with another guess of where machines are} */
  public JobSettings withCountries(Countries value) {
    return new JobSettings(
        data,
        appFolders,
        shortLease,
        longLease,
        minimumFreeBytes,
        bundles,
        seal,
        network,
        value,
        coresPerPerson);
  }

  private static void require(String key, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          key
              + "="
              + value.toSeconds()
              + " s: want "
              + least.toSeconds()
              + " to "
              + most.toSeconds()
              + " s");
    }
  }
}
