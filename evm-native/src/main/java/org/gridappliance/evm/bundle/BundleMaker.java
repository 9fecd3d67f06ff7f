package org.gridappliance.evm.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.gridappliance.evm.elf.ElfFile;

/**
 * Gathers an application into a bundle: its executables with all libraries and interpreters they
 * are loaded with, and the files of its data and packages. In order: collect → close over libraries
 * → refuse what the sandbox would → manifest. {@link BundleStore#add} copies the files. Set-user-id
 * bits and owners are not taken along.
 */
public final class BundleMaker {
  /** Folders bound executable by the launcher, at most; above, whole subtrees are. */
  private static final int MOST_EXEC_DIRS = 128;

  private final boolean jit;
  private final HostFiles host = new HostFiles();
  private final Libraries libraries = new Libraries();
  private final Set<String> executables = new TreeSet<>();
  private final Set<String> execDirs = new TreeSet<>();
  private final Deque<Item> unscanned = new ArrayDeque<>();
  private final Set<Item> scanned = new HashSet<>();

  private final List<String> warnings = new ArrayList<>();

  /**
   * A file of this machine and its path in the bundle.
   *
   * @param required whether what it lacks makes the bundle impossible, or is a warning: packages
   *     hold helpers for programs that are not installed
   */
  private record Item(Path source, String inside, boolean required) {
    static Item of(Path real, boolean required) {
      return new Item(real, real.toString(), required);
    }
  }

  /**
   * @param jit its programs may have memory that is writable and executable
   */
  public BundleMaker(boolean jit) {
    this.jit = jit;
  }

  /**
   * Adds a program or script by the path it is called by, with what it is loaded with.
   *
   * @throws BundleException if a file is missing or the sandbox would refuse it, with the reason
   */
  public BundleMaker addExecutable(Path path) throws BundleException {
    Path real = host.addFile(path);
    if (!Files.isExecutable(real)) {
      throw new BundleException(path + ": is not executable");
    }
    unscanned.add(Item.of(real, true));
    close();
    return this;
  }

  /**
   * Adds a file of the author's own under another path, program or library or data. A program's own
   * libraries are added this way first, into a folder ld.so searches.
   *
   * @param inside absolute, in the bundle
   */
  public BundleMaker addOwn(Path source, String inside) throws BundleException {
    host.addFileAs(source, inside);
    unscanned.add(new Item(source, inside, true));
    close();
    return this;
  }

  /** Adds a file of data, or a folder with all below it. */
  public BundleMaker addData(Path path) throws BundleException {
    if (!Files.isDirectory(path)) {
      addOne(path);
    } else {
      try (var all = Files.walk(path)) {
        for (Path each : all.toList()) {
          if (!Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
            addOne(each);
          }
        }
      } catch (IOException e) {
        throw new BundleException("list " + path + ": " + e.getMessage(), e);
      }
    }
    close();
    return this;
  }

  /** Adds all files of an installed Debian package but its documentation. */
  public BundleMaker addPackage(String name) throws BundleException {
    if (!name.matches("[a-z0-9][a-z0-9+.-]{1,100}(:[a-z0-9]+)?")) {
      throw new BundleException("package \"" + name + "\": not a name of a Debian package");
    }
    for (String line : dpkgList(name)) {
      Path path = Path.of(line);
      boolean documentation =
          line.startsWith("/usr/share/doc/")
              || line.startsWith("/usr/share/man/")
              || line.startsWith("/usr/share/lintian/");
      if (line.startsWith("/") && !documentation && !Files.isDirectory(path)) {
        addOne(path);
      }
    }
    close();
    return this;
  }

  /** The manifest of what was added. Hashes every file. */
  public Manifest manifest() throws BundleException {
    Map<String, Manifest.Entry> entries = new TreeMap<>();
    for (Map.Entry<String, Path> file : host.files().entrySet()) {
      Path source = file.getValue();
      boolean executable = executables.contains(file.getKey()) || Files.isExecutable(source);
      entries.put(file.getKey(), Hashes.fileEntry(source, executable));
    }
    host.links().forEach((path, target) -> entries.put(path, new Manifest.LinkEntry(target)));
    try {
      return new Manifest(jit, fewerExecDirs(), libraries.foldersBeyondBuiltIn(), entries);
    } catch (IllegalArgumentException e) {
      throw new BundleException("the files make no bundle: " + e.getMessage(), e);
    }
  }

  /**
   * What files of data and packages lack: their own interpreter or a library, or they are not
   * programs of this architecture. The bundle works unless the application uses them.
   */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Where the files of {@link #manifest} are on this machine, for {@link BundleStore#add}. */
  public BundleStore.Source source() {
    Map<String, Path> files = Map.copyOf(host.files());
    return path -> {
      Path file = files.get(path);
      if (file == null) {
        throw new BundleException(path + ": it was not added");
      }
      return file;
    };
  }

  private void addOne(Path path) throws BundleException {
    if (Files.isSymbolicLink(path) && !Files.isRegularFile(path)) {
      host.addLink(path); // to a folder, or dangling
      return;
    }
    unscanned.add(Item.of(host.addFile(path), false));
  }

  /** Reads what was added and adds what that needs, until nothing new is needed. */
  private void close() throws BundleException {
    while (!unscanned.isEmpty()) {
      Item item = unscanned.pop();
      if (!scanned.add(item)) {
        continue;
      }
      try {
        scan(item);
      } catch (BundleException e) {
        if (item.required) {
          throw e;
        }
        warnings.add(e.getMessage());
      }
    }
  }

  private void scan(Item item) throws BundleException {
    Optional<ElfFile> elf = Libraries.parse(item.source);
    if (elf.isPresent()) {
      need(item, elf.get());
    } else if (Files.isExecutable(item.source)) {
      needInterpreter(item);
    }
  }

  private void need(Item item, ElfFile elf) throws BundleException {
    List<String> problems = elf.problems(jit);
    if (!problems.isEmpty()) {
      throw new BundleException(item.source + ": " + String.join("; ", problems));
    }
    markExecutable(item.inside);
    List<Path> wanted = new ArrayList<>();
    elf.interpreter().map(Path::of).ifPresent(wanted::add);
    for (String name : elf.needed()) {
      if (Libraries.BUILT_IN.stream().noneMatch(dir -> host.has(dir + "/" + name))) {
        wanted.add(libraries.find(name, item.source, elf));
      }
    }
    for (Path path : wanted) {
      unscanned.add(Item.of(host.addFile(path), item.required));
    }
  }

  /** A script's first line names a program, which is needed too. */
  private void needInterpreter(Item item) throws BundleException {
    Path script = item.source;
    byte[] head = new byte[256];
    int length;
    try (var in = Files.newInputStream(script)) {
      length = in.readNBytes(head, 0, head.length);
    } catch (IOException e) {
      throw new BundleException("read " + script + ": " + e.getMessage(), e);
    }
    String text = new String(head, 0, length, StandardCharsets.ISO_8859_1);
    if (!text.startsWith("#!")) {
      return; // data with an executable bit
    }
    String[] words = text.substring(2).split("\n", 2)[0].strip().split("\\s+", 2);
    Path interpreter = Path.of(words[0]);
    if (!Files.isExecutable(interpreter)) {
      throw new BundleException(script + ": its interpreter " + words[0] + " is not installed");
    }
    markExecutable(item.inside);
    unscanned.add(Item.of(host.addFile(interpreter), item.required));
  }

  private void markExecutable(String inside) {
    executables.add(inside);
    execDirs.add(inside.substring(0, Math.max(1, inside.lastIndexOf('/'))));
  }

  /** Without those inside another; when still many, their tops two levels down. */
  private List<String> fewerExecDirs() {
    List<String> tops = new ArrayList<>();
    for (String dir : execDirs) {
      if (tops.isEmpty() || !dir.startsWith(tops.getLast() + "/")) {
        tops.add(dir);
      }
    }
    if (tops.size() <= MOST_EXEC_DIRS) {
      return tops;
    }
    Set<String> shallow = new TreeSet<>();
    for (String dir : tops) {
      Path path = Path.of(dir);
      shallow.add("/" + path.subpath(0, Math.min(2, path.getNameCount())));
    }
    return List.copyOf(shallow);
  }

  private static List<String> dpkgList(String name) throws BundleException {
    try {
      Process process = new ProcessBuilder("dpkg", "-L", name).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new BundleException("package " + name + " is not installed: " + output.strip());
      }
      return output.lines().toList();
    } catch (IOException e) {
      throw new BundleException("run dpkg -L " + name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BundleException("interrupted while listing package " + name, e);
    }
  }
}
