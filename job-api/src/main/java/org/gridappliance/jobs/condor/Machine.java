package org.gridappliance.jobs.condor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.jobs.pool.Standing;
import org.jspecify.annotations.Nullable;

/**
 * A machine of HTCondor's pool, as its startd last told.
 *
 * @param name its address, or its host name in pools that have such
 * @param address where its daemons are met, IPv4 or IPv6; null where it does not tell
 * @param state Ready, Busy, or Paused while its owner wants it
 * @param why it is paused or what is wrong with it, in words; empty where nobody says
 * @param standing what a pool admin wishes of it
 * @param freeCpus cores that a job could have now
 * @param load of the whole machine, processes that want a core
 * @param slots what is in use now
 * @param heardAt when it was last heard of, seconds since 1970
 * @param startedAt since when its startd runs, seconds since 1970 by the machine's own clock; 0
 *     where it runs none
 */
public record Machine(
    String name,
    @Nullable String address,
    String state,
    String why,
    Standing standing,
    int cpus,
    int freeCpus,
    long memoryBytes,
    double load,
    String version,
    List<Slot> slots,
    long heardAt,
    long startedAt) {

  /**
   * A slot that somebody has.
   *
   * @param since seconds since 1970
   * @param job the cluster and proc there
   */
  public record Slot(
      String name, String state, int cpus, long memoryBytes, String job, long since) {}

  /** {@return whether it takes work} */
  boolean isOpen() {
    return standing == Standing.OPEN;
  }

  /** {@return the same, of that standing} */
  Machine standing(Standing now) {
    return new Machine(
        name,
        address,
        state,
        why,
        now,
        cpus,
        freeCpus,
        memoryBytes,
        load,
        version,
        slots,
        heardAt,
        startedAt);
  }

  /** {@return the same while its pool does not answer} */
  Machine away() {
    return new Machine(
        name,
        address,
        "Away",
        "",
        standing,
        cpus,
        0,
        memoryBytes,
        load,
        version,
        List.of(),
        heardAt,
        0);
  }

  private static final Pattern HOST =
      Pattern.compile("<\\[?([0-9A-Fa-f.:]{2,45}?)]?:[0-9]{1,5}[?>]");

  /** An ad may be under way for as long as the collector is busy. */
  private static final int SKEW_SECONDS = 60;

  static final String ATTRIBUTES =
      "Name,Machine,State,Activity,SlotType,PartitionableSlot,DynamicSlot,Cpus,Memory,TotalSlotCpus,TotalCpus,"
          + "TotalSlotMemory,TotalMemory,TotalLoadAvg,CondorVersion,JobId,EnteredCurrentActivity,OwnerActive,OwnerWhy,MyCurrentTime,"
          + "Draining,LastHeardFrom,DaemonStartTime,MyAddress";

  static final String SCHEDDS =
      "Machine,CondorVersion,LastHeardFrom,TotalIdleJobs,TotalRunningJobs,MyAddress";

  /** {@return the machines that jobs are submitted on, by name; they have no slot} */
  static List<Machine> submitting(List<JsonNode> schedds) {
    Map<String, Machine> machines = new TreeMap<>();
    for (JsonNode one : schedds) {
      String name = Happening.machine(one.path("Machine").asText());
      machines.put(
          name,
          new Machine(
              name,
              address(one),
              "Ready",
              "",
              Standing.OPEN,
              0,
              0,
              0,
              0,
              version(one),
              List.of(),
              one.path("LastHeardFrom").asLong(),
              0));
    }
    return List.copyOf(machines.values());
  }

  /**
   * {@return what is wrong with its clock; the ad has its time, and the collector's of that moment}
   */
  private static String clock(JsonNode ad) {
    long ahead = ad.path("MyCurrentTime").asLong() - ad.path("LastHeardFrom").asLong();
    if (!ad.has("MyCurrentTime") || Math.abs(ahead) <= SKEW_SECONDS) {
      return "";
    }
    return "its clock is %d min %s the manager's: set it right; times of what runs there are wrong"
        .formatted(Math.round(Math.abs(ahead) / 60.0), ahead > 0 ? "ahead of" : "behind");
  }

  private static int free(JsonNode part) {
    boolean free =
        part.path("PartitionableSlot").asBoolean(false)
            || part.path("State").asText().equals("Unclaimed");
    return free ? part.path("Cpus").asInt() : 0;
  }

  private static String version(JsonNode ad) {
    return ad.path("CondorVersion").asText("").replaceAll("^\\$CondorVersion: (\\S+).*", "$1");
  }

  /** {@return the host of an address as HTCondor writes it, {@code <HOST:PORT?…>}} */
  private static @Nullable String address(JsonNode ad) {
    Matcher host = HOST.matcher(ad.path("MyAddress").asText());
    return host.lookingAt() ? host.group(1) : null;
  }

  /** {@return the machines that some slots belong to, by name} */
  static List<Machine> of(List<JsonNode> slots) {
    Map<String, List<JsonNode>> byName = new LinkedHashMap<>();
    for (JsonNode slot : slots) {
      byName
          .computeIfAbsent(Happening.machine(slot.path("Machine").asText()), m -> new ArrayList<>())
          .add(slot);
    }
    List<Machine> machines = new ArrayList<>();
    byName.forEach(
        (name, own) -> {
          List<JsonNode> whole =
              own.stream().filter(slot -> !slot.path("DynamicSlot").asBoolean(false)).toList();
          if (!whole.isEmpty()) {
            machines.add(machine(name, whole, own));
          }
        });
    machines.sort(Comparator.comparing(Machine::name));
    return machines;
  }

  /**
   * @param parts its slots that are no part of another: one that is divided as jobs need it, as
   *     here, or several of fixed size, as other pools have them
   */
  private static Machine machine(String name, List<JsonNode> parts, List<JsonNode> own) {
    JsonNode whole = parts.getFirst();
    List<Slot> used = new ArrayList<>();
    for (JsonNode slot : own) {
      boolean fixed = !slot.path("PartitionableSlot").asBoolean(false);
      if (slot.path("DynamicSlot").asBoolean(false)
          || (fixed && slot.path("State").asText().equals("Claimed"))) {
        used.add(
            new Slot(
                slot.path("Name").asText().replaceAll("@.*", ""),
                slot.path("Activity").asText(),
                slot.path("Cpus").asInt(),
                slot.path("Memory").asLong() << 20,
                slot.path("JobId").asText(""),
                slot.path("EnteredCurrentActivity").asLong()));
      }
    }
    used.sort(Comparator.comparing(Slot::name));
    int free = parts.stream().mapToInt(Machine::free).sum();
    boolean owner =
        whole.path("OwnerActive").asBoolean(false)
            || parts.stream().allMatch(slot -> slot.path("State").asText().equals("Owner"));
    return new Machine(
        name,
        address(whole),
        owner ? "Paused" : free > 0 ? "Ready" : "Busy",
        owner ? whole.path("OwnerWhy").asText("") : clock(whole),
        whole.path("Draining").asBoolean(false) ? Standing.DRAINING : Standing.OPEN,
        parts.stream()
            .mapToInt(slot -> slot.path("TotalSlotCpus").asInt(slot.path("TotalCpus").asInt()))
            .sum(),
        free,
        parts.stream()
                .mapToLong(
                    slot -> slot.path("TotalSlotMemory").asLong(slot.path("TotalMemory").asLong()))
                .sum()
            << 20,
        whole.path("TotalLoadAvg").asDouble(),
        version(whole),
        List.copyOf(used),
        whole.path("LastHeardFrom").asLong(),
        whole.path("DaemonStartTime").asLong());
  }
}
