package org.gridappliance.agent.controller;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.gridappliance.jobs.lease.Sharing;
import org.jspecify.annotations.Nullable;

/**
 * Whether jobs may run at all, by the owner's rules. What stops them counts at once; what lets them
 * go on must hold for a while, so that they do not flutter. One thread.
 */
final class Rules {
  /** Other programs must be busy this long before jobs pause, and calm this long after. */
  static final Duration BUSY = Duration.ofSeconds(3);

  static final Duration CALM = Duration.ofSeconds(15);

  private @Nullable LocalDateTime busySince;
  private @Nullable LocalDateTime calmSince;
  private boolean busy;

  /**
   * {@return why jobs must pause, in words that follow "Paused: "; empty when they may run}
   *
   * @param own the owner's rules
   * @param policies that bound those, which may only tighten them
   * @param snoozedUntil the owner wants nothing until then; null for no such wish
   */
  Optional<String> pause(
      Sharing own, List<Sharing> policies, Reading now, @Nullable LocalDateTime snoozedUntil) {
    Sharing sharing = policies.stream().reduce(own, Sharing::within);
    boolean load = loaded(sharing, now);
    if (own.level() == Sharing.Level.OFF) {
      return Optional.of("its owner does not share this computer");
    }
    if (sharing.level() == Sharing.Level.OFF) {
      return Optional.of("the pool's policy allows no jobs here");
    }
    if (snoozedUntil != null && now.at().isBefore(snoozedUntil)) {
      return Optional.of("its owner wants quiet until " + clock(snoozedUntil));
    }
    if (now.onBattery() && !sharing.onBattery()) {
      return Optional.of("it runs on battery");
    }
    if (!sharing.inHours(now.at())) {
      return Optional.of(
          "jobs run from %d:00 to %d:00 only, on the days its owner chose"
              .formatted(sharing.fromHour(), sharing.toHour()));
    }
    for (Sharing policy : policies) {
      if (!policy.inHours(now.at())) {
        return Optional.of("the pool's policy allows jobs " + policy.hours() + " only");
      }
    }
    if (now.exclusive() != null) {
      return Optional.of("its owner runs " + now.exclusive());
    }
    if (sharing.level() == Sharing.Level.AWAY && inUse(sharing, now)) {
      return Optional.of("somebody uses it; jobs go on after " + minutes(sharing.idleMinutes()));
    }
    if (load) {
      return Optional.of(
          "its own programs use more than " + sharing.foreignCpuPercent() + " % of it");
    }
    return Optional.empty();
  }

  /** {@return whether somebody is there; where nothing can tell, nobody is} */
  static boolean inUse(Sharing sharing, Reading now) {
    return now.idle() != null
        && now.idle().compareTo(Duration.ofMinutes(sharing.idleMinutes())) < 0;
  }

  private boolean loaded(Sharing sharing, Reading now) {
    boolean above =
        sharing.foreignCpuPercent() > 0 && now.foreignCpu() * 100 > sharing.foreignCpuPercent();
    busySince = above ? (busySince == null ? now.at() : busySince) : null;
    calmSince = above ? null : (calmSince == null ? now.at() : calmSince);
    if (sharing.foreignCpuPercent() == 0) {
      busy = false;
    } else if (busySince != null && !busySince.plus(BUSY).isAfter(now.at())) {
      busy = true;
    } else if (calmSince != null && !calmSince.plus(CALM).isAfter(now.at())) {
      busy = false;
    }
    return busy;
  }

  private static String clock(LocalDateTime time) {
    return "%d:%02d".formatted(time.getHour(), time.getMinute());
  }

  private static String minutes(int count) {
    return count == 1 ? "a minute without it" : count + " minutes without it";
  }
}
