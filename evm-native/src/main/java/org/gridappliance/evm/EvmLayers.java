package org.gridappliance.evm;

/**
 * What of the containment this machine gives.
 *
 * @param portalPid pid on the host of the sandbox's pid 1
 * @param landlockAbi version of Landlock, 1..
 * @param cgroupVersion 2, 1, or 0: limits by rlimits and supervision only
 * @param cgroupReason why there is no control group; empty with one
 */
public record EvmLayers(int portalPid, int landlockAbi, int cgroupVersion, String cgroupReason) {}
