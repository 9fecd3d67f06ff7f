package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import org.gridappliance.jobs.http.Operation;
import org.gridappliance.jobs.http.Request;
import org.gridappliance.jobs.http.Response;
import org.gridappliance.jobs.job.OptionLists;
import org.gridappliance.jobs.job.Submission;

/** The operation on choices that come from files or commands. */
final class OptionOperations {
  private static final int LIMIT = 100;

  private final Submission submission;

  OptionOperations(Submission submission) {
    this.submission = submission;
  }

  void addTo(Map<String, Operation> operations) {
    operations.put("findOptions", this::find);
  }

  private Response find(Request request) throws IOException {
    JsonNode body = request.body();
    OptionLists.Found found =
        submission.options(
            request.requireCaller(), request.path("app"), request.path("input"), body);
    ObjectNode answer = Views.JSON.objectNode();
    answer.put("list", found.id());
    answer.put("count", found.list().count());
    answer.put("leftOut", found.list().leftOut());
    ArrayNode options = answer.putArray("options");
    found
        .list()
        .search(body.path("search").asText(), body.path("limit").asInt(LIMIT))
        .forEach(
            option -> {
              ObjectNode one = options.addObject().put("value", option.getKey());
              if (!option.getValue().isEmpty()) {
                one.put("note", option.getValue());
              }
            });
    ArrayNode gone = answer.putArray("gone");
    body.path("chosen")
        .forEach(
            value -> {
              if (!found.list().has(value.asText())) {
                gone.add(value.asText());
              }
            });
    return Response.ok(answer);
  }
}
