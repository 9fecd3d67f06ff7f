package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The caller's jobs, newest first; or one job followed, held, released or cancelled. */
@Command(
    name = "jobs",
    description = "Lists your jobs, newest first; follows, holds, releases or cancels one.",
    mixinStandardHelpOptions = true)
final class JobsCommand implements Callable<Integer> {
  @Option(names = "--json", description = "print JSON")
  boolean json;

  @Option(names = "--limit", defaultValue = "20", description = "how many, 1..500 (20)")
  int limit;

  @Option(names = "--watch", paramLabel = "ID", description = "follow this job until it ends")
  @Nullable Long watch;

  @Option(names = "--cancel", paramLabel = "ID", description = "cancel this job")
  @Nullable Long cancel;

  @Option(
      names = "--hold",
      paramLabel = "ID",
      description = "start nothing more of this job; what runs goes on")
  @Nullable Long hold;

  @Option(names = "--reason", description = "with --hold: why, for who looks at the job")
  @Nullable String reason;

  @Option(names = "--release", paramLabel = "ID", description = "let this held job go on")
  @Nullable Long release;

  @Option(names = "--filter", description = "only jobs of a filter, as \"state:held app:vina\"")
  @Nullable String filter;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description = "jobs that this group of yours shows its members, instead of your own")
  @Nullable String group;

  @Override
  public Integer call() throws IOException, InterruptedException, CliException {
    if (limit < 1 || limit > 500) {
      throw new CliException("--limit=" + limit + ": want 1..500");
    }
    if (reason != null && hold == null) {
      throw new CliException("--reason: want it with --hold ID");
    }
    try (Client client = Client.of(Login.read())) {
      if (cancel != null) {
        return told(client.post("jobs/" + cancel + "/cancel"));
      }
      if (hold != null) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        return told(
            client.post(
                "jobs/" + hold + "/hold", reason == null ? body : body.put("reason", reason)));
      }
      if (release != null) {
        return told(client.post("jobs/" + release + "/release"));
      }
      if (watch != null) {
        return new Watch(client, watch, json).follow();
      }
      JsonNode page =
          client.get(
              "jobs?limit="
                  + limit
                  + (filter == null ? "" : "&q=" + Client.segment(filter))
                  + (group == null ? "" : "&group=" + Client.segment(group)));
      if (json) {
        System.out.println(page.toPrettyString());
      } else {
        print(page.path("jobs"), group != null);
      }
      return 0;
    }
  }

  private int told(JsonNode job) {
    System.out.println(
        json
            ? job.toPrettyString()
            : "job " + job.path("id").asLong() + ": " + job.path("state").asText());
    return 0;
  }

  private static void print(JsonNode jobs, boolean owners) {
    System.out.printf(
        "%8s  %-10s %11s  %-20s  %s%s%n",
        "ID", "STATE", "DONE", "SUBMITTED", owners ? "%-12s  ".formatted("OWNER") : "", "NAME");
    for (JsonNode job : jobs) {
      JsonNode counts = job.path("counts");
      System.out.printf(
          "%8d  %-10s %11s  %-20.20s  %s%s%n",
          job.path("id").asLong(),
          job.path("state").asText(),
          counts.path("completed").asInt() + "/" + counts.path("total").asInt(),
          job.path("submittedAt").asText(),
          owners ? "%-12s  ".formatted(job.path("owner").asText()) : "",
          job.path("name").asText().replaceAll("\\p{Cntrl}", " "));
    }
  }
}
