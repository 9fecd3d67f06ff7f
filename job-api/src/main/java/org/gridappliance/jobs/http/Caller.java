package org.gridappliance.jobs.http;

import java.nio.file.Path;

/**
 * The person on whose behalf a request runs, as the portal established it. Immutable.
 *
 * @param name the account's name, the owner of what the request makes
 * @param administrator may see and act on everybody's jobs
 * @param poolAdmin may add and remove nodes
 * @param mayWrite false for a token whose scope only reads
 * @param author may make applications, and publish those that he is an author of
 * @param home the folder that holds the person's files; file inputs are resolved beneath it
 */
public record Caller(
    String name,
    boolean administrator,
    boolean poolAdmin,
    boolean mayWrite,
    boolean author,
    Path home) {

  /** One who makes no applications. */
  public Caller(
      String name, boolean administrator, boolean poolAdmin, boolean mayWrite, Path home) {
    this(name, administrator, poolAdmin, mayWrite, false, home);
  }
}
