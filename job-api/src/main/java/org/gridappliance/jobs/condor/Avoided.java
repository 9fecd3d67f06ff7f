package org.gridappliance.jobs.condor;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machines that our jobs keep away from for a while, because they failed one after another there:
 * HTCondor itself would go on to feed a black hole, which is always the first to be free. Every job
 * names them in its ad and requires another machine; those that wait already are told. Used by one
 * thread.
 */
final class Avoided {
  private static final Logger log = LoggerFactory.getLogger(Avoided.class);

  /** The jobs' attribute. */
  static final String ATTRIBUTE = "GridApplianceAvoid";

  /** Jobs that HTCondor made after they were told have what held when they were submitted. */
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** What the jobs in the queue were told; null when some may have been told something else. */
  private @Nullable String told;

  private long toldAt;

  /** {@return what a job submitted now keeps away from, see {@link #list}} */
  String forNew(Set<String> machines) {
    String now = list(machines);
    if (!now.equals(told)) {
      told = null;
    }
    return now;
  }

  /**
   * {@return machines as ClassAds' stringListMember takes them, by what their host is called up to
   * the first dot}
   */
  static String list(Set<String> machines) {
    return machines.stream()
        .map(name -> name.matches("\\d{1,3}(\\.\\d{1,3}){3}") ? name.replace('.', '-') : name)
        .filter(name -> name.matches("[A-Za-z0-9_-]{1,63}"))
        .collect(Collectors.joining(","));
  }

  /**
   * Has the jobs that wait keep away from these machines, and from no others.
   *
   * @param portal whose jobs they are
   */
  void tell(Set<String> machines, String portal, CondorTools tools)
      throws IOException, InterruptedException {
    String now = list(machines);
    if (now.equals(told) && (now.isEmpty() || System.nanoTime() - toldAt < AGAIN_NANOS)) {
      return;
    }
    String waiting =
        "%s =?= \"%s\" && JobStatus == 1 && %s =!= \"%s\""
            .formatted(Batch.PORTAL, portal, ATTRIBUTE, now);
    if (!tools.queue(waiting, "ClusterId").isEmpty()) {
      try {
        tools.edit(waiting, ATTRIBUTE, '"' + now + '"');
      } catch (CondorTools.Refused e) { // all of them have begun meanwhile
        log.info("jobs that wait were not told what to keep away from: {}", e.getMessage());
        return;
      }
    }
    told = now;
    toldAt = System.nanoTime();
  }
}
