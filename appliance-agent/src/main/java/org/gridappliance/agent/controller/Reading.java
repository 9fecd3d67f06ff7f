package org.gridappliance.agent.controller;

import java.time.Duration;
import java.time.LocalDateTime;
import org.jspecify.annotations.Nullable;

/**
 * What the machine's owner does, at one moment.
 *
 * @param at local time
 * @param idle since the last key or mouse movement; null when nothing here can tell
 * @param idleSource what tells, for people
 * @param foreignCpu what programs other than jobs use of all processors since the last reading,
 *     0..1
 * @param memoryPressure part of the last 10 s that some process waited for memory, percent; 0 where
 *     the kernel does not say
 * @param ioPressure the same for disks
 * @param swapIn pages a second that came back from swap since the last reading
 * @param onBattery whether no mains is connected
 * @param exclusive the first of the owner's exclusive programs that runs; null for none
 */
record Reading(
    LocalDateTime at,
    @Nullable Duration idle,
    String idleSource,
    double foreignCpu,
    double memoryPressure,
    double ioPressure,
    double swapIn,
    boolean onBattery,
    @Nullable String exclusive) {}
