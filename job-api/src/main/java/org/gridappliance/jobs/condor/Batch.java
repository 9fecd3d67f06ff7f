package org.gridappliance.jobs.condor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.jobs.job.JobFolder;
import org.jspecify.annotations.Nullable;

/**
 * Subjobs of one job that became one cluster of HTCondor: a task for each of its procs, in order,
 * each with one subjob or a few short ones. Known on disk by its folder {@code
 * jobs/ID/condor/MARK}, in HTCondor's queue by its mark. Guarded by {@link CondorPool}'s lock.
 *
 * <pre>
 * leases.json   which leases its tasks hold: whole before anything is submitted
 * submit items  for condor_submit
 * chunks/SHA    pieces of a split input
 * N/task        what proc N does; N/out/ comes back
 * cluster       the cluster's number: it was submitted
 * </pre>
 */
final class Batch {
  /** The name of its attribute in a job's ad. */
  static final String MARK = "GridApplianceMark";

  /** The name of the attribute that says whose it is: one schedd may serve several portals. */
  static final String PORTAL = "GridAppliancePortal";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** One lease. */
  record Part(String lease, long fence, int index) {}

  /** One proc. */
  static final class Task {
    final int number;
    final List<Part> parts;
    boolean running;
    boolean ended;

    /** Where it runs, or ran last; empty when that is not known. */
    String machine = "";

    /**
     * Since when the startd runs that gave it its slot, seconds since 1970 by the machine's own
     * clock; 0 when that is not known.
     */
    long startdSince;

    /** Neither in the queue nor with a result, when last looked. */
    boolean missed;

    Task(int number, List<Part> parts) {
      this.number = number;
      this.parts = List.copyOf(parts);
    }
  }

  final String mark;
  final long job;
  final Path folder;
  final List<Task> tasks;

  /** 0 before it was submitted. */
  int cluster;

  /** What its jobs in HTCondor's queue were told. */
  enum Order {
    GO,
    /** Those that wait are held, those that run are suspended. */
    SUSPEND,
    /** Those that wait are held, those that run go on. */
    HOLD
  }

  /** Null after a restart: the queue may still hold what was told to go on. */
  @Nullable Order order = Order.GO;

  /** Something happened since the order, so that one of its jobs may wait that is not held. */
  boolean stirred;

  Batch(String mark, long job, Path folder, List<Task> tasks) {
    this.mark = mark;
    this.job = job;
    this.folder = folder;
    this.tasks = List.copyOf(tasks);
  }

  boolean hasEnded() {
    return tasks.stream().allMatch(task -> task.ended);
  }

  /** Writes which leases it holds; on disk when it returns. */
  void keep() throws IOException {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode list = all.putArray("tasks");
    for (Task task : tasks) {
      ArrayNode parts = list.addArray();
      for (Part part : task.parts) {
        parts
            .addObject()
            .put("lease", part.lease())
            .put("fence", part.fence())
            .put("index", part.index());
      }
    }
    write("leases.json", JSON.writeValueAsString(all));
  }

  /** Notes that it was submitted. */
  void submitted(int number) throws IOException {
    cluster = number;
    write("cluster", Integer.toString(number));
  }

  private void write(String name, String text) throws IOException {
    Path part = folder.resolve(name + ".part");
    Files.writeString(part, text);
    JobFolder.sync(part);
    Files.move(part, folder.resolve(name), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    JobFolder.sync(folder);
  }

  /**
   * {@return a batch as its folder says}
   *
   * @throws IOException when it was never whole: then it was never submitted
   */
  static Batch read(Path folder, long job) throws IOException {
    JsonNode all = JSON.readTree(Files.readString(folder.resolve("leases.json")));
    List<Task> tasks = new ArrayList<>();
    for (JsonNode parts : all.path("tasks")) {
      List<Part> read = new ArrayList<>();
      for (JsonNode part : parts) {
        read.add(
            new Part(
                part.path("lease").asText(),
                part.path("fence").asLong(),
                part.path("index").asInt()));
      }
      tasks.add(new Task(tasks.size(), read));
    }
    Batch batch = new Batch(folder.getFileName().toString(), job, folder, tasks);
    batch.order = null;
    Path cluster = folder.resolve("cluster");
    if (Files.exists(cluster)) {
      batch.cluster = Integer.parseInt(Files.readString(cluster).strip());
    }
    return batch;
  }
}
