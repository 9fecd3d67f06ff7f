package org.gridappliance.vnc.ticket;

import io.vertx.core.net.SocketAddress;

/**
 * What a ticket opens.
 *
 * @param user who asked for it, for the log
 * @param desktop the desktop's id, for the log
 * @param viewOnly the viewer may look and nothing else
 * @param upstream the server, normally a Unix socket that only we may connect to
 * @param share by whose leave, so that it can be cut when that is taken back; empty for the owner
 */
public record Grant(
    String user, String desktop, boolean viewOnly, SocketAddress upstream, String share) {

  /** The owner's own. */
  public Grant(String user, String desktop, boolean viewOnly, SocketAddress upstream) {
    this(user, desktop, viewOnly, upstream, "");
  }
}
