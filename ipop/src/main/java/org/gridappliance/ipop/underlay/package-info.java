/** The network underneath: datagrams to and from endpoints. */
@NullMarked
package org.gridappliance.ipop.underlay;

import org.jspecify.annotations.NullMarked;
