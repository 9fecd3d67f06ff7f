package org.gridappliance.jobs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.jobs.http.Caller;
import org.jspecify.annotations.Nullable;

/**
 * The people's homes, as the portal keeps them: who may act now, and the door through which this
 * module writes into a home, so that quota and locks hold for it as for everybody. Blocks for the
 * disk; safe for all threads.
 */
public interface Homes {
  /** A home that takes nothing more now; the message is for its owner and says what to do. */
  final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    public Refused(String message) {
      super(message);
    }
  }

  /**
   * {@return the person with the rights that jobs started without him have; empty when the account
   * is gone or disabled}
   */
  Optional<Caller> caller(String owner) throws IOException;

  /** {@return the groups that a person is in: their numbers, never given twice, by name} */
  default Map<String, Long> groups(String person) {
    return Map.of();
  }

  /**
   * A group and what its members see of one another's jobs. Times are milliseconds since 1970.
   *
   * @param members with the time from which on each is one
   * @param listedSince members list the jobs submitted from then on; null when they list none
   * @param readSince of these they also read results, output and inputs; null when they do not
   */
  record Group(
      String name,
      Map<String, Long> members,
      @Nullable Long listedSince,
      @Nullable Long readSince) {
    public Group {
      members = Map.copyOf(members);
    }
  }

  /** {@return the groups that a person is in, with their members} */
  default List<Group> groupsOf(String person) {
    return List.of();
  }

  /** {@return a group with its members} */
  default Optional<Group> group(String name) {
    return Optional.empty();
  }

  /** {@return all groups: their numbers by name} */
  default Map<String, Long> groups() {
    return Map.of();
  }

  /**
   * {@return a folder beside a home, on its file system and within its quota there, in which may be
   * made what the home then adopts}
   */
  Path making(String owner) throws IOException;

  /** {@return all that lies in anybody's {@link #making}} */
  List<Path> halfMade() throws IOException;

  /**
   * Asks before work is begun whether so much fits; what is kept of the past gives way to it.
   *
   * @throws Refused when quota or disk have no room for so many bytes
   */
  void requireRoom(String owner, long bytes) throws Refused, IOException;

  /**
   * Moves a folder that was made in {@link #making} into the home, in one step: it is there as a
   * whole and durably, or not at all. Missing folders above it are made.
   *
   * @param folder its names from the home on, at least one
   * @param made the folder, of regular files and folders only; the caller's no more when true
   * @param bytes of all its files, for the quota
   * @return false when something has that name already; nothing was changed then
   * @throws Refused when there is no room, or a lock or a link is in the way
   */
  boolean adopt(String owner, List<String> folder, Path made, long bytes)
      throws Refused, IOException;
}
