package org.gridappliance.portal.desktops;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gridappliance.jobs.JobApi;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.pool.Seat;
import org.jspecify.annotations.Nullable;

/**
 * The windows of interactive jobs and the terminals inside running subjobs, as desktops: {@code
 * job-17-0} and {@code job-17-0-terminal}. Whoever asks checks whose they are. Thread-safe.
 */
public final class JobDesktops implements AutoCloseable {
  private static final Pattern ID = Pattern.compile("job-(\\d{1,12})-(\\d{1,6})(-terminal)?");

  private final JobApi jobs;
  private final JobDoors doors;

  /**
   * @param folder for sockets of this account's own
   */
  public JobDesktops(Vertx vertx, Path folder, JobApi jobs) {
    this.jobs = jobs;
    this.doors = new JobDoors(vertx, folder, jobs);
  }

  /** {@return whether an id is of this kind} */
  static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  /** {@return the windows that a person has waiting or running} */
  List<AgentDesktop> of(String owner) {
    return jobs.seats().interactive(owner).stream()
        .map(seat -> desktop(seat, false, null))
        .toList();
  }

  /** {@return one of them, without its socket} */
  Optional<AgentDesktop> find(String id) {
    Matcher matcher = ID.matcher(id);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean terminal = matcher.group(3) != null;
    return seat(matcher)
        .filter(seat -> terminal || seat.interactive() != null || seat.ended() != null)
        .map(seat -> desktop(seat, terminal, null));
  }

  /** {@return the same with its socket where it can be reached now} Blocks for a moment. */
  AgentDesktop opened(AgentDesktop desktop) {
    Matcher matcher = ID.matcher(desktop.id());
    boolean terminal = desktop.isTerminal();
    return matcher.matches()
        ? seat(matcher)
            .map(seat -> desktop(seat, terminal, socket(seat.place(), terminal)))
            .orElse(desktop)
        : desktop;
  }

  private Optional<Seat> seat(Matcher id) {
    return jobs.seat(Long.parseLong(id.group(1)), Integer.parseInt(id.group(2)));
  }

  private String socket(Seat.@Nullable Place place, boolean terminal) {
    if (place == null || !place.started() || !jobs.lines().isOpen(place.node())) {
      return "";
    }
    String kind = terminal ? LeaseProtocol.TERMINAL : LeaseProtocol.VNC;
    return doors.socket(place, kind).toString();
  }

  /**
   * Has an interactive program end; its files are kept as results.
   *
   * @throws Problem 409 when it has ended, or for a terminal
   */
  void stop(String id) {
    Matcher matcher = ID.matcher(id);
    if (!matcher.matches() || matcher.group(3) != null) {
      throw Problem.conflict("a terminal in a job ends with its subjob, or when you type exit");
    }
    jobs.finish(Long.parseLong(matcher.group(1)));
  }

  /**
   * @param socket empty when it cannot be reached now; null when that was not tried
   */
  private static AgentDesktop desktop(Seat seat, boolean terminal, @Nullable String socket) {
    String id = "job-" + seat.job() + "-" + seat.index();
    Seat.Place place = seat.place();
    String at = Instant.ofEpochMilli(seat.submittedAt()).toString();
    String wait = seat.waitsFor();
    if (place != null && !place.started()) {
      wait = "starting on " + place.nodeName();
    } else if (place != null && socket != null && socket.isEmpty()) {
      wait = "waiting for the computer " + place.nodeName() + " to answer";
    }
    return new AgentDesktop(
        terminal ? id + "-terminal" : id,
        seat.owner(),
        terminal ? "terminal" : "application",
        terminal ? seat.title() + ", part " + seat.index() : seat.title(),
        at,
        0,
        seat.memoryBytes(),
        socket == null ? "" : socket,
        seat.ended() == null ? null : at,
        seat.ended() == null ? wait : seat.ended());
  }

  @Override
  public void close() {
    doors.close();
  }
}
