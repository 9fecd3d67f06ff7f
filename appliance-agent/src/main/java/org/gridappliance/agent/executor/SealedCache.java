package org.gridappliance.agent.executor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.gridappliance.evm.seal.SealedFile;
import org.gridappliance.jobs.lease.FileRef;
import org.jspecify.annotations.Nullable;

/**
 * Inputs of sealed subjobs by content, so that a sweep over one database brings it once; each
 * sealed with a key that is in memory only, in a file without a name. What the {@link InputCache}
 * is for others, but it ends with this JVM. The least recently used leave when the quota is full,
 * or {@value #MOST} are there.
 *
 * <p>Safe from any thread; two who want the same file wait for one fetch.
 */
final class SealedCache implements AutoCloseable {
  static final int MOST = 512;

  /** Brings a file's bytes. */
  interface Source {
    void fetch(FileRef file, OutputStream into) throws IOException, InterruptedException;
  }

  private static final class Entry {
    final CompletableFuture<SealedFile> file = new CompletableFuture<>();
    final long bytes;
    long lastUsed;
    int users = 1;

    Entry(long bytes) {
      this.bytes = bytes;
    }
  }

  private final Path folder;
  private final long quotaBytes;
  private final Map<String, Entry> entries = new HashMap<>();

  /** No longer given out; closed when its last user has released it. */
  private final IdentityHashMap<SealedFile, Entry> dropped = new IdentityHashMap<>();

  private long usedBytes;
  private long clock;

  /**
   * @param folder on whose disk they lie; made
   * @param quotaBytes the most that all files together may have
   */
  SealedCache(Path folder, long quotaBytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.quotaBytes = quotaBytes;
  }

  /**
   * {@return the file, fetched when it is not here}; the caller releases it.
   *
   * @throws IOException when it cannot be fetched, has another content, or cannot fit
   */
  SealedFile take(FileRef file, Source source) throws IOException, InterruptedException {
    while (true) {
      Entry entry;
      boolean mine = false;
      synchronized (this) {
        entry = entries.get(file.sha256());
        if (entry == null) {
          makeRoom(file);
          entry = new Entry(file.bytes());
          entries.put(file.sha256(), entry);
          usedBytes += entry.bytes;
          mine = true;
        } else {
          entry.users++;
        }
        entry.lastUsed = ++clock;
      }
      if (mine) {
        fill(file, source, entry);
      }
      SealedFile found = await(entry);
      if (found != null) {
        return found;
      }
    }
  }

  /** Ends the use of a file that was taken. */
  synchronized void release(FileRef file, SealedFile lent) {
    Entry entry = entries.get(file.sha256());
    if (entry != null && entry.file.getNow(null) == lent) {
      entry.users--;
      return;
    }
    Entry left = dropped.get(lent);
    if (left != null && --left.users == 0) {
      dropped.remove(lent);
      closeQuietly(lent);
    }
  }

  /** Has a file that cannot be read, or was altered, fetched anew by who wants it next. */
  synchronized void drop(FileRef file, SealedFile lent) {
    Entry entry = entries.get(file.sha256());
    if (entry != null && entry.file.getNow(null) == lent) {
      entries.remove(file.sha256());
      usedBytes -= entry.bytes;
      dropped.put(lent, entry);
    }
  }

  private static void closeQuietly(SealedFile file) {
    try {
      file.close();
    } catch (IOException e) { // it has no name: the end of the process frees it
      System.getLogger(SealedCache.class.getName())
          .log(System.Logger.Level.DEBUG, "closing: {0}", e.toString());
    }
  }

  private void makeRoom(FileRef file) throws IOException {
    if (file.bytes() > quotaBytes) {
      throw new IOException(
          "it has %d bytes and this executor keeps at most %d of inputs; raise its cache quota"
              .formatted(file.bytes(), quotaBytes));
    }
    while (usedBytes + file.bytes() > quotaBytes || entries.size() >= MOST) {
      Map.Entry<String, Entry> oldest =
          entries.entrySet().stream()
              .filter(e -> e.getValue().users == 0 && e.getValue().file.isDone())
              .min(Comparator.comparingLong(e -> e.getValue().lastUsed))
              .orElseThrow(
                  () ->
                      new IOException(
                          "the inputs in use now fill this executor's cache of %d bytes; raise its"
                                  .formatted(quotaBytes)
                              + " quota"));
      entries.remove(oldest.getKey());
      usedBytes -= oldest.getValue().bytes;
      oldest.getValue().file.join().close();
    }
  }

  private void fill(FileRef file, Source source, Entry entry)
      throws IOException, InterruptedException {
    SealedFile made = null;
    try {
      made = new SealedFile(folder, file.path());
      MessageDigest digest = Digests.sha256();
      source.fetch(file, new Sink(made, digest, file.bytes()));
      String found = HexFormat.of().formatHex(digest.digest());
      if (!found.equals(file.sha256())) {
        throw new IOException(
            "it should have SHA-256 " + file.sha256() + " and arrived with " + found);
      }
      entry.file.complete(made);
    } catch (IOException | InterruptedException e) {
      synchronized (this) {
        entries.remove(file.sha256(), entry);
        usedBytes -= entry.bytes;
      }
      entry.file.completeExceptionally(e);
      if (made != null) {
        made.close();
      }
      throw e;
    }
  }

  /** {@return it, or null when the one who fetched it failed: then it is our turn} */
  private static @Nullable SealedFile await(Entry entry) throws InterruptedException {
    try {
      return entry.file.get();
    } catch (ExecutionException e) { // reported by the one who fetched
      return null;
    }
  }

  /** Seals and sums; refuses more than was promised. */
  private static final class Sink extends OutputStream {
    private final SealedFile into;
    private final MessageDigest digest;
    private final long most;

    Sink(SealedFile into, MessageDigest digest, long most) {
      this.into = into;
      this.digest = digest;
      this.most = most;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (into.size() + length > most) {
        throw new IOException("it has more than its " + most + " bytes");
      }
      into.append(bytes, offset, length);
      digest.update(bytes, offset, length);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    for (Entry entry : entries.values()) {
      if (entry.file.isDone() && !entry.file.isCompletedExceptionally()) {
        entry.file.join().close();
      }
    }
    entries.clear();
  }
}
