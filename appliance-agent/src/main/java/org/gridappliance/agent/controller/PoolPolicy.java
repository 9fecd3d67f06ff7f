package org.gridappliance.agent.controller;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.gridappliance.agent.controller.Controller.Bounder;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Sharing;
import org.gridappliance.jobs.lease.SharingOrders;
import org.gridappliance.jobs.lease.SharingReport;
import org.jspecify.annotations.Nullable;

/**
 * What the portal says of how this machine is shared: the pool's bounds for its group, kept in
 * {@code DATA/executor/policy.json} so that they hold while the portal is away, and rules that the
 * owner set there, which are taken once. {@link #told} is called by one thread.
 */
public final class PoolPolicy {
  private static final System.Logger LOG = System.getLogger(PoolPolicy.class.getName());

  /**
   * What is kept.
   *
   * @param revision of the owner's rules taken last from the portal; 0 for none
   */
  record Kept(String group, @Nullable Sharing bounds, long revision) {}

  private final Path file;
  private final Controller controller;
  private volatile Kept kept;
  private volatile @Nullable String refused;

  /**
   * Reads what was said last.
   *
   * @param folder where {@code policy.json} is kept
   */
  public static PoolPolicy open(Path folder, Controller controller) throws IOException {
    Path file = folder.resolve("policy.json");
    Kept kept = new Kept("", null, 0);
    if (Files.exists(file)) {
      try {
        kept = LeaseProtocol.json().readValue(file.toFile(), Kept.class);
      } catch (JacksonException e) {
        throw new IOException(
            file
                + " is damaged ("
                + e.getOriginalMessage()
                + "); remove it: the portal tells it"
                + " again",
            e);
      }
    }
    return new PoolPolicy(file, controller, kept);
  }

  private PoolPolicy(Path file, Controller controller, Kept kept) {
    this.file = file;
    this.controller = controller;
    this.kept = kept;
    controller.bound(Bounder.PORTAL, kept.group(), kept.bounds());
  }

  /** Takes {@link SharingOrders}; what cannot be understood or kept is logged, and told. */
  public void told(JsonNode words) {
    try {
      SharingOrders orders = LeaseProtocol.json().treeToValue(words, SharingOrders.class);
      if (!words.path("group").isTextual()) {
        throw new IOException("it names no group");
      }
      Kept next = new Kept(orders.group(), orders.bounds(), orders.revision());
      Sharing rules = orders.rules();
      if (rules != null && orders.revision() != kept.revision()) {
        take(rules);
      }
      if (!next.equals(kept)) {
        keep(next);
        kept = next;
        controller.bound(Bounder.PORTAL, next.group(), next.bounds());
      }
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "What the portal says of sharing is not taken: {0}",
          String.valueOf(e.getMessage()));
    }
  }

  private void take(Sharing rules) throws IOException {
    try {
      controller.adopt(rules);
      refused = null;
    } catch (Sharing.Wrong e) {
      refused = String.valueOf(e.getMessage());
    }
  }

  private void keep(Kept next) throws IOException {
    Path fresh = file.resolveSibling("policy.json.new");
    Files.write(fresh, LeaseProtocol.json().writeValueAsBytes(next));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** {@return what to tell the portal; empty in the controller's first second} */
  public Optional<SharingReport> report() {
    return controller
        .state()
        .map(
            now ->
                new SharingReport(
                    kept.revision(),
                    refused,
                    controller.sharing(),
                    now.paused(),
                    now.pausedSeconds(),
                    now.percent(),
                    now.idleSeconds(),
                    now.idleSource(),
                    now.foreignCpuPercent(),
                    now.onBattery()));
  }
}
