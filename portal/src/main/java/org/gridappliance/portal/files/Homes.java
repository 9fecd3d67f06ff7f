package org.gridappliance.portal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.webdav.Home;
import org.gridappliance.webdav.HomeStorage;
import org.gridappliance.webdav.Storage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where people's homes lie: {@code users/NAME/home}, and beside it {@code spool} for what is on its
 * way and {@code kept} for versions and trash. The one place that opens a home for a request,
 * whichever door it came by. For each it asks for a {@link Walls wall} at its quota. Thread-safe.
 */
public final class Homes {
  private static final Logger log = LoggerFactory.getLogger(Homes.class);

  private final DataFolder data;
  private final Storage storage;
  private final long quotaBytes;
  private final Walls walls;
  private final ReentrantLock looking = new ReentrantLock();

  public Homes(DataFolder data, Storage storage, long quotaBytes, Walls walls) {
    this.data = data;
    this.storage = storage;
    this.quotaBytes = quotaBytes;
    this.walls = walls;
  }

  /** {@return a person's own home, made when absent} */
  public Home of(String account) throws IOException {
    Path home = data.home(account);
    walls.want(account);
    return new Home(
        account, home, beside(home, "spool"), beside(home, "kept"), quotaBytes, account);
  }

  /** {@return a folder beside a home in which results are made, which then are moved into it} */
  Path making(String account) throws IOException {
    return beside(data.home(account), "making");
  }

  /** {@return what lies in these folders, of all homes} */
  List<Path> halfMade() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String account : accounts()) {
      try (Stream<Path> made = Files.list(making(account))) {
        made.forEach(found::add);
      }
    }
    return found;
  }

  private static Path beside(Path home, String name) throws IOException {
    Path folder = home.resolveSibling(name);
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return folder;
  }

  /** {@return a person's own home, opened for one request; close it} */
  public HomeStorage open(String account) throws IOException {
    return storage.open(of(account));
  }

  /**
   * Removes from every home's trash and versions what the retention rule no longer keeps, also
   * where nobody comes any more; what a crash left there is repaired on the way. Blocks.
   */
  public void sweep() {
    for (String account : accounts()) {
      try (HomeStorage home = open(account)) {
        home.keeping().sweep();
      } catch (IOException | RuntimeException e) { // the other homes are still to be swept
        log.warn("home not swept home={} reason=\"{}\"", account, e.getMessage());
      }
    }
  }

  /**
   * Looks through the homes whose turn it is for what Samba, desktops, terminals and jobs changed
   * ({@link HomeStorage#round}), one after the other. Does nothing while it does so already.
   */
  public void look() {
    if (!looking.tryLock()) {
      return;
    }
    try {
      walls.retry();
      for (String account : accounts()) {
        try (HomeStorage home = open(account)) {
          if (home.isRoundDue()) {
            var _ = home.round();
          }
        } catch (IOException | RuntimeException e) { // the other homes are still to be looked at
          log.warn("home not looked through home={} reason=\"{}\"", account, e.getMessage());
        }
      }
    } finally {
      looking.unlock();
    }
  }

  private List<String> accounts() {
    try (Stream<Path> folders = Files.list(data.path().resolve("users"))) {
      return folders
          .filter(f -> Files.isDirectory(f.resolve("home"), LinkOption.NOFOLLOW_LINKS))
          .map(f -> String.valueOf(f.getFileName()))
          .sorted()
          .toList();
    } catch (IOException e) {
      log.warn("homes not swept reason=\"{}\"", e.getMessage());
      return List.of();
    }
  }

  /** {@return what the file system does about quotas} */
  public Walls walls() {
    return walls;
  }

  /** {@return the storage behind all homes} */
  public Storage storage() {
    return storage;
  }
}
