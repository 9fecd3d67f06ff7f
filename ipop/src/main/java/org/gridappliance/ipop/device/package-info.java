/** The virtual network device: frames from and to the machine's own IP stack. */
@NullMarked
package org.gridappliance.ipop.device;

import org.jspecify.annotations.NullMarked;
