/** What the benchmarks put in the envelope's place. */
@org.jspecify.annotations.NullMarked
package org.gridappliance.agent.envelope;
