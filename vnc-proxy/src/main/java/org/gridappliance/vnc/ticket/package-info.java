/** One-time, short-lived permissions to open one desktop. */
@NullMarked
package org.gridappliance.vnc.ticket;

import org.jspecify.annotations.NullMarked;
