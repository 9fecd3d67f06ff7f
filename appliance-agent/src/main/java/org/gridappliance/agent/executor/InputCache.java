package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.gridappliance.jobs.lease.FileRef;
import org.jspecify.annotations.Nullable;

/**
 * Inputs by content, so that a sweep over one database brings it once. Files stand under their
 * SHA-256, read-only; they get there by rename after their hash was checked, so a crash leaves no
 * false one. After a restart of the machine a file is hashed again before its first use, since its
 * bytes may not have reached the disk. Least recently used ones leave when the quota is full.
 *
 * <p>Safe from any thread; two who want the same file wait for one fetch.
 */
final class InputCache {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  /** Brings a file's bytes to a path. */
  interface Source {
    void fetch(FileRef file, Path into) throws IOException, InterruptedException;
  }

  /** A file in use: it stays until released. */
  record Lent(String sha256, Path path) {}

  private static final class Entry {
    final CompletableFuture<Path> file = new CompletableFuture<>();
    final long bytes;
    long lastUsed;
    int users;
    boolean suspect;

    Entry(long bytes) {
      this.bytes = bytes;
    }
  }

  private final Path folder;
  private final long quotaBytes;
  private final Map<String, Entry> entries = new HashMap<>();
  private long usedBytes;
  private long clock;

  /**
   * @param folder made when absent; what it holds of an earlier run is used
   * @param quotaBytes the most that all files together may have
   */
  InputCache(Path folder, long quotaBytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.quotaBytes = quotaBytes;
    String boot = Files.exists(BOOT) ? Files.readString(BOOT).strip() : "";
    Path mark = folder.resolve("boot");
    boolean suspect = !Files.exists(mark) || !Files.readString(mark).equals(boot);
    List<Path> found;
    try (Stream<Path> files = Files.list(folder)) {
      found = files.sorted(Comparator.comparingLong(p -> p.toFile().lastModified())).toList();
    }
    for (Path file : found) {
      String name = file.getFileName().toString();
      if (name.matches("[0-9a-f]{64}")) {
        Entry entry = new Entry(Files.size(file));
        entry.file.complete(file);
        entry.lastUsed = ++clock;
        entry.suspect = suspect;
        entries.put(name, entry);
        usedBytes += entry.bytes;
      } else if (!name.equals("boot")) {
        Files.delete(file); // a fetch that did not end
      }
    }
    Files.writeString(mark, boot);
  }

  /**
   * {@return the file, fetched when it is not here}; the caller releases it.
   *
   * @throws IOException when it cannot be fetched, has another content, or cannot fit
   */
  Lent take(FileRef file, Source source) throws IOException, InterruptedException {
    String sha256 = file.sha256();
    while (true) {
      Entry mine = null;
      Entry entry;
      synchronized (this) {
        entry = entries.get(sha256);
        if (entry == null) {
          mine = makeRoom(file);
          entry = mine;
          entries.put(sha256, mine);
        }
        entry.users++;
        entry.lastUsed = ++clock;
      }
      if (mine != null) {
        fill(file, source, mine);
      }
      Path path = await(entry);
      if (path != null && isSound(sha256, entry, path)) {
        return new Lent(sha256, path);
      }
    }
  }

  synchronized void release(Lent lent) {
    Entry entry = entries.get(lent.sha256());
    if (entry != null) {
      entry.users--;
    }
  }

  /** Removes what nobody uses now: once inputs are sealed here, nothing else is to lie open. */
  synchronized void forgetUnused() throws IOException {
    for (Map.Entry<String, Entry> one : List.copyOf(entries.entrySet())) {
      if (one.getValue().users == 0) {
        drop(one.getKey(), one.getValue());
      }
    }
  }

  synchronized long usedBytes() {
    return usedBytes;
  }

  private Entry makeRoom(FileRef file) throws IOException {
    if (file.bytes() > quotaBytes) {
      throw new IOException(
          "it has %d bytes and this executor keeps at most %d of inputs; raise its cache quota"
              .formatted(file.bytes(), quotaBytes));
    }
    while (usedBytes + file.bytes() > quotaBytes) {
      Map.Entry<String, Entry> oldest =
          entries.entrySet().stream()
              .filter(e -> e.getValue().users == 0)
              .min(Comparator.comparingLong(e -> e.getValue().lastUsed))
              .orElseThrow(
                  () ->
                      new IOException(
                          "the inputs in use now fill this executor's cache of %d bytes; raise its"
                                  .formatted(quotaBytes)
                              + " quota"));
      drop(oldest.getKey(), oldest.getValue());
    }
    usedBytes += file.bytes();
    return new Entry(file.bytes());
  }

  private void fill(FileRef file, Source source, Entry entry)
      throws IOException, InterruptedException {
    Path draft = null;
    try {
      draft = Files.createTempFile(folder, "fetch", "");
      source.fetch(file, draft);
      String found = Digests.sha256(draft);
      if (!found.equals(file.sha256())) {
        throw new IOException(
            "it should have SHA-256 " + file.sha256() + " and arrived with " + found);
      }
      Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("r--r--r--"));
      Path place = folder.resolve(file.sha256());
      Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
      entry.file.complete(place);
    } catch (IOException | InterruptedException e) {
      synchronized (this) {
        entries.remove(file.sha256(), entry);
        usedBytes -= entry.bytes;
      }
      entry.file.completeExceptionally(e);
      if (draft != null) {
        Files.deleteIfExists(draft);
      }
      throw e;
    }
  }

  /** {@return its place, or null when the one who fetched it failed: then it is our turn} */
  private static @Nullable Path await(Entry entry) throws InterruptedException {
    try {
      return entry.file.get();
    } catch (ExecutionException e) { // reported by the one who fetched
      return null;
    }
  }

  private boolean isSound(String sha256, Entry entry, Path path) throws IOException {
    synchronized (entry) {
      if (!entry.suspect) {
        return true;
      }
      if (Digests.sha256(path).equals(sha256)) {
        entry.suspect = false;
        return true;
      }
    }
    synchronized (this) {
      if (entries.get(sha256) == entry) {
        drop(sha256, entry);
      }
    }
    return false;
  }

  private void drop(String sha256, Entry entry) throws IOException {
    entries.remove(sha256);
    usedBytes -= entry.bytes;
    Files.deleteIfExists(folder.resolve(sha256));
  }
}
