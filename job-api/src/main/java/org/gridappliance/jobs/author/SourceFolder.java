package org.gridappliance.jobs.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.gridappliance.jobs.app.AppFolder;
import org.gridappliance.jobs.job.JobFolder;

/**
 * The applications that were made in the browser, with their versions: {@code
 * apps/.authored/ID/VERSION/ID/} is the folder of an application like any other, {@code
 * apps/.authored/ID/VERSION/saved.json} says who made that version. The largest number holds.
 *
 * <p>A version is made beside and renamed into place: it is there as a whole or not at all, and of
 * two that are made of the same one only the first gets its number. Files that two versions share
 * are one file on the disk. Thread-safe.
 */
public final class SourceFolder {
  /** How many versions are kept of an application; the oldest go. Jobs keep their own. */
  static final int VERSIONS = 50;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NOTE = "saved.json";

  private final Path root;

  /**
   * Who made a version.
   *
   * @param at milliseconds since 1970
   * @param from the version that it brought back, 0 for none
   */
  record Saved(String by, long at, int from) {}

  /** Writes a version's files; the folder is the application's, empty at first. */
  interface Content {
    void write(Path app) throws IOException;
  }

  public SourceFolder(Path data) {
    this.root = data.resolve("apps").resolve(".authored");
  }

  /** {@return the folders of the applications as they are now, by id} */
  public Map<String, Path> current() {
    Map<String, Path> apps = new HashMap<>();
    for (String id : names(root)) {
      int newest = newest(id);
      if (AppFolder.isId(id) && newest > 0) {
        apps.put(id, app(id, newest));
      }
    }
    return apps;
  }

  /** {@return the folder of one version} */
  Path app(String id, int version) {
    return root.resolve(id).resolve(String.valueOf(version)).resolve(id);
  }

  /** {@return the versions that are kept, the oldest first} */
  List<Integer> versions(String id) {
    TreeSet<Integer> versions = new TreeSet<>();
    for (String name : names(root.resolve(id))) {
      if (name.matches("[1-9]\\d{0,8}")) {
        versions.add(Integer.valueOf(name));
      }
    }
    return List.copyOf(versions);
  }

  /** {@return the version that holds, 0 when the application was not made here} */
  int newest(String id) {
    List<Integer> versions = versions(id);
    return versions.isEmpty() ? 0 : versions.getLast();
  }

  /** {@return who made a version; empty when its note is gone} */
  Optional<Saved> saved(String id, int version) {
    try {
      Path note = root.resolve(id).resolve(String.valueOf(version)).resolve(NOTE);
      return Optional.of(JSON.readValue(note.toFile(), Saved.class));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Makes the version after {@code before}; on disk when it returns.
   *
   * @param check looks at what was written, and throws when it is not to be
   * @return false when somebody else made that version meanwhile
   */
  boolean make(String id, int before, Saved saved, Content content, Content check)
      throws IOException {
    Path home = Files.createDirectories(root.resolve(id));
    Path part = home.resolve(".part-" + UUID.randomUUID());
    try {
      Path app = Files.createDirectories(part.resolve(id));
      content.write(app);
      check.write(app);
      JSON.writeValue(part.resolve(NOTE).toFile(), saved);
      for (Path file : files(part)) {
        JobFolder.sync(file);
      }
      synchronized (this) { // of two that look at once only one moves
        if (newest(id) != before) {
          return false;
        }
        Files.move(part, home.resolve(String.valueOf(before + 1)), StandardCopyOption.ATOMIC_MOVE);
      }
      JobFolder.sync(home);
    } finally {
      JobFolder.delete(part);
    }
    List<Integer> versions = versions(id);
    for (int old : versions.subList(0, Math.max(0, versions.size() - VERSIONS))) {
      JobFolder.delete(home.resolve(String.valueOf(old)));
    }
    return true;
  }

  /** Deletes an application with all its versions. */
  void delete(String id) throws IOException {
    JobFolder.delete(root.resolve(id));
  }

  /** Lays the examples of a version into the folder of the next, without copying them. */
  void keepExamples(String id, int version, Path app) throws IOException {
    Path from = app(id, version).resolve(AppFolder.EXAMPLES);
    Path to = Files.createDirectories(app.resolve(AppFolder.EXAMPLES));
    for (String name : names(from)) {
      Files.createLink(to.resolve(name), from.resolve(name));
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).toList();
    }
  }

  private static List<String> names(Path folder) {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
        children.forEach(child -> names.add(child.getFileName().toString()));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("cannot list " + folder, e);
      }
    }
    return names;
  }
}
