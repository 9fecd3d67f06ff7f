package org.gridappliance.agent.desktop;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process, told apart from a later one that got its number.
 *
 * @param number its pid
 * @param startTicks when it started, in clock ticks since boot: proc(5), field 22 of stat
 */
record Pid(int number, long startTicks) {

  /** {@return the process that has this number now} with start 0 when there is none */
  static Pid of(int number) {
    return new Pid(number, ticks(number));
  }

  @JsonIgnore
  boolean isAlive() {
    return startTicks > 0 && ticks(number) == startTicks;
  }

  private static long ticks(int number) {
    try {
      String stat = Files.readString(Path.of("/proc", Integer.toString(number), "stat"));
      String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return rest[0].equals("Z") ? 0 : Long.parseLong(rest[19]);
    } catch (IOException e) { // it is gone
      return 0;
    }
  }
}
