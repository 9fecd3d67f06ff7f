/**
 * {@code ./appliance bench NAME}: us and the peers in one interleaved run, medians and ratios,
 * never a verdict. Read {@link org.gridappliance.tests.bench.BenchMain} first.
 */
@NullMarked
package org.gridappliance.tests.bench;

import org.jspecify.annotations.NullMarked;
