/** What the pump asks of a protocol: to look at the bytes each way before they go on. */
@NullMarked
package org.gridappliance.vnc.dialect;

import org.jspecify.annotations.NullMarked;
