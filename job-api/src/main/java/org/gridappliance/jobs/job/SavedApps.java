package org.gridappliance.jobs.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.AppInvalid;
import org.gridappliance.jobs.app.AppParser;

/**
 * The applications as they were when jobs were submitted: {@code jobs/.apps/DIGEST/ID/}. A job runs
 * to its end with the descriptor it was submitted with, whatever becomes of the folder. Safe for
 * all threads.
 */
public final class SavedApps {
  private static final int CACHED = 100;

  private final Path folder;
  private final Map<String, App> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, App> eldest) {
          return size() > CACHED;
        }
      };

  public SavedApps(Path data) {
    this.folder = data.resolve("jobs").resolve(".apps");
  }

  /** Keeps a version of an application, once. On disk when it returns. */
  public synchronized void save(App app) throws IOException {
    Path version = folder.resolve(app.digest());
    if (Files.exists(version)) {
      return;
    }
    Path part = folder.resolve(".part-" + UUID.randomUUID());
    copy(app.folder(), part.resolve(app.id()));
    Files.move(part, version, StandardCopyOption.ATOMIC_MOVE);
    JobFolder.sync(folder);
  }

  /**
   * {@return an application as it was kept}
   *
   * @throws StorageException when the copy is gone or damaged
   */
  public synchronized App load(String id, String digest) {
    App known = cache.get(digest + id);
    if (known != null) {
      return known;
    }
    try {
      App app = AppParser.parse(folder.resolve(digest).resolve(id));
      cache.put(digest + id, app);
      return app;
    } catch (AppInvalid | IOException e) {
      throw new StorageException(
          "the saved copy of application " + id + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.sorted().toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectories(target);
        } else if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.copy(file, target);
          JobFolder.sync(target);
        }
      }
    }
  }
}
