package org.gridappliance.portal.owner;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on {@code DATA/run/owner.sock}, mode 0600 in a folder of mode 0700: who can open it owns
 * the data folder. One line in, one line out, one call at a time:
 *
 * <pre>
 * admin-link   → ok LINK   a fresh one-time link that makes an administrator
 * snapshot     → ok FILE   a consistent copy of the database under DATA/tmp, the caller's to delete
 *              → no REASON
 * </pre>
 */
public final class OwnerDoor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OwnerDoor.class);
  private static final int BACKLOG = 8;

  private final Path socket;
  private final ServerSocketChannel server;
  private final Path scratch;
  private final DataSource db;
  private final Callable<String> adminLink;

  private OwnerDoor(
      Path socket,
      ServerSocketChannel server,
      Path scratch,
      DataSource db,
      Callable<String> adminLink) {
    this.socket = socket;
    this.server = server;
    this.scratch = scratch;
    this.db = db;
    this.adminLink = adminLink;
  }

  /**
   * Opens the door and serves it on a thread of its own.
   *
   * @param data the data folder, held by this portal
   * @param adminLink makes a fresh one-time link
   */
  public static OwnerDoor open(Path data, DataSource db, Callable<String> adminLink)
      throws IOException {
    Path socket = data.resolve("run/owner.sock");
    Files.deleteIfExists(socket); // of a portal that was killed: the folder's lock is ours
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket), BACKLOG);
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    OwnerDoor door = new OwnerDoor(socket, server, data.resolve("tmp"), db, adminLink);
    Thread.ofPlatform().daemon().name("owner-door").start(door::serve);
    return door;
  }

  private void serve() {
    while (server.isOpen()) {
      try (SocketChannel caller = server.accept()) {
        serve(caller);
      } catch (AsynchronousCloseException e) {
        return; // closed: the portal stops
      } catch (IOException e) {
        log.warn("owner's call broke off error={}", e.getMessage());
      }
    }
  }

  private void serve(SocketChannel caller) throws IOException {
    BufferedReader in = new BufferedReader(Channels.newReader(caller, StandardCharsets.UTF_8), 256);
    String request = in.readLine();
    String answer = request == null ? "no request" : answer(request);
    caller.write(StandardCharsets.UTF_8.encode(answer.replace('\n', ' ') + "\n"));
  }

  private String answer(String request) {
    try {
      return switch (request) {
        case "admin-link" -> "ok " + adminLink.call();
        case "snapshot" -> "ok " + Snapshot.take(db, scratch);
        default -> "no such request; want admin-link or snapshot";
      };
    } catch (SQLException | IOException e) {
      log.warn("owner's call failed request={} error={}", request, e.getMessage());
      return "no " + e.getMessage();
    } catch (Exception e) { // a Callable declares it; the caller is told, the door stays open
      log.error("owner's call failed request={}", request, e);
      return "no " + e;
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      log.warn("owner's door did not close error={}", e.getMessage());
    }
  }
}
