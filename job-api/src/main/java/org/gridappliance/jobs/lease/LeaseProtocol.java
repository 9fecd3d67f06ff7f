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
