package org.gridappliance.jobs.lease;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What the portal says of how a machine is shared; the answer to a {@link SharingReport}.
 *
 * @param group whose policy bounds it
 * @param bounds that policy; null when the group has none
 * @param revision of {@code rules}; 0 for none
 * @param rules what its owner set on the portal; null when nothing was ever set there
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SharingOrders(
    String group, @Nullable Sharing bounds, long revision, @Nullable Sharing rules) {}
