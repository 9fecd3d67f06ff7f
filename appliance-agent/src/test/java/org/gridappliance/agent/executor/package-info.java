/** The executor against a small portal that speaks the lease protocol over real sockets. */
@NullMarked
package org.gridappliance.agent.executor;

import org.jspecify.annotations.NullMarked;
