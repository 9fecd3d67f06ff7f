package org.gridappliance.jobs.access;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.gridappliance.jobs.http.Caller;

/**
 * Who may see, run and publish one application. Immutable.
 *
 * @param authors may also change and publish it, if they have the right
 * @param users may see and run it in the stage {@link Stage#GROUP}
 * @param groups alike, with the number of each: a later group of the same name is another
 * @param version 0 when nobody said anything yet, one more with every change
 */
record AppAccess(
    Stage stage, Set<String> authors, Set<String> users, Map<String, Long> groups, int version) {

  /** What holds for an application of which nothing is said: shipped, or laid into the folder. */
  static final AppAccess UNSAID = new AppAccess(Stage.EVERYONE, Set.of(), Set.of(), Map.of(), 0);

  AppAccess {
    authors = java.util.Collections.unmodifiableSet(new TreeSet<>(authors));
    users = java.util.Collections.unmodifiableSet(new TreeSet<>(users));
    groups = java.util.Collections.unmodifiableMap(new TreeMap<>(groups));
  }

  /** A new application of its author. */
  static AppAccess draftOf(String author) {
    return new AppAccess(Stage.DRAFT, Set.of(author), Set.of(), Map.of(), 1);
  }

  /**
   * {@return whether the caller may see and run it}
   *
   * @param groupsOfCaller asked only where groups decide
   */
  boolean opens(Caller caller, Supplier<Map<String, Long>> groupsOfCaller) {
    if (stage == Stage.EVERYONE || caller.administrator() || authors.contains(caller.name())) {
      return true;
    }
    if (stage == Stage.DRAFT) {
      return false;
    }
    return users.contains(caller.name())
        || (!groups.isEmpty()
            && groupsOfCaller.get().entrySet().stream()
                .anyMatch(own -> own.getValue().equals(groups.get(own.getKey()))));
  }

  /** {@return whether the caller may change and publish it} */
  boolean mayChange(Caller caller) {
    return caller.administrator() || (caller.author() && authors.contains(caller.name()));
  }
}
