/**
 * This machine as a member of the secure pool: its certificate, strongSwan's charon, the firewall
 * that lets nothing of the overlay pass unprotected. Read {@link
 * org.gridappliance.agent.ipsec.Ipsec} first.
 */
@NullMarked
package org.gridappliance.agent.ipsec;

import org.jspecify.annotations.NullMarked;
