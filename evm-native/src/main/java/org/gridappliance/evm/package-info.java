/**
 * The Java door of the Entropia virtual machine, which runs unmodified programs under full system
 * call mediation. Knows nothing of the other modules.
 */
@NullMarked
package org.gridappliance.evm;

import org.jspecify.annotations.NullMarked;
