package org.gridappliance.portal.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.gridappliance.jobs.http.Problem;

/**
 * One person's home. Every step goes from an open folder to the next by name and never follows a
 * link, so that a link in the home leads nowhere; what is neither a regular file nor a folder is
 * refused. Blocks; used by one request.
 */
final class HomeFiles {
  private static final int MOST_ENTRIES = 100_000;

  private final Path home;
  private final Path temporary;

  /**
   * @param home of the person
   * @param temporary a folder of the same file system, where uploads grow until they are whole
   */
  HomeFiles(Path home, Path temporary) {
    this.home = home;
    this.temporary = temporary;
  }

  /** An entry of a folder; {@code kind} is {@code file} or {@code folder}. */
  record Entry(String name, String kind, long bytes, Instant modifiedAt) {}

  /** A folder's entries by name; {@code more} when it has more than are listed. */
  record Listing(List<Entry> entries, boolean more) {}

  /** A file open for reading; the caller closes the channel. */
  record Open(SeekableByteChannel channel, long bytes, Instant modifiedAt) {}

  /** {@return the file of a path, or empty when the path names a folder} */
  Optional<Open> open(HomePath path) throws IOException {
    if (path.names().isEmpty()) {
      return Optional.empty();
    }
    try (SecureDirectoryStream<Path> folder = walk(path.folders())) {
      Path name = name(path.last());
      BasicFileAttributes attributes = attributes(folder, path);
      if (attributes.isDirectory()) {
        return Optional.empty();
      }
      requireRegular(attributes, path);
      SeekableByteChannel channel =
          folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
      return Optional.of(
          new Open(channel, attributes.size(), attributes.lastModifiedTime().toInstant()));
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw Problem.notFound(path.toString());
    }
  }

  Listing list(HomePath path) throws IOException {
    List<Entry> entries = new ArrayList<>();
    boolean more = false;
    try (SecureDirectoryStream<Path> folder = walk(path.names())) {
      for (Path child : folder) {
        BasicFileAttributes attributes;
        try {
          attributes = view(folder, child.getFileName()).readAttributes();
        } catch (NoSuchFileException e) {
          continue; // removed since the folder was read
        }
        if (!attributes.isRegularFile() && !attributes.isDirectory()) {
          continue;
        }
        if (entries.size() == MOST_ENTRIES) {
          more = true;
          break;
        }
        entries.add(
            new Entry(
                child.getFileName().toString(),
                attributes.isDirectory() ? "folder" : "file",
                attributes.isDirectory() ? 0 : attributes.size(),
                attributes.lastModifiedTime().toInstant()));
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw Problem.notFound(path.toString());
    }
    entries.sort(Comparator.comparing(Entry::name));
    return new Listing(entries, more);
  }

  /** Removes a file, or a folder that is empty. */
  void delete(HomePath path) throws IOException {
    if (path.names().isEmpty()) {
      throw Problem.conflict("the home itself cannot be deleted");
    }
    try (SecureDirectoryStream<Path> folder = walk(path.folders())) {
      Path name = name(path.last());
      if (attributes(folder, path).isDirectory()) {
        folder.deleteDirectory(name);
      } else {
        folder.deleteFile(name); // a link is removed, not what it names
      }
      sync(folder);
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw Problem.notFound(path.toString());
    } catch (DirectoryNotEmptyException e) {
      throw Problem.conflict(path + " is not empty; delete what is in it first");
    }
  }

  /** Begins an upload; nothing is seen in the home until {@link Upload#finish}. */
  Upload upload(HomePath path) throws IOException {
    if (path.names().isEmpty()) {
      throw Problem.conflict("the home is a folder; name a file in it");
    }
    return new Upload(path);
  }

  /** A file on its way: written aside, made durable, then put in its place in one step. */
  final class Upload implements AutoCloseable {
    private final HomePath path;
    private final String part = "upload-" + UUID.randomUUID();
    private final FileChannel channel;

    private Upload(HomePath path) throws IOException {
      this.path = path;
      this.channel =
          FileChannel.open(
              temporary.resolve(part),
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }

    /** {@return whether the file is new}. Afterwards it is durable. */
    boolean finish() throws IOException {
      channel.force(true);
      boolean make = path.folders().isEmpty() ? false : path.names().getFirst().equals("uploads");
      try (SecureDirectoryStream<Path> folder =
              make ? walkAndMake(path.folders()) : walk(path.folders());
          SecureDirectoryStream<Path> from = secure(temporary)) {
        Path name = name(path.last());
        boolean there = false;
        try {
          BasicFileAttributes present = view(folder, name).readAttributes();
          if (present.isDirectory()) {
            throw Problem.conflict(path + " is a folder; choose another name");
          }
          requireRegular(present, path);
          there = true;
        } catch (NoSuchFileException e) {
          there = false;
        }
        from.move(Path.of(part), folder, name);
        sync(folder);
        return !there;
      } catch (NoSuchFileException | NotDirectoryException e) {
        throw Problem.conflict(
            "the folder of " + path + " is not there; only folders below uploads/ are made");
      } catch (AtomicMoveNotSupportedException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
      Files.deleteIfExists(temporary.resolve(part));
    }
  }

  private SecureDirectoryStream<Path> walk(List<String> names) throws IOException {
    SecureDirectoryStream<Path> folder = secure(home);
    for (String name : names) {
      folder = step(folder, name);
    }
    return folder;
  }

  private SecureDirectoryStream<Path> walkAndMake(List<String> names) throws IOException {
    SecureDirectoryStream<Path> folder = secure(home);
    for (String name : names) {
      try {
        boolean _ = view(folder, name(name)).readAttributes().isDirectory();
      } catch (NoSuchFileException e) {
        make(folder, name);
      }
      folder = step(folder, name);
    }
    return folder;
  }

  /** Makes a folder aside and moves it in: there is no mkdir by descriptor in Java. */
  private void make(SecureDirectoryStream<Path> folder, String name) throws IOException {
    Path made =
        Files.createDirectory(
            temporary.resolve("folder-" + UUID.randomUUID()),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (SecureDirectoryStream<Path> from = secure(temporary)) {
      from.move(made.getFileName(), folder, name(name));
      sync(folder);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      Files.delete(made); // another upload made it meanwhile
    }
  }

  /** Opens a folder in a folder and closes the outer one. */
  private static SecureDirectoryStream<Path> step(SecureDirectoryStream<Path> from, String name)
      throws IOException {
    try (from) {
      return from.newDirectoryStream(name(name), LinkOption.NOFOLLOW_LINKS);
    } catch (FileSystemException e) {
      if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
        throw e;
      }
      throw new NotDirectoryException(name); // a link: the kernel answers ELOOP
    }
  }

  @SuppressWarnings("StreamResourceLeak") // the caller closes what it gets
  private static SecureDirectoryStream<Path> secure(Path folder) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException(folder + " lies on a file system without openat; want a local one");
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, HomePath path)
      throws IOException {
    return view(folder, name(path.last())).readAttributes();
  }

  private static BasicFileAttributeView view(SecureDirectoryStream<Path> folder, Path name) {
    return folder.getFileAttributeView(
        name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static void requireRegular(BasicFileAttributes attributes, HomePath path) {
    if (!attributes.isRegularFile()) {
      throw Problem.conflict(
          path + " is a link, pipe or device; only regular files and folders are served");
    }
  }

  /** Makes the names in a folder durable. */
  private static void sync(SecureDirectoryStream<Path> folder) throws IOException {
    try (SeekableByteChannel channel =
        folder.newByteChannel(Path.of("."), Set.of(StandardOpenOption.READ))) {
      if (channel instanceof FileChannel file) {
        file.force(true);
      }
    }
  }

  private static Path name(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw Problem.invalid(
          "this machine's locale cannot write the name; start the portal with LC_ALL=C.UTF-8",
          List.of(new Problem.FieldError("path", "want a name that the locale can write")));
    }
  }
}
