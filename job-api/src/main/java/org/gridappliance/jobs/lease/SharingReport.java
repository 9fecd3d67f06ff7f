package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * How a machine is shared now, told by its agent with every heartbeat; its owner sees it on a page.
 *
 * @param revision of the rules that it took last from the portal; 0 for none
 * @param refused why it did not take those; null when it did
 * @param sharing its owner's rules, before the pool's policy tightens them
 * @param paused why jobs are paused; null while they may run
 * @param percent the share of the processors that jobs may have
 * @param idleSeconds since somebody touched it; null when nothing can tell
 * @param idleSource what tells
 * @param foreignCpuPercent what other programs use of all processors
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SharingReport(
    long revision,
    @Nullable String refused,
    Sharing sharing,
    @Nullable String paused,
    long pausedSeconds,
    int percent,
    @Nullable Long idleSeconds,
    @Nullable String idleSource,
    int foreignCpuPercent,
    boolean onBattery) {}
