package org.gridappliance.jobs.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The applications of this appliance: every folder in the apps folders. A folder dropped in,
 * changed or removed is seen within a second, without a restart: names, lengths and times are
 * looked at, and only what changed is read again. Thread-safe.
 */
public final class AppCatalog {
  private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(500).toNanos();
  private static final int MAXIMUM_APPS = 1000;

  /**
   * A folder.
   *
   * @param id its name
   * @param app absent when it does not describe an application
   * @param problem why not, with line numbers
   */
  public record Entry(String id, Optional<App> app, Optional<String> problem) {}

  private record Known(String fingerprint, Entry entry) {}

  private final List<Path> folders;
  private final Supplier<Map<String, Path>> authored;
  private final Supplier<Set<String>> removed;
  private final LongSupplier nanoTime;
  private Map<String, Known> known = Map.of();
  private long lookedAt;
  private boolean looked;

  /**
   * A catalog of the given folders.
   *
   * @param folders a later one wins where two hold the same name; one that does not exist is empty
   */
  public AppCatalog(List<Path> folders) {
    this(folders, Map::of, Set::of, System::nanoTime);
  }

  /**
   * A catalog also of applications that lie elsewhere.
   *
   * @param authored their folders by id; one of the other folders wins over them
   * @param removed the ids of those that are there and hidden
   */
  public AppCatalog(
      List<Path> folders, Supplier<Map<String, Path>> authored, Supplier<Set<String>> removed) {
    this(folders, authored, removed, System::nanoTime);
  }

  AppCatalog(
      List<Path> folders,
      Supplier<Map<String, Path>> authored,
      Supplier<Set<String>> removed,
      LongSupplier nanoTime) {
    this.folders = List.copyOf(folders);
    this.authored = authored;
    this.removed = removed;
    this.nanoTime = nanoTime;
  }

  /** {@return all folders, by title; broken ones, by their name, among them} */
  public List<Entry> list() {
    Set<String> hidden = removed.get();
    return look().values().stream()
        .map(Known::entry)
        .filter(entry -> !hidden.contains(entry.id()))
        .sorted(
            Comparator.comparing(
                (Entry entry) -> entry.app().map(App::title).orElse(entry.id()),
                String.CASE_INSENSITIVE_ORDER))
        .toList();
  }

  /** {@return the application of that id, when there is one and it is in order} */
  public Optional<App> find(String id) {
    return entry(id).flatMap(Entry::app);
  }

  /** {@return the folder of that id} */
  public Optional<Entry> entry(String id) {
    return removed.get().contains(id)
        ? Optional.empty()
        : Optional.ofNullable(look().get(id)).map(Known::entry);
  }

  /** {@return the folder of that id, when it is hidden because it was removed} */
  public Optional<Entry> removed(String id) {
    return removed.get().contains(id)
        ? Optional.ofNullable(look().get(id)).map(Known::entry)
        : Optional.empty();
  }

  /** {@return whether there is a folder of that id that is hidden} */
  public boolean isRemoved(String id) {
    return removed(id).isPresent();
  }

  /** {@return whether what holds of that id is none of the folders but made in the browser} */
  public boolean isAuthored(String id) {
    return authored.get().containsKey(id)
        && folders.stream().noneMatch(folder -> appsIn(folder).containsKey(id));
  }

  /** Has the next question look at the folders again. */
  public synchronized void lookAgain() {
    looked = false;
  }

  private synchronized Map<String, Known> look() {
    long now = nanoTime.getAsLong();
    if (looked && now - lookedAt < LOOK_AGAIN_NANOS) {
      return known;
    }
    Map<String, Path> found = new TreeMap<>(authored.get());
    folders.forEach(folder -> found.putAll(appsIn(folder)));
    Map<String, Known> next = new HashMap<>();
    found.forEach((id, folder) -> next.put(id, read(id, folder)));
    known = Map.copyOf(next);
    lookedAt = now;
    looked = true;
    return known;
  }

  private static Map<String, Path> appsIn(Path folder) {
    Map<String, Path> apps = new HashMap<>();
    if (!Files.isDirectory(folder)) {
      return apps;
    }
    try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
      for (Path child : children) {
        String name = child.getFileName().toString();
        if (apps.size() < MAXIMUM_APPS
            && AppFolder.isId(name)
            && Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)
            && Files.exists(child.resolve(AppFolder.DESCRIPTOR))) {
          apps.put(name, child);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the applications in " + folder, e);
    }
    return apps;
  }

  private Known read(String id, Path folder) {
    Known before = known.get(id);
    try {
      String fingerprint = fingerprint(folder);
      if (before != null && before.fingerprint().equals(fingerprint)) {
        return before;
      }
      return new Known(fingerprint, parse(id, folder));
    } catch (IOException e) {
      String problem = "cannot read " + folder + ": " + e;
      return new Known("", new Entry(id, Optional.empty(), Optional.of(problem)));
    }
  }

  private static Entry parse(String id, Path folder) throws IOException {
    try {
      return new Entry(id, Optional.of(AppParser.parse(folder)), Optional.empty());
    } catch (AppInvalid e) {
      String problem = id + "/" + AppFolder.DESCRIPTOR + ":" + e.getMessage();
      return new Entry(id, Optional.empty(), Optional.of(problem));
    }
  }

  private static String fingerprint(Path folder) throws IOException {
    List<String> parts = new ArrayList<>();
    parts.add(folder.toString());
    for (Path file : AppFolder.files(folder)) {
      parts.add(file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file).toInstant());
    }
    return String.join("\n", parts);
  }
}
