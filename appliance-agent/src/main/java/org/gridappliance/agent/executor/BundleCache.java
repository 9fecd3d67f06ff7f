package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.gridappliance.evm.bundle.Bundle;
import org.gridappliance.evm.bundle.BundleException;
import org.gridappliance.evm.bundle.BundleStore;
import org.gridappliance.evm.bundle.Manifest;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Sandbox;

/**
 * Applications' own files by content. A bundle is fetched once, file by file; its signature and
 * every byte are checked before its first use after each start. The first publisher's key that is
 * seen is kept, and no other believed. The least recently used ones leave when the quota is full.
 *
 * <p>Safe from any thread; one bundle is fetched at a time.
 */
final class BundleCache {
  private static final long MOST_MANIFEST_BYTES = 64L << 20;

  private static final class Entry {
    final Bundle bundle;
    long lastUsed;
    int users;

    Entry(Bundle bundle) {
      this.bundle = bundle;
    }
  }

  private final Path folder;
  private final long quotaBytes;
  private final BundleStore store;
  private final Map<String, Entry> entries = new HashMap<>();
  private long clock;

  /**
   * @param folder made when absent; what it holds of an earlier run is used
   * @param quotaBytes the most that the files of all bundles together may have
   */
  BundleCache(Path folder, long quotaBytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.quotaBytes = quotaBytes;
    this.store = new BundleStore(folder.resolve("kept"), Optional.empty());
    Folders.remove(folder.resolve("fetch")); // what a killed agent had begun
  }

  /**
   * {@return the bundle, fetched when it is not here, checked}; the caller releases it.
   *
   * @throws IOException in words, when it cannot be fetched, is not what was signed, or cannot fit
   */
  synchronized Bundle take(Sandbox.Published wanted, InputCache.Source source)
      throws IOException, InterruptedException {
    Entry entry = entries.get(wanted.id());
    if (entry == null) {
      entry = new Entry(open(wanted, source));
      entries.put(wanted.id(), entry);
    }
    entry.users++;
    entry.lastUsed = ++clock;
    return entry.bundle;
  }

  synchronized void release(Bundle bundle) {
    Entry entry = entries.get(bundle.id());
    if (entry != null) {
      entry.users--;
    }
  }

  private Bundle open(Sandbox.Published wanted, InputCache.Source source)
      throws IOException, InterruptedException {
    PublicKey key = believed(wanted.key());
    try {
      return store.open(wanted.id(), key);
    } catch (BundleException e) { // not here, or no longer what it was: fetched anew
      return fetch(wanted, source, key);
    }
  }

  private Bundle fetch(Sandbox.Published wanted, InputCache.Source source, PublicKey key)
      throws IOException, InterruptedException {
    if (wanted.totalBytes() > quotaBytes || wanted.manifestBytes() > MOST_MANIFEST_BYTES) {
      throw new IOException(
          "the application has %d bytes and this executor keeps at most %d; raise its cache quota"
              .formatted(wanted.totalBytes(), quotaBytes));
    }
    Path draft = Files.createDirectories(folder.resolve("fetch").resolve(wanted.id()));
    try {
      store.remove(wanted.id());
      makeRoom(wanted.totalBytes());
      Manifest manifest = manifest(wanted, source, draft.resolve("manifest"));
      for (Manifest.Entry entry : manifest.entries().values()) {
        if (entry instanceof Manifest.FileEntry file) {
          Path into = draft.resolve(file.sha256());
          if (!Files.exists(into)) {
            Files.createFile(into);
            source.fetch(new FileRef("", file.sha256(), file.bytes()), into);
          }
        }
      }
      store.add(
          manifest,
          path -> draft.resolve(hash(manifest, path)),
          Base64.getDecoder().decode(wanted.signature()));
      return store.open(wanted.id(), key);
    } catch (BundleException | IllegalArgumentException e) {
      throw new IOException(
          "the application's bundle is not what was published: " + e.getMessage());
    } finally {
      Folders.remove(draft);
    }
  }

  private static String hash(Manifest manifest, String path) throws BundleException {
    if (manifest.entries().get(path) instanceof Manifest.FileEntry file) {
      return file.sha256();
    }
    throw new BundleException(path + " is no file of it");
  }

  private static Manifest manifest(Sandbox.Published wanted, InputCache.Source source, Path into)
      throws IOException, InterruptedException, BundleException {
    Files.createFile(into);
    source.fetch(new FileRef("", wanted.id(), wanted.manifestBytes()), into);
    if (Files.size(into) != wanted.manifestBytes()) {
      throw new BundleException("its manifest has another size");
    }
    Manifest manifest = Manifest.parse(Files.readAllBytes(into));
    if (!manifest.id().equals(wanted.id()) || manifest.totalBytes() != wanted.totalBytes()) {
      throw new BundleException("its manifest is another");
    }
    return manifest;
  }

  private void makeRoom(long bytes) throws IOException, BundleException {
    long used = 0;
    Map<String, Long> kept = kept();
    for (long one : kept.values()) {
      used += one;
    }
    while (used + bytes > quotaBytes) {
      String oldest =
          kept.keySet().stream()
              .filter(id -> !entries.containsKey(id) || entries.get(id).users == 0)
              .min(
                  Comparator.comparingLong(
                      id -> entries.containsKey(id) ? entries.get(id).lastUsed : 0))
              .orElseThrow(
                  () ->
                      new IOException(
                          "the applications in use now fill this executor's cache of "
                              + quotaBytes
                              + " bytes; raise its quota"));
      store.remove(oldest);
      entries.remove(oldest);
      used -= kept.getOrDefault(oldest, 0L);
      kept.remove(oldest);
    }
  }

  /** What is on disk, by id: bytes of its files as its manifest says. */
  private Map<String, Long> kept() throws IOException, BundleException {
    Map<String, Long> kept = new HashMap<>();
    Path place = folder.resolve("kept");
    if (!Files.isDirectory(place)) {
      return kept;
    }
    try (Stream<Path> all = Files.list(place)) {
      for (Path path : all.toList()) {
        String id = path.getFileName().toString();
        Path manifest = path.resolve("manifest");
        if (id.matches("[0-9a-f]{64}") && Files.exists(manifest)) {
          kept.put(id, Manifest.parse(Files.readAllBytes(manifest)).totalBytes());
        } else {
          Folders.remove(path); // one that was not finished
        }
      }
    }
    return kept;
  }

  /** The key of the first publisher, kept beside. */
  private PublicKey believed(String offered) throws IOException {
    Path file = folder.resolve("publisher.pub");
    if (!Files.exists(file)) {
      Path part = Files.writeString(folder.resolve("publisher.part"), offered);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }
    String known = Files.readString(file);
    if (!known.equals(offered)) {
      throw new IOException(
          "the portal signs applications with another key than before; when that is right, remove "
              + file);
    }
    try {
      byte[] bytes = Base64.getDecoder().decode(known);
      return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(bytes));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("the publisher's key in " + file + " is none: " + e.getMessage(), e);
    }
  }
}
