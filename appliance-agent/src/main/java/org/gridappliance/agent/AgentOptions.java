package org.gridappliance.agent;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param data the data folder
 * @param portal where the portal is; null with a link
 * @param link what to join; null for this machine's own executor
 * @param slots subjobs at once, 1..4096
 * @param uidBase user number of the first slot where the agent is root, 1000..2147000000
 * @param cacheBytes the most that cached inputs may take
 * @param name how people see this machine
 * @param condorRoot a root folder with HTCondor, {@code /} when it is of this machine's own
 *     packages; null when there is none
 */
record AgentOptions(
    Path data,
    @Nullable URI portal,
    @Nullable JoinLink link,
    int slots,
    int uidBase,
    long cacheBytes,
    String name,
    @Nullable Path condorRoot) {

  private static final String USAGE =
      "usage: agent run --data DIR --portal URL [--slots N] [--uid-base N] [--cache-gb N] [--name"
          + " NAME] [--condor-root DIR], or agent join LINK --data DIR [the same]";

  /** The command line is wrong; the message says how. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;

    Wrong(String message) {
      super(message);
    }
  }

  static AgentOptions parse(String... arguments) throws Wrong {
    Deque<String> rest = new ArrayDeque<>(List.of(arguments));
    String verb = rest.isEmpty() ? "" : rest.pop();
    JoinLink link = null;
    if (verb.equals("join")) {
      if (rest.isEmpty()) {
        throw new Wrong("join wants a link as the portal shows it; " + USAGE);
      }
      link = JoinLink.parse(rest.pop());
    } else if (!verb.equals("run")) {
      throw new Wrong("unknown verb '" + verb + "'; " + USAGE);
    }
    Path data = null;
    URI portal = null;
    int slots = Runtime.getRuntime().availableProcessors();
    int uidBase = 58_500;
    long cacheGigabytes = 20;
    Path condorRoot = null;
    String name = org.gridappliance.agent.executor.Identity.hostName();
    while (!rest.isEmpty()) {
      String option = rest.pop();
      if (rest.isEmpty()) {
        throw new Wrong(option + " wants a value; " + USAGE);
      }
      String value = rest.pop();
      switch (option) {
        case "--data" -> data = Path.of(value).toAbsolutePath().normalize();
        case "--portal" -> portal = JoinLink.address(value);
        case "--slots" -> slots = (int) number(option, value, 1, 4096);
        case "--uid-base" -> uidBase = (int) number(option, value, 1000, 2_147_000_000);
        case "--cache-gb" -> cacheGigabytes = number(option, value, 1, 1_000_000);
        case "--name" -> name = value;
        case "--condor-root" -> condorRoot = Path.of(value).toAbsolutePath().normalize();
        default -> throw new Wrong("unknown option " + option + "; " + USAGE);
      }
    }
    if (data == null) {
      throw new Wrong("--data is missing; " + USAGE);
    }
    if (portal == null && link == null) {
      throw new Wrong("--portal is missing; " + USAGE);
    }
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new Wrong(
          "--name is '"
              + name
              + "'; wanted are 1 to 64 letters, digits, dots, _ and -, the first a"
              + " letter or digit");
    }
    return new AgentOptions(
        data, portal, link, slots, uidBase, cacheGigabytes << 30, name, condorRoot);
  }

  private static long number(String option, String value, long least, long most) throws Wrong {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new Wrong(
        option + " is '" + value + "'; wanted is a number from " + least + " to " + most);
  }
}
