package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.Limits;

/**
 * Finds the files that a subjob is to bring back. Its processes are dead by now, so nothing changes
 * underneath; links are never followed and what is not a regular file is refused.
 */
final class Outputs {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_PATH = 1024;

  /** The outputs cannot be brought back; the message is for people. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  private Outputs() {}

  /**
   * {@return matching files as paths relative to the folder, sorted}
   *
   * @param patterns paths or globs; a path that is not there is left out
   * @param inputs paths that are not outputs whatever the patterns say
   * @throws Refused when a match is not a regular file, or there are too many
   */
  static List<Path> find(Path folder, List<String> patterns, Set<String> inputs)
      throws IOException, Refused {
    if (patterns.isEmpty()) {
      return List.of();
    }
    Predicate<Path> wanted = matcher(patterns);
    List<Path> found = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    Files.walkFileTree(
        folder,
        EnumSet.noneOf(java.nio.file.FileVisitOption.class),
        MAX_DEPTH,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) {
            Path path = folder.relativize(file);
            String name = path.toString();
            if (inputs.contains(name) || !wanted.test(path)) {
              return FileVisitResult.CONTINUE;
            }
            if (!a.isRegularFile() || name.length() > MAX_PATH) {
              refused.add(name);
              return FileVisitResult.TERMINATE;
            }
            found.add(path);
            return found.size() > LeaseProtocol.MAX_OUTPUTS
                ? FileVisitResult.TERMINATE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // closed to its owner: not an output
          }
        });
    if (!refused.isEmpty()) {
      String name = refused.getFirst();
      boolean link = Files.isSymbolicLink(folder.resolve(name));
      throw notRegular(
          name,
          link
              ? "a symbolic link"
              : Files.isRegularFile(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)
                  ? "longer than " + MAX_PATH + " characters as a path"
                  : "a folder, a FIFO, a socket or a device");
    }
    checkCount(found.size());
    Collections.sort(found);
    return found;
  }

  /** {@return what the patterns name}: paths or globs. */
  static Predicate<Path> matcher(List<String> patterns) throws Refused {
    List<PathMatcher> matchers = new ArrayList<>();
    List<String> plain = new ArrayList<>();
    for (String pattern : patterns) {
      if (pattern.chars().noneMatch(c -> "*?[{\\".indexOf(c) >= 0)) {
        plain.add(pattern);
        continue;
      }
      try {
        matchers.add(FileSystems.getDefault().getPathMatcher("glob:" + pattern));
      } catch (PatternSyntaxException e) {
        throw new Refused("The output pattern " + pattern + " is not a glob: " + e.getMessage());
      }
    }
    return path ->
        plain.contains(path.toString()) || matchers.stream().anyMatch(m -> m.matches(path));
  }

  /** {@return the refusal of what is no regular file} */
  static Refused notRegular(String name, String what) {
    return new Refused(
        "The output %s is %s; only regular files are brought back."
            .formatted(name.length() > 100 ? name.substring(0, 100) + "…" : name, what));
  }

  /** Refuses paths that are too long, or too many. */
  static void checkNames(Set<String> found) throws Refused {
    for (String name : found) {
      if (name.length() > MAX_PATH) {
        throw notRegular(name, "longer than " + MAX_PATH + " characters as a path");
      }
    }
    checkCount(found.size());
  }

  private static void checkCount(int count) throws Refused {
    if (count > LeaseProtocol.MAX_OUTPUTS) {
      throw new Refused(
          "More than %d files match the outputs; let the application bring back fewer."
              .formatted(LeaseProtocol.MAX_OUTPUTS));
    }
  }

  /** Refuses more bytes than the subjob may use. */
  static void checkSize(long bytes, Limits limits) throws Refused {
    if (bytes > limits.diskBytes()) {
      throw new Refused(
          "Its outputs have %d bytes; at most %d are allowed."
              .formatted(bytes, limits.diskBytes()));
    }
  }
}
