package org.gridappliance.jobs.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.gridappliance.jobs.app.AppFolder;
import org.gridappliance.jobs.job.JobFolder;

/**
 * Which applications were removed: {@code apps/.removed/ID.json} says by whom and when. Their
 * folders stay where they are, so that the ones that came with the product can be removed as well,
 * and any can be restored. Whole in memory; what returned is on disk. Thread-safe.
 */
public final class RemovedApps {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ENDING = ".json";

  private final Path folder;
  private volatile Map<String, Removal> known;

  /**
   * Who removed an application.
   *
   * @param at milliseconds since 1970
   */
  record Removal(String by, long at) {}

  public RemovedApps(Path data) {
    this.folder = data.resolve("apps").resolve(".removed");
    this.known = read(folder);
  }

  private static Map<String, Removal> read(Path folder) {
    Map<String, Removal> all = new HashMap<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder, "*" + ENDING)) {
        for (Path note : notes) {
          String name = note.getFileName().toString();
          String id = name.substring(0, name.length() - ENDING.length());
          if (AppFolder.isId(id)) {
            all.put(id, JSON.readValue(note.toFile(), Removal.class));
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read which applications were removed", e);
      }
    }
    return Map.copyOf(all);
  }

  /** {@return their ids} */
  public Set<String> ids() {
    return known.keySet();
  }

  /** {@return them by id} */
  Map<String, Removal> all() {
    return known;
  }

  /** {@return false when it was removed already} */
  synchronized boolean add(String id, Removal removal) throws IOException {
    if (known.containsKey(id)) {
      return false;
    }
    Path part = Files.createDirectories(folder).resolve(".part-" + UUID.randomUUID());
    JSON.writeValue(part.toFile(), removal);
    JobFolder.sync(part);
    Files.move(part, folder.resolve(id + ENDING), StandardCopyOption.ATOMIC_MOVE);
    JobFolder.sync(folder);
    Map<String, Removal> next = new HashMap<>(known);
    next.put(id, removal);
    known = Map.copyOf(next);
    return true;
  }

  /** {@return false when it was not removed} */
  synchronized boolean takeBack(String id) throws IOException {
    if (!known.containsKey(id)) {
      return false;
    }
    Files.deleteIfExists(folder.resolve(id + ENDING));
    JobFolder.sync(folder);
    Map<String, Removal> next = new HashMap<>(known);
    next.remove(id);
    known = Map.copyOf(next);
    return true;
  }
}
