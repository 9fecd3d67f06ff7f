package org.gridappliance.tests.start;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Many machines of one pool, each made from the ad of a real startd: another name, address, size,
 * version and load, with an owner at it, a job on it, drained, or gone. The same seed makes the
 * same ones.
 */
final class VariedMachines {
  /** One in so many is told of once and never again. */
  private static final int GONE = 25;

  private static final int[] CPUS = {1, 2, 4, 4, 8, 8, 8, 16, 16, 32, 64, 128};
  private static final String[] VERSIONS = {
    "23.9.6 2026-07-12 PackageID: 23.9.6+dfsg-2.1+b10",
    "23.0.12 2024-06-13 PackageID: 23.0.12-1",
    "24.0.8 2025-06-12 PackageID: 24.0.8-1",
    "25.0.1 2025-10-02 PackageID: 25.0.1-1"
  };
  private static final String[] LABS = {
    "physics-cluster-node", "chem-lab", "library-desk", "bio-teaching-room-b-workstation"
  };

  /** Of universities in eight countries; that is where machines with names of their own are met. */
  private static final String[] CAMPUSES = {
    "128.227", "129.215", "130.149", "130.237", "133.11", "137.132", "143.107", "146.141"
  };

  /** What a machine is, the same in every round. */
  private record Kind(
      String host, String address, int cpus, long memoryMiB, String version, double use, int way) {}

  private final Map<String, String> real;
  private final List<Kind> kinds = new ArrayList<>();
  private final Random random;
  private int round;

  /**
   * @param ad of a real startd's whole slot, as {@code condor_status -long} prints it
   */
  VariedMachines(String ad, int count, long seed) {
    real = parse(ad);
    random = new Random(seed);
    for (int i = 0; i < count; i++) {
      boolean named = i % 4 == 0;
      String network = named ? CAMPUSES[i / 4 % CAMPUSES.length] : "10." + (201 + i / 250);
      String address = network + "." + random.nextInt(1, 255) + "." + (1 + i % 250);
      String host =
          named
              ? "%s-%04d".formatted(LABS[random.nextInt(LABS.length)], i)
              : address.replace('.', '-');
      int cpus = CPUS[random.nextInt(CPUS.length)];
      kinds.add(
          new Kind(
              host + ".grid.appliance",
              address,
              cpus,
              cpus * 1024L * (1 << random.nextInt(4)),
              VERSIONS[random.nextInt(VERSIONS.length)],
              random.nextDouble(),
              random.nextInt(20)));
    }
  }

  private static Map<String, String> parse(String ad) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String line : ad.strip().lines().toList()) {
      int at = line.indexOf(" = ");
      if (line.isBlank()) {
        break; // the next slot
      }
      if (at > 0) {
        found.put(line.substring(0, at), line.substring(at + 3));
      }
    }
    return found;
  }

  /** {@return how many are told of in every round} */
  int lasting() {
    return kinds.size() - (kinds.size() + GONE - 1) / GONE;
  }

  /**
   * {@return ads as {@code condor_advertise -multiple} takes them; of the first call also those
   * that go}
   */
  String ads() {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < kinds.size(); i++) {
      if (round == 0 || i % GONE != 0) {
        machine(all, kinds.get(i));
      }
    }
    round++;
    return all.toString();
  }

  private void machine(StringBuilder all, Kind kind) {
    boolean owner = kind.way < 2;
    int used = kind.way < 7 ? 0 : (int) Math.ceil(kind.cpus * Math.min(1, kind.use * 1.6));
    long now = System.currentTimeMillis() / 1000;
    Map<String, String> whole = like(kind, "slot1");
    whole.put("PartitionableSlot", "true");
    whole.put("SlotType", "\"Partitionable\"");
    whole.put("Cpus", "" + (kind.cpus - used));
    whole.put("Memory", "" + (kind.memoryMiB - kind.memoryMiB * used / kind.cpus));
    whole.put("State", owner ? "\"Owner\"" : "\"Unclaimed\"");
    whole.put("Activity", "\"Idle\"");
    whole.put("OwnerActive", Boolean.toString(owner));
    whole.put("Draining", Boolean.toString(kind.way == 19));
    whole.put("EnteredCurrentActivity", "" + (now - random.nextInt(90_000)));
    put(all, whole);
    int most = Math.min(used, 3);
    for (int i = 1; i <= most; i++) {
      int cpus = i < most ? used / most : used - used / most * (most - 1);
      Map<String, String> slot = like(kind, "slot1_" + i);
      slot.put("PartitionableSlot", "false");
      slot.put("DynamicSlot", "true");
      slot.put("SlotType", "\"Dynamic\"");
      slot.put("Cpus", "" + cpus);
      slot.put("Memory", "" + kind.memoryMiB * cpus / kind.cpus);
      slot.put("State", "\"Claimed\"");
      slot.put("Activity", i == 3 && kind.way == 8 ? "\"Suspended\"" : "\"Busy\"");
      slot.put("JobId", "\"" + (4000 + random.nextInt(900)) + "." + random.nextInt(40) + "\"");
      slot.put("EnteredCurrentActivity", "" + (now - random.nextInt(7_000)));
      put(all, slot);
    }
  }

  private Map<String, String> like(Kind kind, String slot) {
    Map<String, String> ad = new LinkedHashMap<>(real);
    String sinful =
        "\"<" + kind.address + ":9618?addrs=" + kind.address.replace('.', '-') + "-9618>\"";
    ad.put("Name", "\"" + slot + "@" + kind.host + "\"");
    ad.put("Machine", "\"" + kind.host + "\"");
    ad.put("MyAddress", sinful);
    ad.put("StartdIpAddr", sinful);
    ad.remove("AddressV1");
    ad.remove("LastHeardFrom"); // the collector's own word, which it would take from the ad
    ad.put("MyCurrentTime", "" + System.currentTimeMillis() / 1000);
    ad.put("CondorVersion", "\"$CondorVersion: " + kind.version + " $\"");
    for (String name : List.of("TotalCpus", "TotalSlotCpus", "DetectedCpus")) {
      ad.put(name, "" + kind.cpus);
    }
    for (String name : List.of("TotalMemory", "TotalSlotMemory", "DetectedMemory")) {
      ad.put(name, "" + kind.memoryMiB);
    }
    ad.put("TotalLoadAvg", "%.2f".formatted(kind.cpus * kind.use * random.nextDouble(0.8, 1.2)));
    ad.put("Requirements", "false"); // nobody is there to run a job
    return ad;
  }

  private static void put(StringBuilder all, Map<String, String> ad) {
    ad.forEach((name, value) -> all.append(name).append(" = ").append(value).append('\n'));
    all.append('\n');
  }
}
