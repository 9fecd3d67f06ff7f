package org.gridappliance.portal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.gridappliance.portal.store.DataFolder;
import org.gridappliance.webdav.Home;
import org.gridappliance.webdav.HomeStorage;
import org.gridappliance.webdav.Storage;

/**
 * Where people's homes lie: {@code users/NAME/home}, and beside it {@code spool} for what is on its
 * way and {@code kept} for versions and trash. The one place that opens a home for a request,
 * whichever door it came by. Thread-safe.
 */
public final class Homes {
  private final DataFolder data;
  private final Storage storage;
  private final long quotaBytes;

  public Homes(DataFolder data, Storage storage, long quotaBytes) {
    this.data = data;
    this.storage = storage;
    this.quotaBytes = quotaBytes;
  }

  /** {@return a person's own home, made when absent} */
  public Home of(String account) throws IOException {
    Path home = data.home(account);
    return new Home(
        account, home, beside(home, "spool"), beside(home, "kept"), quotaBytes, account);
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

  /** {@return the storage behind all homes} */
  public Storage storage() {
    return storage;
  }
}
