package org.gridappliance.jobs;

/**
 * Where this module reports who did what, for the portal's audit log. Called on the request's
 * virtual thread after the deed is on disk; must not throw.
 */
@FunctionalInterface
public interface JobAudit {
  /**
   * Notes one deed.
   *
   * @param actor the account's name, or {@code node:NAME} for an executor
   * @param action in the past tense: {@code job.submitted}, {@code job.cancelled}, {@code
   *     job.deleted}, {@code node.join-token-made}, {@code node.joined}, {@code node.removed}
   * @param object as {@code job 17} or {@code node lab-3}
   * @param remoteAddress where the request came from
   */
  void note(String actor, String action, String object, String remoteAddress);
}
