package org.gridappliance.jobs.condor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a person stands in HTCondor's fair share.
 *
 * @param priority the smaller, the sooner served; it grows with what was used of late
 * @param cores in use now
 * @param coreHours used since HTCondor knows the person
 */
public record Turn(String person, double priority, double cores, double coreHours) {
  private static final Pattern LINE =
      Pattern.compile("^([A-Za-z]+?)(\\d+) = (.*)$", Pattern.MULTILINE);

  /** {@return everybody of {@code condor_userprio -allusers -l}, who is served next first} */
  static List<Turn> of(String said) {
    Map<String, Map<String, String>> all = new HashMap<>();
    Matcher line = LINE.matcher(said);
    while (line.find()) {
      all.computeIfAbsent(line.group(2), number -> new HashMap<>())
          .put(line.group(1), line.group(3).strip());
    }
    List<Turn> turns = new ArrayList<>();
    for (Map<String, String> one : all.values()) {
      String name = one.getOrDefault("Name", "").replace("\"", "");
      if (name.isEmpty() || one.getOrDefault("IsAccountingGroup", "false").equals("true")) {
        continue;
      }
      turns.add(
          new Turn(
              name.replaceAll("@.*", ""),
              number(one, "Priority"),
              number(one, "WeightedResourcesUsed"),
              number(one, "WeightedAccumulatedUsage") / 3600));
    }
    turns.sort(Comparator.comparingDouble(Turn::priority).thenComparing(Turn::person));
    return turns;
  }

  private static double number(Map<String, String> one, String name) {
    try {
      return Double.parseDouble(one.getOrDefault(name, "0"));
    } catch (NumberFormatException e) { // an expression
      return 0;
    }
  }
}
