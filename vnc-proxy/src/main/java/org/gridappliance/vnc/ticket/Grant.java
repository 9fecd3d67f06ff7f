package org.gridappliance.vnc.ticket;

import io.vertx.core.net.SocketAddress;

/**
 * What a ticket opens.
 *
 * @param user who asked for it, for the log
 * @param desktop the desktop's id, for the log
 * @param viewOnly the viewer may look and nothing else
 * @param upstream the RFB server, normally a Unix socket of mode 0600
 */
public record Grant(String user, String desktop, boolean viewOnly, SocketAddress upstream) {}
