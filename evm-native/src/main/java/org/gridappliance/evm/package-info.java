/**
 * The Java door of the Entropia virtual machine, which runs unmodified Linux programs contained:
 * {@link org.gridappliance.evm.EvmRun} starts one from an {@link org.gridappliance.evm.EvmSpec} and
 * hands back an {@link org.gridappliance.evm.EvmResult}. What contains is the C launcher {@code
 * evm-run}; nothing here is trusted with it. Knows nothing of the other modules. First file to
 * read: EvmRun.
 */
@NullMarked
package org.gridappliance.evm;

import org.jspecify.annotations.NullMarked;
