package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.gridappliance.jobs.condor.CondorPool;
import org.gridappliance.jobs.history.PoolHistory;
import org.gridappliance.jobs.http.Caller;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;

/** Who used what, month by month, and whose turn it is; others' rows are for pool admins. */
record UsageOperations(PoolHistory history, CondorPool condor) {
  void addTo(Map<String, Operation> operations) {
    operations.put("getPoolUsage", this::usage);
  }

  private Response usage(Request request) {
    Caller caller = request.requireCaller();
    boolean all = caller.poolAdmin() || caller.administrator();
    ObjectNode answer = Views.JSON.objectNode();
    ArrayNode months = answer.putArray("months");
    history.usage().stream()
        .filter(one -> all || one.person().equals(caller.name()))
        .forEach(
            one ->
                months
                    .addObject()
                    .put("month", one.month())
                    .put("person", one.person())
                    .put("jobs", one.jobs())
                    .put("completed", one.completed())
                    .put("failed", one.failed())
                    .put("coreHours", one.coreHours()));
    ArrayNode turns = answer.putArray("turns");
    int place = 0;
    for (var one : condor.turns()) {
      place++;
      if (all || one.person().equals(caller.name())) {
        turns
            .addObject()
            .put("person", one.person())
            .put("place", place)
            .put("priority", one.priority())
            .put("cores", one.cores())
            .put("coreHours", one.coreHours());
      }
    }
    return Response.ok(answer);
  }
}
