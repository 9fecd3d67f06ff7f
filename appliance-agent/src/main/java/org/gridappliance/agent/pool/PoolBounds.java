package org.gridappliance.agent.pool;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gridappliance.jobs.lease.GroupPolicies;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sharing;
import org.jspecify.annotations.Nullable;

/**
 * What the policy of HTCondor's pool bounds this machine by. It is asked of the collector every
 * {@value #EVERY_SECONDS} s and kept as {@code bounds.json}, so that it holds while the manager is
 * away; it ends when the machine leaves that pool. One thread.
 */
final class PoolBounds {
  static final int EVERY_SECONDS = 20;

  private static final System.Logger LOG = System.getLogger(PoolBounds.class.getName());

  /**
   * What is kept.
   *
   * @param manager of whose pool
   */
  record Kept(String manager, String group, @Nullable Sharing bounds) {}

  private final Path file;
  private final Condor.Bounded taker;
  private Kept kept = new Kept("", "", null);

  PoolBounds(PoolFolders folders, Condor.Bounded taker) {
    this.file = folders.root().resolve("bounds.json");
    this.taker = taker;
  }

  /**
   * Takes up what held last, where this machine is still of that pool.
   *
   * @param manager of the pool that this machine works for; empty for none
   */
  void begin(String manager) throws IOException {
    String text = PoolFolders.text(file);
    Kept known = new Kept("", "", null);
    try {
      if (!text.isEmpty()) {
        known = LeaseProtocol.json().readValue(text, Kept.class);
      }
    } catch (JacksonException e) {
      throw new IOException(file + " is damaged (" + e.getOriginalMessage() + "); remove it", e);
    }
    if (!known.manager().equals(manager)) {
      known = new Kept(manager, "", null);
      Files.deleteIfExists(file);
    }
    kept = known;
    taker.bound(kept.group(), kept.bounds());
  }

  /**
   * Takes what the collector tells; what cannot be understood is logged, and what held holds.
   *
   * @param own this machine's address
   * @param said see {@link GroupBounds#told}
   */
  void told(String own, String said) {
    try {
      GroupPolicies policies = GroupBounds.told(said);
      Kept next = new Kept(kept.manager(), policies.group(own), policies.bounds(own).orElse(null));
      if (!next.equals(kept)) {
        PoolFolders.write(
            file, LeaseProtocol.json().writeValueAsString(next) + "\n", "rw-------", 0);
        kept = next;
        taker.bound(next.group(), next.bounds());
      }
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "What the pool''s manager says of its policy is not taken: {0}",
          String.valueOf(e.getMessage()));
    }
  }
}
