package org.gridappliance.jobs.lease;

import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How much of a machine jobs may have, and when: what its owner allows, or the bounds that the
 * pool's policy sets to that (Entropia §4.3.2). One form for both, so that the tighter of the two
 * holds, field by field: {@link #within}.
 *
 * @param level how much jobs may be felt
 * @param idleMinutes without keyboard and mouse until nobody is there, 1..1440
 * @param cpuPercent the most of the processors for jobs while nobody is there, 1..100
 * @param inUsePercent the same while somebody is, 1..100; for {@link Level#GENTLE}
 * @param foreignCpuPercent the jobs pause while other programs use more of all processors than
 *     this, 1..100; 0 never
 * @param onBattery whether jobs run on battery
 * @param fromHour jobs run from this hour, 0..23
 * @param toHour until this hour, 1..24; from ≥ to goes over midnight; 0 to 24 is the whole day
 * @param days on which days it may begin
 * @param exclusive names of programs while which run the jobs pause, at most 32
 * @param longestPauseMinutes after which paused jobs leave for another machine, 1..1440; 0 never
 */
public record Sharing(
    Level level,
    int idleMinutes,
    int cpuPercent,
    int inUsePercent,
    int foreignCpuPercent,
    boolean onBattery,
    int fromHour,
    int toHour,
    Set<DayOfWeek> days,
    List<String> exclusive,
    int longestPauseMinutes) {

  /** How much jobs may be felt, from not at all. */
  public enum Level {
    /** Jobs never run here. */
    OFF,
    /** Only while nobody is there. */
    AWAY,
    /** Also beside the owner, with a smaller share that yields to pressure. */
    GENTLE,
    /** At any time, at the lowest priority. */
    ALWAYS
  }

  private static final int MOST_EXCLUSIVE = 32;

  /** What holds until the owner says otherwise: a machine that was given to the pool. */
  public static final Sharing DEFAULT =
      new Sharing(
          Level.ALWAYS, 3, 100, 50, 0, false, 0, 24, EnumSet.allOf(DayOfWeek.class), List.of(), 10);

  /** The value of a field cannot be; the message names it and what is wanted. */
  public static final class Wrong extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public Wrong(String message) {
      super(message);
    }
  }

  /**
   * Checks all fields.
   *
   * @throws Wrong for the first that cannot be, or rules under which no job could ever run
   */
  public Sharing {
    within("idleMinutes", idleMinutes, 1, 1440);
    within("cpuPercent", cpuPercent, 1, 100);
    within("inUsePercent", inUsePercent, 1, 100);
    within("foreignCpuPercent", foreignCpuPercent, 0, 100);
    within("fromHour", fromHour, 0, 23);
    within("toHour", toHour, 1, 24);
    within("longestPauseMinutes", longestPauseMinutes, 0, 1440);
    days = Set.copyOf(days);
    exclusive = exclusive.stream().map(String::strip).filter(n -> !n.isEmpty()).distinct().toList();
    if (days.isEmpty() && level != Level.OFF) {
      throw new Wrong("days is empty, so that no job could ever run; name a day or choose OFF");
    }
    if (exclusive.size() > MOST_EXCLUSIVE) {
      throw new Wrong("exclusive has " + exclusive.size() + " names; wanted are at most 32");
    }
    for (String name : exclusive) {
      if (!name.matches("[\\w.+ -]{1,64}")) {
        throw new Wrong(
            "exclusive has '" + name + "'; wanted is a program's name as ps shows it, without /");
      }
    }
  }

  private static void within(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new Wrong(name + " is " + value + "; wanted is " + least + " to " + most);
    }
  }

  /**
   * {@return these rules, each made as tight as the bound; the hours and days stay, since two
   * windows may meet in more than one: ask both with {@link #inHours}}
   */
  public Sharing within(Sharing bounds) {
    List<String> both =
        Stream.concat(bounds.exclusive.stream(), exclusive.stream())
            .distinct()
            .limit(MOST_EXCLUSIVE)
            .toList();
    return new Sharing(
        level.compareTo(bounds.level) <= 0 ? level : bounds.level,
        Math.max(idleMinutes, bounds.idleMinutes),
        Math.min(cpuPercent, bounds.cpuPercent),
        Math.min(inUsePercent, bounds.inUsePercent),
        lesser(foreignCpuPercent, bounds.foreignCpuPercent),
        onBattery && bounds.onBattery,
        fromHour,
        toHour,
        days,
        both,
        lesser(longestPauseMinutes, bounds.longestPauseMinutes));
  }

  /**
   * {@return whether there is an hour of the week in which both let jobs run; true when one of the
   * two is {@link Level#OFF}, which is what somebody wanted}
   */
  public boolean meets(Sharing bounds) {
    if (level == Level.OFF || bounds.level == Level.OFF) {
      return true;
    }
    LocalDateTime monday = LocalDateTime.of(2026, 1, 5, 0, 0);
    return IntStream.range(0, 7 * 24)
        .mapToObj(monday::plusHours)
        .anyMatch(hour -> inHours(hour) && bounds.inHours(hour));
  }

  /** {@return when jobs may run, in words} */
  public String hours() {
    String when =
        fromHour == 0 && toHour == 24
            ? "at any hour"
            : "from " + fromHour + ":00 to " + toHour + ":00";
    return days.size() == 7
        ? when
        : when
            + " on "
            + days.stream()
                .sorted()
                .map(day -> day.getDisplayName(TextStyle.FULL, Locale.ENGLISH))
                .collect(Collectors.joining(", "));
  }

  /** 0 stands for no limit. */
  private static int lesser(int one, int other) {
    return one == 0 ? other : other == 0 ? one : Math.min(one, other);
  }

  /** {@return whether jobs may run at this time of day and week} */
  public boolean inHours(LocalDateTime now) {
    int hour = now.getHour();
    if (fromHour < toHour) {
      return hour >= fromHour && hour < toHour && days.contains(now.getDayOfWeek());
    }
    return hour >= fromHour
        ? days.contains(now.getDayOfWeek())
        : hour < toHour && days.contains(now.minusDays(1).getDayOfWeek());
  }
}
