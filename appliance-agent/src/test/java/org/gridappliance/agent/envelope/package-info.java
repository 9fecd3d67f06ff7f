/** The envelope, tried from inside with real programs. */
@NullMarked
package org.gridappliance.agent.envelope;

import org.jspecify.annotations.NullMarked;
