package org.gridappliance.jobs.condor;

import com.fasterxml.jackson.databind.JsonNode;

/** One event of HTCondor's event log that matters to a job here; the others are left out. */
sealed interface Happening {
  int cluster();

  int proc();

  /**
   * It runs, or runs again.
   *
   * @param machine where, as people know it; empty when the event does not say
   */
  record Executing(int cluster, int proc, String machine) implements Happening {}

  /** Its machine is out of reach; it is looked for until the job's lease is over. */
  record Disconnected(int cluster, int proc) implements Happening {}

  /** It runs no longer and waits again: evicted, its machine lost, released. */
  record Waiting(int cluster, int proc) implements Happening {}

  /** It ended by itself; what it left has been brought back. */
  record Terminated(int cluster, int proc) implements Happening {}

  /** It was taken out of the queue. */
  record Removed(int cluster, int proc, String reason) implements Happening {}

  /** It will not go on by itself. */
  record Holding(int cluster, int proc, int code, int subcode, String reason)
      implements Happening {}

  /** Anything else. */
  record Other(int cluster, int proc) implements Happening {}

  /**
   * {@return a machine as people know it, its address: without DNS HTCondor calls it by that}
   *
   * @param slot as {@code slot1_2@10-77-0-11.grid.appliance}
   */
  static String machine(String slot) {
    String host = slot.substring(slot.indexOf('@') + 1);
    int dot = host.indexOf('.');
    String name = dot < 0 ? host : host.substring(0, dot);
    return name.matches("\\d{1,3}(-\\d{1,3}){3}") ? name.replace('-', '.') : name;
  }

  /** {@return what an event says; numbers are of HTCondor's {@code ULogEventNumber}} */
  static Happening of(JsonNode event) {
    int cluster = event.path("Cluster").asInt(-1);
    int proc = event.path("Proc").asInt(-1);
    return switch (event.path("EventTypeNumber").asInt(-1)) {
      case 1, 11, 23 ->
          new Executing(
              cluster,
              proc,
              machine(
                  event
                      .path("SlotName")
                      .asText(event.path("ExecuteProps").path("SlotName").asText(""))));
      case 22 -> new Disconnected(cluster, proc);
      case 4, 7, 13, 24 -> new Waiting(cluster, proc);
      case 5 -> new Terminated(cluster, proc);
      case 9 -> new Removed(cluster, proc, event.path("Reason").asText(""));
      case 12 ->
          new Holding(
              cluster,
              proc,
              event.path("HoldReasonCode").asInt(0),
              event.path("HoldReasonSubCode").asInt(0),
              event.path("HoldReason").asText(""));
      default -> new Other(cluster, proc);
    };
  }
}
