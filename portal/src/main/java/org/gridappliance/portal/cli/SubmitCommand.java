package org.gridappliance.portal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Uploads the local files among the inputs, submits, and follows the job if asked to. */
@Command(
    name = "submit",
    description = {
      "Submits a job, as: ./appliance submit hmmsearch profile=a.hmm sequences=b.fasta --watch",
      "A file input takes a local file, example:NAME, or a path in your home on the portal.",
      "With --watch the exit status is 0 completed, 1 failed, 130 cancelled; Ctrl-C leaves the job running."
    },
    mixinStandardHelpOptions = true)
final class SubmitCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "APP", description = "the application's id")
  String app = "";

  @Parameters(index = "1..*", paramLabel = "k=v", description = "an input and its value")
  List<String> inputs = List.of();

  @Option(names = "--chunks", description = "into how many parts the split input is cut")
  @Nullable Integer chunks;

  @Option(
      names = "--sweep",
      paramLabel = "k=a,b,c",
      description = "several values of an input; the job runs every combination")
  List<String> sweeps = List.of();

  @Option(names = "--name", description = "a name for the job")
  @Nullable String name;

  @Option(names = "--watch", description = "follow the job until it ends")
  boolean watch;

  @Option(names = "--json", description = "print the job as JSON")
  boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException, CliException {
    Login login = Login.read();
    try (Client client = Client.of(login)) {
      JsonNode fields = client.get("apps/" + Client.segment(app)).path("schema").path("properties");
      ObjectNode body = Client.JSON.createObjectNode().put("app", app);
      ObjectNode values = body.putObject("inputs");
      for (String input : inputs) {
        String key = key(input);
        values.set(key, value(client, fields, key, input.substring(key.length() + 1)));
      }
      if (!sweeps.isEmpty()) {
        ObjectNode sweep = body.putObject("sweep");
        for (String input : sweeps) {
          String key = key(input);
          ArrayNode several = sweep.putArray(key);
          for (String one : input.substring(key.length() + 1).split(",", -1)) {
            several.add(value(client, fields, key, one));
          }
        }
      }
      if (chunks != null) {
        body.put("chunks", chunks);
      }
      if (name != null) {
        body.put("name", name);
      }
      JsonNode job = client.post("jobs", body);
      long id = job.path("id").asLong();
      tellEarlier(job.path("earlier"), id, login.portal());
      if (json && !watch) {
        System.out.println(job.toPrettyString());
      } else if (!json) {
        System.out.println("job " + id + " submitted: " + job.path("name").asText());
      }
      return watch ? new Watch(client, id, json).follow() : 0;
    }
  }

  /** On standard error: it is no part of what scripts read. */
  private static void tellEarlier(JsonNode earlier, long id, URI portal) {
    if (!earlier.isMissingNode()) {
      long before = earlier.path("job").asLong();
      System.err.printf(
          Locale.ROOT,
          "you ran exactly this before: job %d, completed at %s, took %.1f s; its results: %s%n"
              + "job %d runs all the same; to stop it: ./appliance jobs --cancel %d%n",
          before,
          earlier.path("endedAt").asText(),
          earlier.path("seconds").asDouble(),
          portal.resolve("/jobs/" + before),
          id,
          id);
    }
  }

  private static String key(String input) throws CliException {
    int equals = input.indexOf('=');
    if (equals < 1) {
      throw new CliException("'" + input + "': want NAME=VALUE");
    }
    return input.substring(0, equals);
  }

  /**
   * One value as its input's type wants it; what does not parse is sent as text and refused there.
   */
  private static JsonNode value(Client client, JsonNode fields, String key, String text)
      throws IOException, InterruptedException, CliException {
    JsonNode field = fields.path(key);
    if (field.isMissingNode()) {
      throw new CliException(
          "no input '" + key + "'; this application has " + String.join(", ", names(fields)));
    }
    if (field.path("format").asText().equals("file")) {
      return Client.JSON.getNodeFactory().textNode(upload(client, text));
    }
    return switch (field.path("type").asText()) {
      case "integer", "number", "boolean" -> plain(text);
      default -> Client.JSON.getNodeFactory().textNode(text);
    };
  }

  private static JsonNode plain(String text) throws IOException {
    try {
      JsonNode parsed = Client.JSON.readTree(text);
      return parsed.isValueNode() ? parsed : Client.JSON.getNodeFactory().textNode(text);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      return Client.JSON.getNodeFactory().textNode(text); // the portal's answer names the range
    }
  }

  /** A local file goes to {@code uploads/} in the person's home; anything else is passed on. */
  private static String upload(Client client, String text)
      throws IOException, InterruptedException, CliException {
    if (text.startsWith("example:")) {
      return text;
    }
    Path file = Path.of(text);
    Path last = file.getFileName();
    if (last == null || !Files.isRegularFile(file)) {
      return text;
    }
    client.put("files/uploads/" + Client.segment(last.toString()), file);
    return "uploads/" + last;
  }

  private static List<String> names(JsonNode fields) {
    return fields.properties().stream().map(java.util.Map.Entry::getKey).toList();
  }
}
