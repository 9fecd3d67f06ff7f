package org.gridappliance.portal.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One operation as the contract has it.
 *
 * @param method lower case, as {@code get}
 * @param path with parameters in braces, below {@code /api/v1}
 * @param open needs no login
 * @param body what the JSON body must be; empty when the operation takes none
 * @param bodyRequired false when the body may be left out
 * @param answers what each status carries; empty for a status without a JSON body
 */
public record OperationSpec(
    String id,
    String method,
    String path,
    boolean open,
    List<Parameter> parameters,
    Optional<Checker> body,
    boolean bodyRequired,
    Map<Integer, Optional<Checker>> answers) {

  /**
   * A parameter of path, query or headers.
   *
   * @param in {@code path}, {@code query} or {@code header}
   * @param type of its schema, as {@code integer}
   */
  public record Parameter(String name, String in, boolean required, String type, Checker checker) {}

  /** {@return the path as a route of Vert.x Web, as {@code /jobs/:job}} */
  String route() {
    return path.replace("{", ":").replace("}", "");
  }
}
