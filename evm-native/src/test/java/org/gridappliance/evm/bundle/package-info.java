@NullMarked
package org.gridappliance.evm.bundle;

import org.jspecify.annotations.NullMarked;
