package org.gridappliance.jobs.sharing;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.job.Database;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.lease.GroupPolicies;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.SharingOrders;
import org.gridappliance.jobs.lease.SharingReport;
import org.gridappliance.jobs.pool.Machines;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool's policy for each group of machines, and for each machine its group, its owner and the
 * rules set for it here; on disk. What machines told of themselves is kept in memory. Safe for all
 * threads; what changes or first reads blocks for the database.
 */
public final class Policies {
  /** The group of machines that nobody put into another. */
  public static final String DEFAULT_GROUP = GroupPolicies.DEFAULT_GROUP;

  /** More groups with a policy are refused. */
  static final int MOST_GROUPS = GroupPolicies.MOST_GROUPS;

  private static final Logger log = LoggerFactory.getLogger(Policies.class);

  /**
   * What is kept of a machine.
   *
   * @param owner the account whose machine it is; null for pool administrators only
   * @param rules what was set for it here; null when nothing was
   * @param revision of those, milliseconds since 1970; 0 for none
   */
  public record Machine(
      @Nullable String owner, String group, @Nullable Sharing rules, long revision) {}

  /**
   * What a machine told.
   *
   * @param at milliseconds since 1970
   */
  public record Told(SharingReport report, long at) {}

  /**
   * What HTCondor's machines are to be told.
   *
   * @param revision another one after each change
   */
  public record ForMachines(String revision, GroupPolicies policies) {}

  private final Database database;
  private final Clock clock;
  private final Map<Long, Machine> machines = new ConcurrentHashMap<>();
  private final Map<Long, Told> told = new ConcurrentHashMap<>();
  private final Map<String, Sharing> bounds = new ConcurrentHashMap<>();
  private volatile @Nullable ForMachines forMachines;

  /** Reads the policies. */
  public Policies(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
    database
        .read(
            handle ->
                handle
                    .createQuery("SELECT node_group, bounds FROM pool_policy")
                    .map(
                        (rows, context) ->
                            Map.entry(
                                rows.getString(1), Json.read(rows.getString(2), Sharing.class)))
                    .list())
        .forEach(row -> bounds.put(row.getKey(), row.getValue()));
  }

  /**
   * {@return a group's name as it is kept}
   *
   * @throws Problem 422 when it is none
   */
  public static String group(String name) {
    if (!name.matches(GroupPolicies.NAME)) {
      throw new Problem(
          422,
          "Not valid",
          "group is '"
              + name.replaceAll("\\p{Cntrl}", "?")
              + "'; wanted are 1 to 32 small letters, digits and hyphens, as lab-2");
    }
    return name;
  }

  /** {@return the bounds by group} */
  public Map<String, Sharing> all() {
    return new TreeMap<>(bounds);
  }

  /** {@return the bounds for a group; empty when it has none} */
  public Optional<Sharing> bounds(String group) {
    return Optional.ofNullable(bounds.get(group));
  }

  /**
   * Bounds a group's machines from now on; null frees them.
   *
   * @throws Problem 409 when too many groups have a policy
   */
  public synchronized void bound(String group, @Nullable Sharing policy) {
    if (policy != null && !bounds.containsKey(group) && bounds.size() >= MOST_GROUPS) {
      throw Problem.conflict(MOST_GROUPS + " groups have a policy; remove one first");
    }
    database.update(
        handle -> {
          handle.execute("DELETE FROM pool_policy WHERE node_group = ?", group);
          if (policy != null) {
            handle.execute(
                "INSERT INTO pool_policy (node_group, bounds) VALUES (?, ?)",
                group,
                Json.tree(policy).toString());
          }
        });
    if (policy == null) {
      bounds.remove(group);
    } else {
      bounds.put(group, policy);
    }
    forMachines = null;
  }

  /** {@return what is kept of a machine} */
  public Machine machine(long node) {
    return machines.computeIfAbsent(node, this::read);
  }

  private Machine read(long node) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT owner, node_group, sharing, sharing_revision FROM node WHERE id = ?")
                .bind(0, node)
                .map(
                    (rows, context) ->
                        new Machine(
                            rows.getString(1),
                            rows.getString(2),
                            rows.getString(3) == null
                                ? null
                                : Json.read(rows.getString(3), Sharing.class),
                            rows.getLong(4)))
                .findOne()
                .orElseThrow(() -> Problem.notFound("node " + node)));
  }

  /** {@return the numbers of the machines in a group} */
  public List<Long> members(String group) {
    return database.read(
        handle ->
            handle
                .createQuery(
                    "SELECT id FROM node WHERE node_group = ? AND removed_at IS NULL ORDER BY id")
                .bind(0, group)
                .mapTo(Long.class)
                .list());
  }

  /** Puts a machine into a group, whose policy bounds it from now on. */
  public synchronized void put(long node, String group) {
    database.update(
        handle -> handle.execute("UPDATE node SET node_group = ? WHERE id = ?", group, node));
    machines.remove(node);
    forMachines = null;
  }

  /** {@return the policies and which of HTCondor's machines they are for} */
  public ForMachines forMachines() {
    ForMachines known = forMachines;
    return known == null ? readForMachines() : known;
  }

  private synchronized ForMachines readForMachines() {
    Map<String, String> groups = new TreeMap<>();
    database
        .read(
            handle ->
                handle
                    .createQuery(
                        "SELECT name, node_group FROM node WHERE removed_at IS NULL AND node_group"
                            + " <> ? AND token_hash LIKE ? ORDER BY id FETCH FIRST ? ROWS ONLY")
                    .bind(0, DEFAULT_GROUP)
                    .bind(1, Machines.KEY + "%")
                    .bind(2, GroupPolicies.MOST_MACHINES)
                    .map((rows, context) -> Map.entry(rows.getString(1), rows.getString(2)))
                    .list())
        .forEach(row -> groups.put(row.getKey(), row.getValue()));
    groups.keySet().removeIf(name -> !GroupPolicies.isAddress(name));
    ForMachines now =
        new ForMachines(UUID.randomUUID().toString(), new GroupPolicies(bounds, groups));
    forMachines = now;
    return now;
  }

  /** Makes a machine somebody's; null for nobody but pool administrators. */
  public synchronized void give(long node, @Nullable String owner) {
    database.update(
        handle -> handle.execute("UPDATE node SET owner = ? WHERE id = ?", owner, node));
    machines.remove(node);
  }

  /**
   * Sets a machine's rules; its agent takes them with its next heartbeat.
   *
   * @throws Problem 422 when they leave no hour beside the policy of its group
   */
  public synchronized void set(long node, Sharing rules) {
    Machine before = machine(node);
    Sharing policy = bounds.get(before.group());
    if (policy != null && !rules.meets(policy)) {
      throw new Problem(
          422,
          "Not valid",
          "no job could ever run: the policy of group "
              + before.group()
              + " allows jobs "
              + policy.hours()
              + ", these rules "
              + rules.hours());
    }
    long revision = Math.max(clock.millis(), before.revision() + 1);
    database.update(
        handle ->
            handle.execute(
                "UPDATE node SET sharing = ?, sharing_revision = ? WHERE id = ?",
                Json.tree(rules).toString(),
                revision,
                node));
    machines.remove(node);
  }

  /**
   * {@return what to tell a machine that told this of itself}
   *
   * @param report {@link SharingReport}; of one that cannot be understood nothing is kept
   */
  public SharingOrders answer(long node, JsonNode report) {
    try {
      SharingReport read = Json.from(report, SharingReport.class);
      if (report.path("sharing").isObject()) {
        told.put(node, new Told(read, clock.millis()));
      }
    } catch (IllegalArgumentException e) {
      log.warn("report of sharing not understood node={}: {}", node, e.getMessage());
    }
    Machine machine = machine(node);
    return new SharingOrders(
        machine.group(), bounds.get(machine.group()), machine.revision(), machine.rules());
  }

  /** {@return what a machine last told since the portal started} */
  public Optional<Told> told(long node) {
    return Optional.ofNullable(told.get(node));
  }

  /** A machine was removed. */
  public void forget(long node) {
    machines.remove(node);
    forMachines = null;
    told.remove(node);
  }
}
