package org.gridappliance.jobs.access;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.Homes;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What a caller sees of other people's jobs: an administrator everything, everybody else only what
 * a group of his shows its members. A group shows a job that was submitted after it began to and
 * after the job's owner became a member: nobody's earlier work is laid open by what others change.
 * Asked anew for every request, so leaving a group ends it at once. Thread-safe; blocks for the
 * portal's database.
 */
public final class Sight {
  /** Of fewer members, a sum less one's own is another's. */
  private static final int FEWEST = 3;

  private final Homes homes;

  /**
   * @param homes knows the groups
   */
  public Sight(Homes homes) {
    this.homes = homes;
  }

  /** {@return whether the caller reads the results, output and inputs of somebody's job} */
  public boolean reads(Caller caller, String owner, long submittedAt) {
    return caller.administrator()
        || owner.equals(caller.name())
        || reads(groups(caller), owner, submittedAt);
  }

  /** {@return whether one of these groups lets its members read somebody's job} */
  public static boolean reads(List<Homes.Group> groups, String owner, long submittedAt) {
    return groups.stream().anyMatch(group -> shows(group, group.readSince(), owner, submittedAt));
  }

  /** {@return the groups that the caller is in} */
  public List<Homes.Group> groups(Caller caller) {
    return homes.groupsOf(caller.name());
  }

  /**
   * {@return one of the caller's groups; any for an administrator}
   *
   * @throws Problem 404, whether there is no such group or the caller is not in it
   */
  public Homes.Group require(Caller caller, String name) {
    List<Homes.Group> groups =
        caller.administrator() ? homes.group(name).stream().toList() : groups(caller);
    return groups.stream()
        .filter(group -> group.name().equals(name))
        .findFirst()
        .orElseThrow(() -> Problem.notFound("the group " + name));
  }

  /**
   * {@return from which submission on jobs of a group are listed for the caller, by owner}
   *
   * @throws Problem 403 when the group shows none
   */
  public static Map<String, Long> listed(Caller caller, Homes.Group group) {
    Long listedSince = group.listedSince();
    if (!caller.administrator() && listedSince == null) {
      throw Problem.forbidden(
          "the group "
              + group.name()
              + " does not show its members' jobs; an administrator may change that");
    }
    long from = caller.administrator() || listedSince == null ? 0 : listedSince;
    Map<String, Long> since = new HashMap<>();
    group
        .members()
        .forEach(
            (person, member) ->
                since.put(person, caller.administrator() ? 0 : Math.max(from, member)));
    return since;
  }

  /**
   * {@return whether the sums of a group may be told by person, application and job; else only as
   * one sum}
   *
   * @throws Problem 403 when even one sum would tell one other person's
   */
  public static boolean sumsByPerson(Caller caller, Homes.Group group) {
    if (caller.administrator() || group.listedSince() != null) {
      return true;
    }
    if (group.members().size() < FEWEST) {
      throw Problem.forbidden(
          "the group "
              + group.name()
              + " does not show its members' jobs and has fewer than "
              + FEWEST
              + " members; its sum would tell the other's use");
    }
    return false;
  }

  private static boolean shows(
      Homes.Group group, @Nullable Long since, String owner, long submittedAt) {
    Long member = group.members().get(owner);
    return since != null && member != null && submittedAt >= Math.max(since, member);
  }
}
