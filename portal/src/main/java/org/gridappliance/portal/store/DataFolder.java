package org.gridappliance.portal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.gridappliance.webdav.tree.HomeFolder;

/**
 * The data folder of one portal, held by a lock so that no second portal opens it. Its folders are
 * for the owner alone (0700), what is secret in it is a file of mode 0600.
 */
public final class DataFolder implements AutoCloseable {
  private static final List<String> FOLDERS =
      List.of("db", "users", "jobs", "apps", "run", "log", "keys", "tmp");
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> SECRET =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private DataFolder(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Opens a data folder and makes what is missing in it.
   *
   * @throws StoreException when another portal holds it, or it cannot be written
   */
  public static DataFolder open(Path data) throws StoreException {
    Path path = data.toAbsolutePath().normalize();
    try {
      makeFolder(path);
      for (String name : FOLDERS) {
        makeFolder(path.resolve(name));
      }
      FileChannel channel =
          FileChannel.open(
              path.resolve("run/portal.lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              SECRET);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new StoreException(
            path + " is in use by another portal; stop that one or choose another --data");
      }
      empty(path.resolve("tmp"));
      return new DataFolder(path, channel, lock);
    } catch (IOException e) {
      throw new StoreException(
          "data folder " + path + " cannot be used: " + e + "; it must belong to this user");
    }
  }

  /** Removes what a portal that was killed left. */
  private static void empty(Path folder) throws IOException {
    try (Stream<Path> left = Files.walk(folder)) {
      for (Path one : left.sorted(Comparator.reverseOrder()).toList()) {
        if (!one.equals(folder)) {
          Files.delete(one);
        }
      }
    }
  }

  private static @org.jspecify.annotations.Nullable FileLock tryLock(FileChannel channel)
      throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // held by this very process
    }
  }

  private static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      if (folder.getParent() != null) {
        Files.createDirectories(folder.getParent());
      }
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER));
    } else if (!Files.getPosixFilePermissions(folder).equals(OWNER)) {
      Files.setPosixFilePermissions(folder, OWNER);
    }
  }

  public Path path() {
    return path;
  }

  public Path resolve(String name) {
    return path.resolve(name);
  }

  /** {@return where a person's own files are; it may not be there yet} */
  public Path homePath(String account) {
    return path.resolve("users").resolve(account).resolve("home");
  }

  /** {@return the folder of a person's own files, made with its {@code uploads} when absent} */
  public Path home(String account) throws IOException {
    Path home = homePath(account);
    if (!Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
      HomeFolder.make(path.resolve("users").resolve(account));
      Files.createDirectories(home.resolve("uploads"), PosixFilePermissions.asFileAttribute(OWNER));
    }
    return home;
  }

  /** Writes a file of mode 0600 so that it is there whole, or not at all, after a crash. */
  public static void writeSecret(Path file, String text) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.deleteIfExists(part);
    try (FileChannel out =
        FileChannel.open(
            part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), SECRET)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(file.toAbsolutePath().getParent());
  }

  /** Makes the names in a folder durable. */
  public static void sync(@org.jspecify.annotations.Nullable Path folder) throws IOException {
    if (folder == null) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("lock of " + path + " was not released", e);
    }
  }
}
