package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * Addresses and limits that both ends of the lease protocol share.
 *
 * <p>One subjob, seen by an executor: {@link LeaseRequest} → {@link Lease} → inputs fetched by hash
 * → the command runs, {@link Heartbeat} every {@link Lease#heartbeatSeconds()}, output appended by
 * offset → output files put by hash → {@link SubjobResult}. Every request carries {@code
 * Authorization: Bearer} with the executor's own token.
 */
public final class LeaseProtocol {
  /** Where the API is mounted. */
  public static final String BASE = "/api/v1";

  public static final String ENROL = BASE + "/executors/enrol";
  public static final String LEASES = BASE + "/executors/leases";
  public static final String HEARTBEAT = BASE + "/executors/heartbeat";
  public static final String RESULTS = BASE + "/executors/results";

  /**
   * A WebSocket that an executor keeps open. The portal sends an {@link Opening} in a text frame
   * for each person who wants to see into a lease; the executor answers by a WebSocket of its own
   * at {@link #channel}, which carries that person's bytes.
   */
  public static final String LINE = BASE + "/executors/line";

  /** The program's windows, as RFB. */
  public static final String VNC = "vnc";

  /** A shell beside the program, as frames of a terminal keeper. */
  public static final String TERMINAL = "terminal";

  /** The most channels to one executor at once. */
  public static final int MAX_CHANNELS = 64;

  /** The most leases in one answer and results in one request. */
  public static final int MAX_BATCH = 256;

  /** The most leases one heartbeat may name. */
  public static final int MAX_HEARTBEAT_LEASES = 4096;

  /** The longest that a request for work may wait, in seconds. */
  public static final int MAX_WAIT_SECONDS = 30;

  /** Characters of output that may travel inside a result instead of as a file. */
  public static final int MAX_INLINE_OUTPUT = 65_536;

  /** Output files that one result may name. */
  public static final int MAX_OUTPUTS = 10_000;

  /** The index of a job's merge among its subjobs. */
  public static final int MERGE_INDEX = -1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .serializationInclusion(JsonInclude.Include.NON_NULL)
          .build();

  private LeaseProtocol() {}

  /** {@return how these records are written and read; unknown members are skipped} */
  public static JsonMapper json() {
    return JSON;
  }

  /** {@return the address of an input or output file of a lease} */
  public static String file(String lease, String sha256) {
    return LEASES + "/" + lease + "/files/" + sha256;
  }

  /** {@return the address at which an executor brings the bytes of an {@link Opening}} */
  public static String channel(Opening opening) {
    return LEASES
        + "/"
        + opening.lease()
        + "/channels/"
        + opening.channel()
        + "?fence="
        + opening.fence();
  }

  /**
   * {@return the address to append live output to}
   *
   * @param stream {@code stdout} or {@code stderr}
   * @param offset bytes sent so far, the place of the first byte of the body
   */
  public static String output(String lease, String stream, long fence, long offset) {
    return LEASES + "/" + lease + "/output/" + stream + "?fence=" + fence + "&offset=" + offset;
  }
}
