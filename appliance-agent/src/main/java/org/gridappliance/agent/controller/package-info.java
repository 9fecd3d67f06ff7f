/**
 * The Desktop Controller (Entropia §4.3): looks once a second at what this machine's owner does and
 * holds the jobs back accordingly. Main path: {@link org.gridappliance.agent.controller.Controller}
 * takes a {@code Reading} from {@code Signals}, asks {@code Rules} whether jobs may run at all and
 * {@code Share} how much of the machine they may have, and tells the executor.
 */
@NullMarked
package org.gridappliance.agent.controller;

import org.jspecify.annotations.NullMarked;
