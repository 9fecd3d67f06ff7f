package org.gridappliance.jobs.condor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;
import org.gridappliance.jobs.pool.LocalPool.HeldLease;
import org.jspecify.annotations.Nullable;

/** Lays a batch out on disk: what condor_submit reads, what is sent along. */
final class Parcels {
  /** A task should take about so long: HTCondor needs 1.3 s for each turn of a slot. */
  static final double TASK_SECONDS = 10;

  static final int MOST_IN_TASK = 64;

  /** Above so many tasks HTCondor makes jobs of them as they are wanted. */
  private static final int AT_ONCE = 2000;

  /** How long a job may be out of its schedd's reach, seconds; as long as it may run at most. */
  private static final long LEAST_LEASE = 300;

  private static final long MOST_LEASE = 7200;

  /**
   * It is started again with its state wherever it can be, when it has written that or was ended.
   */
  private static final String CHECKPOINTS =
      "checkpoint_exit_code = " + Lease.CHECKPOINTED + "\ntransfer_checkpoint_files = checkpoint\n";

  /** What {@code DATA/bundles} is called where the schedd reads, and by job-wrapper.sh. */
  private static final String BUNDLES = "/mnt/bundles";

  private static final SecureRandom RANDOM = new SecureRandom();

  private Parcels() {}

  /**
   * {@return how many subjobs a task should have}
   *
   * @param seconds that one takes
   * @param subjobs in all
   * @param slots of the pool, at least 1: every slot should get two tasks
   */
  static int perTask(double seconds, int subjobs, int slots) {
    int bySeconds = (int) Math.clamp(TASK_SECONDS / Math.max(seconds, 0.001), 1, MOST_IN_TASK);
    int byShare = Math.max(1, subjobs / (2 * Math.max(1, slots)));
    return Math.min(bySeconds, byShare);
  }

  /**
   * Makes a batch of leases of one job; all of it is on disk when it returns.
   *
   * @param perTask subjobs of a task
   * @param portal whose job it is
   * @param jobs what {@code DATA/jobs} is called where the schedd reads
   * @param avoided see {@link Avoided#list}
   */
  static Batch lay(
      List<HeldLease> leases, int perTask, String owner, String portal, String jobs, String avoided)
      throws IOException {
    HeldLease first = leases.getFirst();
    long job = first.lease().job();
    byte[] random = new byte[12];
    RANDOM.nextBytes(random);
    String mark = HexFormat.of().formatHex(random);
    Path folder = first.plan().folder().path().resolve("condor").resolve(mark);
    String inside = jobs + "/" + job;
    Files.createDirectories(folder.resolve("chunks"));
    List<Batch.Task> tasks = new ArrayList<>();
    StringBuilder items = new StringBuilder();
    for (int from = 0; from < leases.size(); from += perTask) {
      List<HeldLease> mine = leases.subList(from, Math.min(from + perTask, leases.size()));
      List<Batch.Part> parts =
          mine.stream()
              .map(
                  one ->
                      new Batch.Part(one.lease().lease(), one.lease().fence(), one.lease().index()))
              .toList();
      int number = tasks.size();
      tasks.add(new Batch.Task(number, parts));
      Path own = folder.resolve(Integer.toString(number));
      Files.createDirectories(own);
      Set<String> files = new LinkedHashSet<>();
      for (HeldLease one : mine) {
        files.addAll(inputs(one, folder, inside, mark));
      }
      Files.writeString(own.resolve("task"), Task.of(mine.stream().map(HeldLease::lease).toList()));
      items.append(number).append(' ').append("task");
      files.forEach(file -> items.append(',').append(file));
      items.append('\n');
    }
    Files.writeString(folder.resolve("items"), items);
    Files.writeString(
        folder.resolve("submit"),
        submit(
            first.lease(),
            mark,
            portal,
            owner,
            inside + "/condor/" + mark,
            Math.min(perTask, leases.size()),
            tasks.size(),
            avoided));
    Batch batch = new Batch(mark, job, folder, tasks);
    batch.keep();
    return batch;
  }

  /** {@return the input files as the schedd finds them; pieces are cut out of their source} */
  private static List<String> inputs(HeldLease one, Path folder, String inside, String mark)
      throws IOException {
    List<String> paths = new ArrayList<>();
    for (FileRef input : one.lease().inputs()) {
      String sha256 = input.sha256();
      if (one.lease().index() < 0) {
        paths.add(inside + "/blobs/" + sha256.substring(0, 2) + "/" + sha256);
        continue;
      }
      JobPlan.Range range =
          one.plan()
              .input(one.lease().index(), sha256)
              .orElseThrow(() -> new IOException("input " + sha256 + " is lost"));
      if (range.start() == 0 && range.file().getFileName().toString().equals(sha256)) {
        paths.add(inside + "/inputs/" + sha256);
        continue;
      }
      Path piece = folder.resolve("chunks").resolve(sha256);
      if (!Files.exists(piece)) {
        try (FileChannel in = FileChannel.open(range.file(), StandardOpenOption.READ);
            FileChannel out =
                FileChannel.open(piece, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
          for (long done = 0; done < range.bytes(); ) {
            long more = in.transferTo(range.start() + done, range.bytes() - done, out);
            if (more <= 0) {
              throw new IOException(range.file() + " is shorter than it was");
            }
            done += more;
          }
        }
      }
      paths.add(inside + "/condor/" + mark + "/chunks/" + sha256);
    }
    return paths;
  }

  private static String submit(
      Lease lease,
      String mark,
      String portal,
      String owner,
      String inside,
      int perTask,
      int tasks,
      String avoided) {
    Limits limits = lease.limits();
    long memory = Math.max(1, limits.memoryBytes() >> 20);
    long disk = perTask * Math.max(1, limits.diskBytes() >> 10) + 10_240;
    long allowed = (long) Math.ceil(perTask * (limits.wallSeconds() + 10)) + 60;
    return """
    universe = vanilla
    executable = /usr/bin/true
    transfer_executable = False
    initialdir = %s/$(n)
    transfer_input_files = $(files)
    transfer_output_files = out%s
    should_transfer_files = YES
    when_to_transfer_output = ON_EXIT
    max_transfer_output_mb = %d
    request_cpus = %d
    request_memory = %d
    request_disk = %d
    allowed_execute_duration = %d
    job_lease_duration = %d
    periodic_hold = JobStatus == 2 && (MemoryUsage ?: 0) > RequestMemory
    periodic_hold_reason = "more memory than asked for"
    periodic_hold_subcode = %d
    notification = never
    batch_name = job %d of %s
    accounting_group_user = %s
    requirements = !stringListMember(split(TARGET.Machine, ".")[0], MY.%s)
    +%s = "%s"
    %s+%s = "%s"
    +%s = "%s"
    +LimitDirectoryAccess = "%s"
    want_io_proxy = %s
    +GridApplianceJob = %d
    %s    queue n, files from %s/items
    """
        .formatted(
            inside,
            perTask == 1 ? ", live.stdout, live.stderr" : "",
            (disk >> 10) + 1 + perTask * (limits.outputBytes() >> 19),
            limits.cpus(),
            memory,
            disk,
            allowed,
            Math.clamp(allowed, LEAST_LEASE, MOST_LEASE),
            HoldWords.MEMORY,
            lease.job(),
            safe(owner),
            safe(owner),
            Avoided.ATTRIBUTE,
            Avoided.ATTRIBUTE,
            avoided,
            tasks > AT_ONCE ? "max_materialize = " + AT_ONCE + "\n" : "",
            Batch.MARK,
            mark,
            Batch.PORTAL,
            portal,
            reach(lease, inside),
            bundle(lease) == null ? "False" : "True",
            lease.job(),
            lease.checkpoint() == null ? "" : CHECKPOINTS,
            inside);
  }

  /**
   * {@return the folders of ours that a machine reaches through HTCondor while it runs a job of
   * this cluster; without them it could read all that the portal's user can}
   */
  private static String reach(Lease lease, String inside) {
    Sandbox.Published bundle = bundle(lease);
    String job = inside.substring(0, inside.indexOf("/condor/"));
    return job + (bundle == null ? "" : ", " + BUNDLES + "/" + bundle.id());
  }

  private static Sandbox.@Nullable Published bundle(Lease lease) {
    Sandbox sandbox = lease.sandbox();
    return sandbox == null ? null : sandbox.bundle();
  }

  /** {@return a name that HTCondor's submit language takes as it is} */
  static String safe(String owner) {
    return owner.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
