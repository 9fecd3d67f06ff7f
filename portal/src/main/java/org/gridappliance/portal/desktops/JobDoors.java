package org.gridappliance.portal.desktops;

import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.gridappliance.jobs.JobApi;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.pool.Seat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what runs on an executor look like a desktop of this machine: a Unix socket for each lease
 * that somebody looks into. Who connects to it is joined to a channel that the executor opens
 * ({@link org.gridappliance.jobs.serve.Lines}); bytes go both ways with back-pressure. When a lease
 * is held no longer its socket is closed and who was connected is cut. Thread-safe.
 */
final class JobDoors implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JobDoors.class);
  private static final int MOST = 1000;
  private static final long LOOK_MILLIS = 1000;
  private static final int QUEUE = 256 << 10;

  private final Vertx vertx;
  private final Path folder;
  private final JobApi jobs;
  private final Map<String, Door> doors = new HashMap<>();
  private final long timer;
  private long made;

  private record Door(Seat.Place place, Path socket, NetServer server, Set<NetSocket> open) {}

  /**
   * @param folder for the sockets; made, for this account alone, and emptied
   */
  JobDoors(Vertx vertx, Path folder, JobApi jobs) {
    this.vertx = vertx;
    this.folder = folder;
    this.jobs = jobs;
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      try (var old = Files.newDirectoryStream(folder)) {
        for (Path socket : old) {
          Files.delete(socket);
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    timer = vertx.setPeriodic(LOOK_MILLIS, t -> look());
  }

  /**
   * {@return the socket that leads to a lease's windows or terminal} Blocks for a moment.
   *
   * @param kind as in the lease protocol
   */
  synchronized Path socket(Seat.Place place, String kind) {
    String key = place.lease() + "/" + place.fence() + "/" + kind;
    Door known = doors.get(key);
    if (known != null) {
      return known.socket;
    }
    if (doors.size() >= MOST) {
      throw new Problem(503, "Busy", MOST + " jobs are being looked into; try again later");
    }
    Path socket = folder.resolve(Long.toString(++made, Character.MAX_RADIX));
    Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    NetServer server =
        vertx
            .createNetServer()
            .connectHandler(viewer -> join(viewer, place, kind, open))
            .exceptionHandler(e -> log.debug("door: {}", e.getMessage()));
    try {
      server
          .listen(SocketAddress.domainSocketAddress(socket.toString()))
          .toCompletionStage()
          .toCompletableFuture()
          .get(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(503, "Stopping", "the portal stops; try again in a few seconds");
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new Problem(503, "No way in", "the socket " + socket + " cannot be made: " + e);
    }
    doors.put(key, new Door(place, socket, server, open));
    return socket;
  }

  private void join(NetSocket viewer, Seat.Place place, String kind, Set<NetSocket> open) {
    viewer.pause();
    viewer.setWriteQueueMaxSize(QUEUE);
    open.add(viewer);
    viewer.closeHandler(closed -> open.remove(viewer));
    jobs.lines()
        .open(vertx, place, kind)
        .onFailure(
            e -> {
              log.info("no channel lease={} kind={}: {}", place.lease(), kind, e.getMessage());
              hangUp(viewer);
            })
        .onSuccess(channel -> pipe(viewer, channel, open));
  }

  private static void pipe(NetSocket viewer, ServerWebSocket channel, Set<NetSocket> open) {
    channel.closeHandler(closed -> hangUp(viewer));
    viewer.closeHandler(
        closed -> {
          open.remove(viewer);
          channel.close().onFailure(e -> log.debug("close: {}", e.getMessage()));
        });
    if (!open.contains(viewer)) { // it left meanwhile
      channel.close().onFailure(e -> log.debug("close: {}", e.getMessage()));
      return;
    }
    viewer.pipeTo(channel).onFailure(e -> log.debug("to executor: {}", e.getMessage()));
    channel.pipeTo(viewer).onFailure(e -> log.debug("from executor: {}", e.getMessage()));
  }

  private static void hangUp(NetSocket viewer) {
    viewer.close().onFailure(e -> log.debug("close: {}", e.getMessage()));
  }

  /** Cuts those whose lease another holds by now, or nobody. */
  private synchronized void look() {
    doors
        .values()
        .removeIf(
            door -> {
              if (jobs.seats().isHeld(door.place.lease(), door.place.fence())) {
                return false;
              }
              shut(door);
              return true;
            });
  }

  private static void shut(Door door) {
    door.server.close().onFailure(e -> log.debug("door: {}", e.getMessage()));
    door.open.forEach(JobDoors::hangUp);
    try {
      Files.deleteIfExists(door.socket);
    } catch (IOException e) { // the folder is emptied at the next start
      log.debug("door: {}", e.getMessage());
    }
  }

  @Override
  public synchronized void close() {
    vertx.cancelTimer(timer);
    doors.values().forEach(JobDoors::shut);
    doors.clear();
  }
}
