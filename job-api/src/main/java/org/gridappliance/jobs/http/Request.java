package org.gridappliance.jobs.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A validated request of one operation. Immutable.
 *
 * @param caller who asks; null only for operations with {@code security: []}
 * @param bearer the token of the {@code Authorization: Bearer} header, for the executors' own
 *     operations; null when there is none
 * @param path path parameters by name, decoded
 * @param query query parameters by name, decoded, the first of each
 * @param headers of those that the contract names for the operation, by the contract's name
 * @param body the JSON body, a missing node when there is none
 * @param remoteAddress the client's address, for the audit log
 */
public record Request(
    @Nullable Caller caller,
    @Nullable String bearer,
    Map<String, String> path,
    Map<String, String> query,
    Map<String, String> headers,
    JsonNode body,
    String remoteAddress) {

  /**
   * {@return the caller}
   *
   * @throws Problem 401 when nobody is logged in
   */
  public Caller requireCaller() {
    if (caller == null) {
      throw new Problem(401, "Not logged in", "log in, or send Authorization: Bearer <token>");
    }
    return caller;
  }

  /** {@return a path parameter that the contract requires} */
  public String path(String name) {
    String value = path.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the contract names no path parameter " + name);
    }
    return value;
  }

  /** {@return a numeric path parameter that the contract requires and has checked} */
  public long pathLong(String name) {
    return Long.parseLong(path(name));
  }

  /** {@return a query parameter, when sent} */
  public Optional<String> query(String name) {
    return Optional.ofNullable(query.get(name));
  }

  /** {@return a numeric query parameter, or the contract's default} */
  public long queryLong(String name, long byDefault) {
    String value = query.get(name);
    return value == null ? byDefault : Long.parseLong(value);
  }

  /** {@return a header that the contract names, when sent} */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
