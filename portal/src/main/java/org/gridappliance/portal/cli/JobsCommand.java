package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The caller's jobs, newest first; or one job followed or cancelled. */
@Command(
    name = "jobs",
    description = "Lists your jobs, newest first; follows or cancels one.",
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

  @Override
  public Integer call() throws IOException, InterruptedException, CliException {
    if (limit < 1 || limit > 500) {
      throw new CliException("--limit=" + limit + ": want 1..500");
    }
    try (Client client = Client.of(Login.read())) {
      if (cancel != null) {
        JsonNode job = client.post("jobs/" + cancel + "/cancel");
        System.out.println("job " + cancel + ": " + job.path("state").asText());
        return 0;
      }
      if (watch != null) {
        return new Watch(client, watch, json).follow();
      }
      JsonNode page = client.get("jobs?limit=" + limit);
      if (json) {
        System.out.println(page.toPrettyString());
      } else {
        print(page.path("jobs"));
      }
      return 0;
    }
  }

  private static void print(JsonNode jobs) {
    System.out.printf("%8s  %-10s %11s  %-20s  %s%n", "ID", "STATE", "DONE", "SUBMITTED", "NAME");
    for (JsonNode job : jobs) {
      JsonNode counts = job.path("counts");
      System.out.printf(
          "%8d  %-10s %11s  %-20.20s  %s%n",
          job.path("id").asLong(),
          job.path("state").asText(),
          counts.path("completed").asInt() + "/" + counts.path("total").asInt(),
          job.path("submittedAt").asText(),
          job.path("name").asText().replaceAll("\\p{Cntrl}", " "));
    }
  }
}
