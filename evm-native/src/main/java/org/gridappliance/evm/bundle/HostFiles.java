package org.gridappliance.evm.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files of this machine gathered so far for a bundle, as the paths programs know them by: a
 * path's links are kept as links, so what is found by a link here is found by it in the bundle. Not
 * thread-safe.
 */
final class HostFiles {
  private static final int MOST_LINKS = 40; // as the kernel

  private final Map<String, Path> files = new TreeMap<>();
  private final Map<String, String> links = new TreeMap<>();

  /**
   * Adds one file by any of its names.
   *
   * @return its real path
   * @throws BundleException if it is not a regular file reached by a finite number of links
   */
  Path addFile(Path path) throws BundleException {
    Path real = follow(path);
    if (!Files.isRegularFile(real, LinkOption.NOFOLLOW_LINKS)) {
      throw new BundleException(path + ": want a regular file");
    }
    files.put(real.toString(), real);
    return real;
  }

  /** Adds a file under another path than its own. */
  void addFileAs(Path source, String inside) throws BundleException {
    if (!Files.isRegularFile(source)) {
      throw new BundleException(source + ": want a regular file");
    }
    files.put(inside, source);
  }

  /** Adds a link for its own sake, as a package lists it; dangling ones are kept as they are. */
  void addLink(Path path) throws BundleException {
    Path parent = path.getParent();
    if (parent == null) {
      return;
    }
    Path link = follow(parent).resolve(path.getFileName());
    try {
      links.put(link.toString(), Files.readSymbolicLink(link).toString());
    } catch (IOException e) {
      throw new BundleException("read the link " + path + ": " + e.getMessage(), e);
    }
  }

  Map<String, Path> files() {
    return files;
  }

  Map<String, String> links() {
    return links;
  }

  /** {@return whether something is at this path inside} */
  boolean has(String inside) {
    return files.containsKey(inside);
  }

  /** Resolves every link on the way, keeping each. */
  private Path follow(Path path) throws BundleException {
    if (!path.isAbsolute()) {
      throw new BundleException(path + ": want an absolute path");
    }
    Deque<String> left = new ArrayDeque<>(parts(path.toString()));
    List<String> done = new ArrayList<>();
    int followed = 0;
    while (!left.isEmpty()) {
      String part = left.pop();
      if (part.equals("..")) {
        if (!done.isEmpty()) {
          done.removeLast();
        }
        continue;
      }
      Path here = Path.of("/" + String.join("/", done)).resolve(part);
      Optional<String> target = linkTarget(here);
      if (target.isEmpty()) {
        done.add(part);
        continue;
      }
      if (++followed > MOST_LINKS) {
        throw new BundleException(path + ": more than " + MOST_LINKS + " links on the way");
      }
      links.put(here.toString(), target.get());
      if (target.get().startsWith("/")) {
        done.clear();
      }
      parts(target.get()).reversed().forEach(left::push);
    }
    return Path.of("/" + String.join("/", done));
  }

  private static List<String> parts(String path) {
    return Arrays.stream(path.split("/", -1)).filter(p -> !p.isEmpty() && !p.equals(".")).toList();
  }

  private static Optional<String> linkTarget(Path path) throws BundleException {
    try {
      return Files.isSymbolicLink(path)
          ? Optional.of(Files.readSymbolicLink(path).toString())
          : Optional.empty();
    } catch (IOException e) {
      throw new BundleException("read the link " + path + ": " + e.getMessage(), e);
    }
  }
}
