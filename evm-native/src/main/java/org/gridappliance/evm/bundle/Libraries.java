package org.gridappliance.evm.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;
import org.gridappliance.evm.elf.ElfException;
import org.gridappliance.evm.elf.ElfFile;

/**
 * Finds the libraries a program is loaded with, as ld.so(8) does: DT_RPATH (unless there is a
 * runpath), DT_RUNPATH, the folders of /etc/ld.so.conf, the built-in ones.
 */
final class Libraries {
  /** What Debian's ld.so searches without a cache, as in a bundle. */
  static final List<String> BUILT_IN =
      List.of("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib");

  private static final long MOST_BYTES = Integer.MAX_VALUE;

  private final List<String> configured;
  private final SequencedSet<String> beyondBuiltIn = new LinkedHashSet<>();

  Libraries() {
    this.configured = configuredFolders(Path.of("/etc/ld.so.conf"), 0);
  }

  /** {@return empty if the file is not ELF at all} */
  static Optional<ElfFile> parse(Path file) throws BundleException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = Math.min(channel.size(), MOST_BYTES);
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      return ElfFile.hasMagic(bytes) ? Optional.of(ElfFile.parse(bytes)) : Optional.empty();
    } catch (IOException e) {
      throw new BundleException("read " + file + ": " + e.getMessage(), e);
    } catch (ElfException e) {
      throw new BundleException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Finds a library of this machine.
   *
   * @return the name by which ld.so opens it
   * @throws BundleException if none of the folders holds it
   */
  Path find(String name, Path user, ElfFile elf) throws BundleException {
    if (name.startsWith("/")) {
      return Path.of(name);
    }
    if (name.contains("/")) {
      throw new BundleException(user + " wants the library " + name + " by a relative path");
    }
    List<String> own = new ArrayList<>(elf.runpath().isEmpty() ? elf.rpath() : elf.runpath());
    Path folder = user.getParent();
    String origin = folder == null ? "/" : folder.toString();
    own.replaceAll(dir -> dir.replace("${ORIGIN}", origin).replace("$ORIGIN", origin));
    for (String dir : own) {
      Path candidate = Path.of(dir).resolve(name);
      if (dir.startsWith("/") && isLibrary(candidate)) {
        return candidate;
      }
    }
    for (String dir : BUILT_IN) {
      if (isLibrary(Path.of(dir, name))) {
        return Path.of(dir, name);
      }
    }
    for (String dir : configured) {
      if (isLibrary(Path.of(dir, name))) {
        beyondBuiltIn.add(dir);
        return Path.of(dir, name);
      }
    }
    throw new BundleException(
        user + " wants the library " + name + ", which no folder of ld.so holds; install it");
  }

  /** Folders only the machine's ld.so.conf names: the bundle searches them by LD_LIBRARY_PATH. */
  List<String> foldersBeyondBuiltIn() {
    return List.copyOf(beyondBuiltIn);
  }

  /** A file of another architecture by the same name is passed over, as ld.so does. */
  private static boolean isLibrary(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try {
      return parse(file).isPresent();
    } catch (BundleException e) {
      return false; // ld.so goes on searching, and so do we; nothing found is an error with a
      // reason
    }
  }

  private static List<String> configuredFolders(Path conf, int depth) {
    List<String> folders = new ArrayList<>();
    if (depth > 4 || !Files.isRegularFile(conf)) {
      return folders;
    }
    try {
      for (String raw : Files.readAllLines(conf)) {
        String line = raw.replaceFirst("#.*", "").strip();
        if (line.startsWith("include ")) {
          Path pattern = Path.of(line.substring(8).strip());
          Path parent = pattern.getParent();
          if (parent != null && Files.isDirectory(parent)) {
            try (Stream<Path> all = Files.list(parent)) {
              var matcher = pattern.getFileSystem().getPathMatcher("glob:" + pattern);
              all.filter(matcher::matches)
                  .sorted()
                  .forEach(file -> folders.addAll(configuredFolders(file, depth + 1)));
            }
          }
        } else if (line.startsWith("/")) {
          folders.add(line);
        }
      }
    } catch (IOException e) {
      // an unreadable part of ld.so.conf names no folder; a library missing for it is an error with
      // its name
      return folders;
    }
    return folders;
  }
}
