package org.gridappliance.portal.security;

import io.vertx.core.http.HttpMethod;
import java.util.EnumSet;
import java.util.Set;
import org.gridappliance.portal.people.Scope;

/** Which scopes of a token open a path of the API; one of them suffices. Pure. */
final class Rights {
  private static final Set<Scope> ANY = EnumSet.allOf(Scope.class);

  private Rights() {}

  /**
   * {@return the scopes that open a path; never empty}
   *
   * @param path below {@code /api/v1}, as {@code /jobs/7}
   */
  static Set<Scope> needed(HttpMethod method, String path) {
    boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
    String first = path.substring(1).split("/", 2)[0];
    return switch (first) {
      case "session", "openapi.yaml" -> ANY;
      case "apps", "removed-apps", "jobs", "triggers", "workflows", "events" ->
          reads || path.equals("/jobs/estimate")
              ? EnumSet.of(Scope.JOBS, Scope.JOBS_READ)
              : EnumSet.of(Scope.JOBS);
      case "nodes", "machines", "pool" ->
          reads
              ? EnumSet.of(Scope.POOL, Scope.JOBS, Scope.JOBS_READ)
              // nor one of HTCondor's, which are valid for a year
              : EnumSet.of(path.startsWith("/pool/condor") ? Scope.ADMIN : Scope.POOL);
      case "overlay" -> EnumSet.of(Scope.POOL); // where machines stand is told to nobody else
      case "files",
          "uploads",
          "shared",
          "shares",
          "archive",
          "search",
          "file-operations",
          "trash",
          "versions" ->
          reads ? EnumSet.of(Scope.FILES, Scope.FILES_READ) : EnumSet.of(Scope.FILES);
      // a token must not make a password that outlives it
      case "storage" -> reads ? EnumSet.of(Scope.FILES, Scope.FILES_READ) : EnumSet.of(Scope.ADMIN);
      default -> EnumSet.of(Scope.ADMIN);
    };
  }
}
