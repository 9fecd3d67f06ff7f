package org.gridappliance.jobs.job;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;

/**
 * Opens a file that a caller named beneath a home folder. Every step is taken from the folder
 * before it ({@code openat} with {@code O_NOFOLLOW}), so no link and no change made meanwhile leads
 * out.
 */
public final class HomeFile {
  /** A path that cannot be opened; the message is for the caller and names no other path. */
  public static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  private static final int DEPTH = 64;

  private HomeFile() {}

  /**
   * {@return the file's bytes}
   *
   * @param path relative to the home, {@code /} between parts; a leading {@code /} means the home
   * @throws Refused when it leads out, or is not a regular file
   */
  public static SeekableByteChannel open(Path home, String path) throws Refused, IOException {
    List<String> parts =
        java.util.Arrays.stream(path.split("/", -1)).filter(part -> !part.isEmpty()).toList();
    if (path.indexOf('\0') >= 0 || parts.contains("..") || parts.contains(".")) {
      throw new Refused(
          "\"" + shown(path) + "\" is not a path of a file; choose one of your files");
    }
    if (parts.isEmpty() || parts.size() > DEPTH) {
      throw new Refused("\"" + shown(path) + "\" names no file; choose one of your files");
    }
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(home)) {
      if (!(stream instanceof SecureDirectoryStream<Path> folder)) {
        throw new IOException("this file system has no openat; use another for the data folder");
      }
      return descend(folder, parts, path);
    } catch (NoSuchFileException e) {
      throw new Refused("there is no file \"" + shown(path) + "\"; upload it first");
    } catch (FileSystemException e) {
      throw new Refused(
          "\"" + shown(path) + "\" cannot be opened as a file of yours; links are not followed");
    }
  }

  private static SeekableByteChannel descend(
      SecureDirectoryStream<Path> folder, List<String> parts, String path)
      throws Refused, IOException {
    Path name = Path.of(parts.getFirst());
    if (parts.size() > 1) {
      try (SecureDirectoryStream<Path> next =
          folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        return descend(next, parts.subList(1, parts.size()), path);
      }
    }
    BasicFileAttributes attributes =
        folder
            .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (!attributes.isRegularFile()) {
      throw new Refused(
          "\""
              + shown(path)
              + "\" is "
              + (attributes.isDirectory() ? "a folder" : "not a regular file")
              + "; choose a file");
    }
    return folder.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  private static String shown(String path) {
    String line = path.replaceAll("\\p{Cntrl}", "?");
    return line.length() > 120 ? line.substring(0, 120) + "…" : line;
  }
}
