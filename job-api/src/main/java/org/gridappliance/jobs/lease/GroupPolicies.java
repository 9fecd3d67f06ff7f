package org.gridappliance.jobs.lease;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The pool's policy as HTCondor's machines are told it (Entropia §4.3.2): the same {@link Sharing}
 * bounds that executors hear with their heartbeats.
 *
 * @param groups the bounds by group, at most {@value #MOST_GROUPS}
 * @param machines the group by a machine's IPv4 address, of those that are not in {@value
 *     #DEFAULT_GROUP}; at most {@value #MOST_MACHINES}
 */
public record GroupPolicies(Map<String, Sharing> groups, Map<String, String> machines) {
  /** The group of machines that nobody put into another. */
  public static final String DEFAULT_GROUP = "default";

  /** What a group may be called. */
  public static final String NAME = "[a-z0-9][a-z0-9-]{0,31}";

  public static final int MOST_GROUPS = 200;
  public static final int MOST_MACHINES = 10_000;

  private static final String ADDRESS = "[0-9]{1,3}(\\.[0-9]{1,3}){3}";

  /** Nothing is bounded. */
  public static final GroupPolicies NONE = new GroupPolicies(Map.of(), Map.of());

  /**
   * Checks all names.
   *
   * @throws Sharing.Wrong for the first that cannot be, or when there are too many
   */
  public GroupPolicies {
    groups = new TreeMap<>(groups);
    machines = new TreeMap<>(machines);
    if (groups.size() > MOST_GROUPS || machines.size() > MOST_MACHINES) {
      throw new Sharing.Wrong(
          "policies of %d groups for %d machines; the most are %d and %d"
              .formatted(groups.size(), machines.size(), MOST_GROUPS, MOST_MACHINES));
    }
    groups.keySet().forEach(group -> require("group", group, NAME));
    machines.forEach(
        (address, group) -> {
          require("address", address, ADDRESS);
          require("group", group, NAME);
        });
  }

  /** {@return whether a machine can be told of its group by this name} */
  public static boolean isAddress(String name) {
    return name.matches(ADDRESS);
  }

  private static void require(String what, String value, String pattern) {
    if (!value.matches(pattern)) {
      throw new Sharing.Wrong(
          what + " is '" + value.replaceAll("\\p{Cntrl}", "?") + "'; wanted is " + pattern);
    }
  }

  /** {@return the group of the machine at an address} */
  public String group(String address) {
    return machines.getOrDefault(address, DEFAULT_GROUP);
  }

  /** {@return what bounds the machine at an address; empty for nothing} */
  public Optional<Sharing> bounds(String address) {
    return Optional.ofNullable(groups.get(group(address)));
  }
}
