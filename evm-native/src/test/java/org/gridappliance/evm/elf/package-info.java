@NullMarked
package org.gridappliance.evm.elf;

import org.jspecify.annotations.NullMarked;
