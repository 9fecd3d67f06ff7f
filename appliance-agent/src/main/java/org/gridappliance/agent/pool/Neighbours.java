package org.gridappliance.agent.pool;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.gridappliance.agent.verb.Verb;

/**
 * The other pools to which this one's jobs may go when it has no room: for each a token that its
 * manager made, kept beside the daemons' own as {@code tokens/flock-ADDRESS}.
 */
record Neighbours(Path tokens) {
  private static final String PREFIX = "flock-";
  private static final String LEAVING = "leaving-";
  private static final int MOST = 32;

  /**
   * Another pool.
   *
   * @param address its manager's
   * @param trust what its tokens are called by
   */
  record Neighbour(String address, String trust) {}

  static Neighbours of(PoolFolders folders) {
    return new Neighbours(folders.tokens());
  }

  List<Neighbour> all() throws IOException {
    List<Neighbour> all = new ArrayList<>();
    if (!Files.isDirectory(tokens)) {
      return all;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(tokens, PREFIX + "*")) {
      for (Path file : files) {
        all.add(
            new Neighbour(
                file.getFileName().toString().substring(PREFIX.length()),
                CondorTokens.trust(PoolFolders.text(file).strip())));
      }
    }
    all.sort(java.util.Comparator.comparing(Neighbour::address));
    return all;
  }

  /**
   * @throws Verb.Refused when it cannot be one
   */
  void add(String address, String token) throws IOException {
    if (!PoolSettings.ADDRESS.matcher(address).matches()) {
      throw new Verb.Refused(
          422, "address=" + address + ": want the IPv4 address of the other pool's manager");
    }
    if (!CondorTokens.isToken(token.strip()) || CondorTokens.trust(token.strip()).isEmpty()) {
      throw new Verb.Refused(
          422, "this is no whole token; the other pool's manager makes one for another pool");
    }
    if (all().size() >= MOST) {
      throw new Verb.Refused(409, "there are " + MOST + " other pools already; remove one");
    }
    PoolFolders.write(tokens.resolve(PREFIX + address), token.strip() + "\n", "rw-------", 0);
  }

  /** Ends it. Its token stays, to tell the other pool so, until {@link #forget}. */
  void leave(String address) throws IOException {
    if (!PoolSettings.ADDRESS.matcher(address).matches()
        || !Files.exists(tokens.resolve(PREFIX + address))) {
      throw new Verb.Refused(404, "pool " + address + " is not here");
    }
    Files.move(
        tokens.resolve(PREFIX + address),
        tokens.resolve(LEAVING + address),
        StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes the token of a pool that was left. */
  void forget(String address) throws IOException {
    Files.deleteIfExists(tokens.resolve(LEAVING + address));
  }

  /** {@return the pools that were left and not forgotten yet} */
  List<String> leaving() throws IOException {
    List<String> found = new ArrayList<>();
    if (Files.isDirectory(tokens)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(tokens, LEAVING + "*")) {
        files.forEach(file -> found.add(file.getFileName().toString().substring(LEAVING.length())));
      }
    }
    return found;
  }
}
