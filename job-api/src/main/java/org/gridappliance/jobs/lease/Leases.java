package org.gridappliance.jobs.lease;

import java.util.List;

/** The answer to a {@link LeaseRequest}: 0..{@code max} leases. */
public record Leases(List<Lease> leases) {}
