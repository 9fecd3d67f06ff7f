package org.gridappliance.jobs.pool;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A lease's name, {@code j17-i4-f9001-n2}: job, index, fence, node. It is no secret: only the node
 * with that number, which its token proves, may use it.
 */
record LeaseName(long job, int index, long fence, long node) {
  private static final Pattern FORM =
      Pattern.compile("j(\\d{1,12})-i(-1|\\d{1,6})-f(\\d{1,18})-n(\\d{1,12})");

  static String of(long job, int index, long fence, long node) {
    return "j" + job + "-i" + index + "-f" + fence + "-n" + node;
  }

  static Optional<LeaseName> parse(String name) {
    Matcher matcher = FORM.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new LeaseName(
            Long.parseLong(matcher.group(1)),
            Integer.parseInt(matcher.group(2)),
            Long.parseLong(matcher.group(3)),
            Long.parseLong(matcher.group(4))));
  }
}
