@NullMarked
package org.gridappliance.evm;

import org.jspecify.annotations.NullMarked;
