package org.gridappliance.jobs.condor;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.jobs.condor.Reason.Remedy;
import org.gridappliance.jobs.lease.Limits;

/**
 * What {@code condor_q -better-analyze} says of one job, in plain words. Pure; the text is
 * HTCondor's of 23.9, of which only conditions that no machine meets and the closing counts are
 * read.
 */
final class Analysis {
  private static final Pattern CONDITION =
      Pattern.compile("^\\[\\d+\\]\\s+(\\d+)\\s+(.+)$", Pattern.MULTILINE);
  private static final Pattern MACHINES = Pattern.compile("Of (\\d+) machines");

  private Analysis() {}

  /** {@return reasons, the gravest first; empty when it says nothing of use} */
  static List<Reason> of(String said, Limits limits) {
    List<Reason> reasons = new ArrayList<>();
    Matcher condition = CONDITION.matcher(said);
    while (condition.find()) {
      if (condition.group(1).equals("0")) {
        reasons.add(unmet(condition.group(2).strip(), limits));
      }
    }
    int machines = count(said, MACHINES);
    if (machines == 0 || !reasons.isEmpty()) {
      return reasons;
    }
    int theirs = counted(said, "reject your job because of their own requirements");
    int others = counted(said, "match but are serving other users");
    int own = counted(said, "match and are already running your jobs");
    int able = counted(said, "are able to run your job");
    if (able > 0) {
      reasons.add(
          new Reason(
              "%d of %d machines can run it; HTCondor gives it one within seconds"
                  .formatted(able, machines),
              Remedy.NONE));
      return reasons;
    }
    if (others > 0) {
      reasons.add(
          new Reason(
              "%d of %d machines could run it and work for others now; it gets a turn by everyone's fair share"
                  .formatted(others, machines),
              Remedy.NONE));
    }
    if (own > 0) {
      reasons.add(
          new Reason(
              "%d of %d machines run others of your subjobs now; it follows them"
                  .formatted(own, machines),
              Remedy.NONE));
    }
    if (theirs > 0) {
      reasons.add(
          new Reason(
              "%d of %d machines take nothing now: their owners use them, they are drained, or all that they have is in use"
                  .formatted(theirs, machines),
              Remedy.OPEN));
    }
    return reasons;
  }

  private static Reason unmet(String condition, Limits limits) {
    if (condition.contains(Avoided.ATTRIBUTE)) {
      return new Reason(
          "every machine that could run it failed what it got and is left alone for a while; the Pool page names them",
          Remedy.OPEN);
    }
    if (condition.contains("Memory")) {
      return new Reason(
          "no machine has the %d MiB of memory that it asks for"
              .formatted(limits.memoryBytes() >> 20),
          Remedy.CHANGE);
    }
    if (condition.contains("Cpus")) {
      return new Reason(
          "no machine has the %d cores that it asks for".formatted(limits.cpus()), Remedy.CHANGE);
    }
    if (condition.contains("Disk")) {
      return new Reason(
          "no machine has the %d MiB of free disk that it asks for"
              .formatted(limits.diskBytes() >> 20),
          Remedy.CHANGE);
    }
    if (condition.contains("Arch") || condition.contains("OpSys")) {
      return new Reason("no machine runs programs of this kind: " + condition, Remedy.ADD);
    }
    return new Reason("no machine meets HTCondor's condition " + condition, Remedy.ADD);
  }

  private static int count(String said, Pattern pattern) {
    Matcher found = pattern.matcher(said);
    return found.find() ? Integer.parseInt(found.group(1)) : 0;
  }

  private static int counted(String said, String words) {
    return count(said, Pattern.compile("(\\d+) " + Pattern.quote(words)));
  }
}
