package org.gridappliance.jobs.trigger;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The files that lie in one folder of a home; what lies deeper is not seen. Every step goes from an
 * open folder to the next and follows no link.
 */
final class DropFolder {
  /** The most files a watched folder may hold. */
  static final int MOST_FILES = 10_000;

  private static final int NAME_BYTES = 255;

  /** What programs call a file that they have not finished, in lower case. */
  private static final List<String> UNFINISHED =
      List.of(".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", "~");

  private DropFolder() {}

  /**
   * A file.
   *
   * @param etag of its bytes as far as its size and time of change tell; a copy that keeps the
   *     time, as a restored backup, is the same file
   */
  record Entry(String name, long bytes, String etag) {}

  /** A folder that cannot be watched; the message is for its owner. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String message) {
      super(message);
    }
  }

  /** {@return the files that may start a run, the oldest first} */
  static List<Entry> list(Path home, List<String> path) throws Unusable, IOException {
    String shown = String.join("/", path);
    List<Dated> files = new ArrayList<>();
    try (SecureDirectoryStream<Path> folder = open(home, path)) {
      for (Path child : folder) {
        String name = child.getFileName().toString();
        if (isUnfinished(name)) {
          continue;
        }
        BasicFileAttributes attributes;
        try {
          attributes = view(folder, child.getFileName()).readAttributes();
        } catch (NoSuchFileException e) {
          continue; // removed since the folder was read
        }
        if (!attributes.isRegularFile() || attributes.size() == 0) {
          continue; // an empty file is one that is about to be written
        }
        if (files.size() == MOST_FILES) {
          throw new Unusable(
              "the folder \""
                  + shown
                  + "\" holds more than "
                  + MOST_FILES
                  + " files; move old ones away");
        }
        long time = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
        files.add(new Dated(new Entry(name, attributes.size(), etag(attributes)), time));
      }
    } catch (java.nio.file.FileSystemException e) { // gone, a file, or a link
      throw new Unusable("the folder \"" + shown + "\" is not there; make it, or choose another");
    }
    files.sort(Comparator.comparingLong(Dated::time).thenComparing(dated -> dated.entry().name()));
    return files.stream().map(Dated::entry).toList();
  }

  private record Dated(Entry entry, long time) {}

  /** {@return how one file of the folder is now, when it is there} */
  static Optional<Entry> find(Path home, List<String> path, String name)
      throws Unusable, IOException {
    return list(home, path).stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  private static String etag(BasicFileAttributes attributes) {
    return Long.toHexString(attributes.size())
        + "-"
        + Long.toHexString(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
  }

  private static boolean isUnfinished(String name) {
    String lower = name.toLowerCase(java.util.Locale.ROOT);
    return name.startsWith(".")
        || name.startsWith("~$")
        || name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > NAME_BYTES
        || UNFINISHED.stream().anyMatch(lower::endsWith);
  }

  @SuppressWarnings("StreamResourceLeak") // the caller closes the last, each step the one before
  private static SecureDirectoryStream<Path> open(Path home, List<String> path) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(home);
    if (!(stream instanceof SecureDirectoryStream<Path> folder)) {
      stream.close();
      throw new IOException("this file system has no openat; use another for the data folder");
    }
    for (String name : path) {
      try (SecureDirectoryStream<Path> from = folder) {
        folder = from.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
      }
    }
    return folder;
  }

  private static BasicFileAttributeView view(SecureDirectoryStream<Path> folder, Path name) {
    return folder.getFileAttributeView(
        name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }
}
