/** Settings alone; the real overlay is in {@code tests}. */
@NullMarked
package org.gridappliance.agent.overlay;

import org.jspecify.annotations.NullMarked;
