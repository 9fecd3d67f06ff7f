package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Map;
import org.gridappliance.jobs.Countries;
import org.gridappliance.jobs.condor.CondorPool;
import org.gridappliance.jobs.condor.Machine;
import org.gridappliance.jobs.condor.Watch;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.Json;
import org.gridappliance.jobs.pool.NodeFilter;
import org.gridappliance.jobs.pool.Place;

/** Other pools as they last told; whose jobs run there is not asked for. */
record WatchOperations(CondorPool condor, Countries countries, Clock clock) {
  void addTo(Map<String, Operation> operations) {
    operations.put("listWatchedPools", this::list);
    operations.put("getWatchedMachine", this::machine);
  }

  private Response list(Request request) {
    request.requireCaller();
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode pools = answer.putArray("pools");
    NodeFilter wanted = NodeFilter.parse(request.query("q").orElse(""), clock.millis());
    condor.watched().pools().forEach(seen -> pools.add(view(seen, wanted)));
    return Response.ok(answer);
  }

  private Response machine(Request request) {
    request.requireCaller();
    String address = request.path("address");
    String name = request.path("machine");
    Watch.Seen pool =
        condor
            .watched()
            .pool(address)
            .orElseThrow(() -> Problem.notFound("watched pool " + address));
    Machine machine =
        pool.machines().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(() -> Problem.notFound("machine " + name + " in pool " + address));
    ObjectNode answer = put(Views.JSON.objectNode(), machine, pool);
    answer.put("reason", pool.reason().isEmpty() ? null : pool.reason());
    ArrayNode slots = answer.putArray("slots");
    for (Machine.Slot slot : machine.slots()) {
      slots
          .addObject()
          .put("name", slot.name())
          .put("state", slot.state())
          .put("cpus", slot.cpus())
          .put("memoryBytes", slot.memoryBytes())
          .put("since", slot.since() == 0 ? null : Views.time(slot.since() * 1000));
    }
    return Response.ok(answer);
  }

  private ObjectNode view(Watch.Seen seen, NodeFilter wanted) {
    ObjectNode pool = Views.JSON.objectNode();
    pool.put("address", seen.pool().address());
    pool.put("name", seen.pool().name());
    pool.put("reason", seen.reason().isEmpty() ? null : seen.reason());
    pool.put("heardAt", seen.at() == 0 ? null : Views.time(seen.at()));
    long expires = seen.pool().expires();
    pool.put("expiresAt", expires == 0 ? null : Views.time(expires * 1000));
    Place place = seen.pool().place();
    if (place != null) {
      pool.set("place", Json.tree(place));
    }
    pool.put("cpus", seen.machines().stream().mapToInt(Machine::cpus).sum());
    pool.put("freeCpus", seen.machines().stream().mapToInt(Machine::freeCpus).sum());
    ArrayNode machines = pool.putArray("machines");
    for (Machine one : seen.machines()) {
      if (wanted.test(line(one, seen))) {
        put(machines.addObject(), one, seen);
      }
    }
    return pool;
  }

  private static NodeFilter.Line line(Machine one, Watch.Seen seen) {
    Place place = seen.pool().place();
    return new NodeFilter.Line(
        one.name(),
        "machine",
        one.state(),
        null,
        one.cpus(),
        one.freeCpus(),
        one.memoryBytes(),
        one.load(),
        "HTCondor " + one.version(),
        one.heardAt() * 1000,
        place == null ? null : place.name(),
        seen.pool().name());
  }

  /** A machine is where its pool is; where nobody set that, its address may tell. */
  private ObjectNode put(ObjectNode row, Machine one, Watch.Seen pool) {
    if (pool.pool().place() == null) {
      Views.putCountry(row, one.address(), countries);
    }
    return row.put("name", one.name())
        .put("state", one.state())
        .put("cpus", one.cpus())
        .put("freeCpus", one.freeCpus())
        .put("memoryBytes", one.memoryBytes())
        .put("load", one.load())
        .put("version", "HTCondor " + one.version())
        .put("lastSeenAt", Views.time(one.heardAt() * 1000));
  }
}
