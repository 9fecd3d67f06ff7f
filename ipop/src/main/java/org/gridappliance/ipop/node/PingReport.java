package org.gridappliance.ipop.node;

import java.util.List;
import org.gridappliance.ipop.wire.Address;

/**
 * What the ping test of thesis §5.1.2 has found from this node.
 *
 * @param runs finished since the start
 * @param running whether one is under way
 * @param pairsByLost of all runs: nodes that lost none, one, two, all of three echoes (Table 5-1)
 * @param finishedSeconds when the last run ended, since 1970; 0: none has
 * @param sampled whether the last run took nodes at random, because there are too many
 * @param rows the last run
 */
public record PingReport(
    long runs,
    boolean running,
    List<Long> pairsByLost,
    long finishedSeconds,
    boolean sampled,
    List<Row> rows) {

  /**
   * One node's echoes.
   *
   * @param lost 0..3
   * @param millis the quickest answer's; -1 without any
   */
  public record Row(Address address, int lost, long millis) {}

  /** Only the figures, for a status that is asked for often. */
  public PingReport withoutRows() {
    return new PingReport(runs, running, pairsByLost, finishedSeconds, sampled, List.of());
  }
}
