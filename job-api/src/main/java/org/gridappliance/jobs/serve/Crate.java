package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppFolder;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.job.JobRecord;
import org.gridappliance.jobs.job.JobState;
import org.gridappliance.jobs.job.StoredFile;
import org.gridappliance.jobs.lease.FileRef;

/**
 * An ended job as an RO-Crate 1.1 of the profile Process Run Crate 0.5: its inputs, what ran, and
 * its results, each with its hash, so that an archive or a reader needs nothing of this portal.
 *
 * @param parts files of the crate, by their path in it
 * @param metadata {@code ro-crate-metadata.json}
 */
record Crate(Map<String, Path> parts, ObjectNode metadata) {
  /** The name that the specification gives the metadata. */
  static final String METADATA = "ro-crate-metadata.json";

  private static final String CRATE = "https://w3id.org/ro/crate/1.1";
  private static final String PROFILE = "https://w3id.org/ro/wfrun/process/0.5";
  private static final String TERMS = "https://w3id.org/ro/terms/workflow-run/context";
  private static final String RUN = "#run";
  private static final String APPLICATION = "#application";

  /**
   * {@return the crate of a job}
   *
   * @param job has ended
   * @param inputs its files, as they were staged
   * @param results in the order of the results page
   */
  static Crate of(JobRecord job, JobPlan plan, List<StoredFile> inputs, List<FileRef> results) {
    return new Builder(job, plan).build(inputs, results);
  }

  private static final class Builder {
    private final JobRecord job;
    private final JobPlan plan;
    private final App app;
    private final Map<String, Path> parts = new LinkedHashMap<>();
    private final List<ObjectNode> entities = new ArrayList<>();

    Builder(JobRecord job, JobPlan plan) {
      this.job = job;
      this.plan = plan;
      this.app = plan.app();
    }

    Crate build(List<StoredFile> inputs, List<FileRef> results) {
      ObjectNode metadata = Views.JSON.objectNode();
      metadata.putArray("@context").add(CRATE + "/context").add(TERMS);
      ObjectNode descriptor = entity(METADATA, "CreativeWork");
      reference(descriptor, "conformsTo", CRATE);
      reference(descriptor, "about", "./");
      ObjectNode root = entity("./", "Dataset");
      entity(PROFILE, "CreativeWork").put("name", "Process Run Crate").put("version", "0.5");
      ObjectNode run = run();
      ArrayNode used = run.putArray("object");
      for (StoredFile input : inputs) {
        used.addObject().put("@id", input(input));
      }
      parameters(used, job.request().path("inputs"), inputs);
      parameters(used, job.request().path("sweep"), List.of());
      ArrayNode made = run.putArray("result");
      for (FileRef result : results) {
        String path = "results/" + result.path();
        file(path, plan.folder().results().resolve(result.path()), result.bytes())
            .put("name", result.path())
            .put("sha256", result.sha256());
        made.addObject().put("@id", path);
      }
      application();
      describe(root);
      metadata.putArray("@graph").addAll(entities);
      return new Crate(parts, metadata);
    }

    private void describe(ObjectNode root) {
      reference(root, "conformsTo", PROFILE);
      root.put("name", job.name());
      root.put(
          "description",
          "Job %d: %s, version %s, %d subjobs, run by Grid Appliance."
              .formatted(job.id(), job.appTitle(), job.appDigest(), job.total()));
      root.put("datePublished", ended());
      root.put("license", "As its owner says; nothing is granted by this file.");
      reference(root, "mentions", RUN);
      ArrayNode has = root.putArray("hasPart");
      parts.keySet().forEach(path -> has.addObject().put("@id", path));
    }

    private ObjectNode run() {
      ObjectNode run = entity(RUN, "CreateAction");
      run.put("name", job.name());
      run.put("description", String.join(" ", plan.work(0).command()));
      run.put("startTime", time(job.startedAt() == null ? job.submittedAt() : job.startedAt()));
      run.put("endTime", ended());
      boolean completed = job.state() == JobState.COMPLETED;
      reference(
          run,
          "actionStatus",
          "http://schema.org/" + (completed ? "CompletedActionStatus" : "FailedActionStatus"));
      reference(run, "instrument", APPLICATION);
      reference(run, "agent", "#owner");
      entity("#owner", "Person").put("name", job.owner());
      return run;
    }

    private void application() {
      ObjectNode application = entity(APPLICATION, "SoftwareApplication");
      application.put("name", app.title());
      application.put("description", app.summary());
      application.put("softwareVersion", job.appDigest());
      if (!app.packages().isEmpty()) {
        application.put("softwareRequirements", String.join(", ", app.packages()));
      }
      String path = "application/" + AppFolder.DESCRIPTOR;
      parts.put(path, app.folder().resolve(AppFolder.DESCRIPTOR));
      ObjectNode descriptor = entity(path, "File");
      descriptor.put("name", "The application's descriptor");
      descriptor.put("encodingFormat", "application/yaml");
      reference(descriptor, "about", APPLICATION);
    }

    /** {@return where an input lies in the crate; the same bytes lie there once} */
    private String input(StoredFile input) {
      String leaf = input.name().substring(input.name().lastIndexOf('/') + 1);
      String plain = leaf.substring(leaf.indexOf(':') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
      String path = "inputs/" + input.sha256().substring(0, 16) + "-" + plain;
      if (!parts.containsKey(path)) {
        file(path, plan.folder().input(input.sha256()), input.bytes())
            .put("name", plain)
            .put("description", "the input " + input.input())
            .put("sha256", input.sha256());
      }
      return path;
    }

    private void parameters(ArrayNode used, JsonNode values, List<StoredFile> files) {
      values
          .properties()
          .forEach(
              entry -> {
                boolean isFile =
                    entry.getValue().isTextual()
                        && files.stream().anyMatch(file -> file.input().equals(entry.getKey()));
                if (!isFile) {
                  String id = "#input-" + entry.getKey();
                  JsonNode value = entry.getValue();
                  entity(id, "PropertyValue")
                      .put("name", entry.getKey())
                      .put("value", value.isValueNode() ? value.asText() : value.toString());
                  used.addObject().put("@id", id);
                }
              });
    }

    private ObjectNode file(String path, Path file, long bytes) {
      parts.put(path, file);
      return entity(path, "File").put("contentSize", Long.toString(bytes));
    }

    private ObjectNode entity(String id, String type) {
      ObjectNode entity = Views.JSON.objectNode().put("@id", id).put("@type", type);
      entities.add(entity);
      return entity;
    }

    private static void reference(ObjectNode entity, String key, String id) {
      entity.putObject(key).put("@id", id);
    }

    private String ended() {
      return time(job.endedAt() == null ? job.submittedAt() : job.endedAt());
    }

    private static String time(long millis) {
      return Instant.ofEpochMilli(millis).toString();
    }
  }
}
