package org.gridappliance.jobs.condor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.Limits;
import org.gridappliance.jobs.lease.Sandbox;

/**
 * What a worker's {@code job-wrapper.sh} is to do, as it reads it: records, each the number of its
 * words, then the words, each ended by a zero byte. Which there are stands at that script's head.
 */
final class Task {
  private static final long OPEN_FILES = 4096;
  private static final long SMALLEST_FILE = 4096;
  private static final long LEAST_FILES = 1000;
  private static final long MOST_FILES = 1_000_000;
  private static final long LEAST_TMP_BYTES = 64L << 20;

  private Task() {}

  /** {@return the text for subjobs of one job, to be run one after the other} */
  static String of(List<Lease> leases) {
    StringBuilder text = new StringBuilder();
    Sandbox sandbox = leases.getFirst().sandbox();
    if (sandbox != null) {
      Sandbox.Published bundle = sandbox.bundle();
      if (bundle != null) {
        add(text, "bundle", bundle.id(), bundle.signature(), bundle.key());
      }
      sandbox.allow().forEach(word -> add(text, "allow", word));
    }
    leases.forEach(lease -> subjob(text, lease));
    return text.toString();
  }

  private static void subjob(StringBuilder text, Lease lease) {
    add(text, "subjob", Integer.toString(lease.index()));
    limits(lease.limits()).forEach((name, value) -> add(text, "limit", name, value.toString()));
    lease.inputs().forEach(input -> add(text, "input", input.path(), input.sha256()));
    add(text, "variable", "OMP_NUM_THREADS=" + lease.limits().cpus());
    lease
        .environment()
        .forEach(
            (name, value) -> {
              if (!name.isEmpty() && !name.contains("=")) {
                add(text, "variable", name + "=" + value);
              }
            });
    List<String> state = lease.checkpoint();
    if (state != null) {
      state.forEach(glob -> add(text, "checkpoint", glob));
    }
    lease.outputs().forEach(glob -> add(text, "output", glob));
    List<String> run = new ArrayList<>(lease.command());
    run.addFirst("run");
    add(text, run.toArray(String[]::new));
  }

  /** {@return evm-run's limits, as an executor of the first pool sets them} */
  private static Map<String, Long> limits(Limits l) {
    Map<String, Long> all = new LinkedHashMap<>();
    all.put("wall-ms", Math.max(1, Math.round(l.wallSeconds() * 1000)));
    all.put("memory-bytes", l.memoryBytes());
    all.put("processes", (long) l.processes());
    all.put("open-files", OPEN_FILES);
    all.put("file-bytes", Math.max(l.diskBytes(), l.outputBytes()) + (1L << 20));
    all.put("disk-bytes", Math.max(SMALLEST_FILE, l.diskBytes()));
    all.put("disk-files", Math.clamp(l.diskBytes() / SMALLEST_FILE, LEAST_FILES, MOST_FILES));
    all.put("tmp-bytes", Math.max(LEAST_TMP_BYTES, l.memoryBytes() / 2));
    all.put("output-bytes", l.outputBytes());
    return all;
  }

  private static void add(StringBuilder text, String... words) {
    text.append(words.length).append('\0');
    for (String word : words) {
      if (word.indexOf('\0') >= 0) { // what follows would be words of its own
        throw new IllegalArgumentException(
            "\"" + word.replace('\0', '?') + "\": want no zero byte in a job");
      }
      text.append(word).append('\0');
    }
  }
}
