package org.gridappliance.evm.bundle;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a bundle holds: every file with its SHA-256. Its text has one form only, so its own hash
 * names the bundle, and its signature covers every byte of it.
 *
 * <pre>
 * evm-bundle 1
 * jit false
 * exec-dir /usr/bin
 * library-dir /usr/lib/x86_64-linux-gnu/blas
 * file 755 SHA256 BYTES /usr/bin/hmmsearch
 * link usr/bin /bin
 * </pre>
 *
 * Lines of files and links are sorted by path; folders are implied. Names with control characters,
 * and link targets with spaces, are refused when it is made.
 *
 * @param jit its programs need memory that is writable and executable
 * @param execDirs folders whose files may be executed, absolute, sorted
 * @param libraryDirs folders for LD_LIBRARY_PATH, in order of search
 * @param entries by absolute path
 */
public record Manifest(
    boolean jit, List<String> execDirs, List<String> libraryDirs, Map<String, Entry> entries) {
  private static final String HEADER = "evm-bundle 1";
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final int MOST_ENTRIES = 200_000;

  /** What the launcher makes itself and would cover. */
  private static final List<String> SANDBOX_OWN = List.of("/proc", "/dev", "/tmp", "/work");

  /** A file or a symbolic link. */
  public sealed interface Entry {}

  /**
   * A regular file.
   *
   * @param sha256 lower-case hex
   */
  public record FileEntry(boolean executable, String sha256, long bytes) implements Entry {
    public FileEntry {
      if (!HASH.matcher(sha256).matches() || bytes < 0) {
        throw new IllegalArgumentException("not a file's hash and size: " + sha256 + " " + bytes);
      }
    }
  }

  /**
   * A symbolic link.
   *
   * @param target as it stands in the link
   */
  public record LinkEntry(String target) implements Entry {
    public LinkEntry {
      if (target.isEmpty() || target.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
        throw new IllegalArgumentException(
            "link target \"" + target + "\": want printable, no space");
      }
    }
  }

  public Manifest {
    execDirs = List.copyOf(execDirs);
    libraryDirs = List.copyOf(libraryDirs);
    entries = java.util.Collections.unmodifiableMap(new TreeMap<>(entries));
    execDirs.forEach(Manifest::checkPath);
    libraryDirs.forEach(Manifest::checkPath);
    entries.keySet().forEach(Manifest::checkPath);
    for (String path : entries.keySet()) {
      for (String own : SANDBOX_OWN) {
        if (path.equals(own) || path.startsWith(own + "/")) {
          throw new IllegalArgumentException(
              path + ": inside, " + own + " is the sandbox's own; give the file another path");
        }
      }
    }
    if (entries.size() > MOST_ENTRIES) {
      throw new IllegalArgumentException(entries.size() + " files: want at most " + MOST_ENTRIES);
    }
    for (String path : entries.keySet()) {
      for (int at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
        if (entries.containsKey(path.substring(0, at))) {
          throw new IllegalArgumentException(path + ": lies below a file or link of the bundle");
        }
      }
    }
  }

  /** Absolute, normal, printable: it can neither leave the bundle nor forge a line. */
  private static void checkPath(String path) {
    boolean good =
        path.length() > 1 && path.length() < 4096 && path.startsWith("/") && !path.endsWith("/");
    for (String part : path.substring(Math.min(1, path.length())).split("/", -1)) {
      good &= !part.isEmpty() && !part.equals(".") && !part.equals("..") && part.length() < 256;
    }
    good &= path.chars().noneMatch(c -> c < ' ' || c == 0x7f || c == 0xfffd);
    if (!good) {
      throw new IllegalArgumentException(
          "path \"" + path + "\": want an absolute one without ., .. or control characters");
    }
  }

  /** The one text of this manifest. */
  public String text() {
    StringBuilder text = new StringBuilder(HEADER + "\njit " + jit + "\n");
    execDirs.forEach(dir -> text.append("exec-dir ").append(dir).append('\n'));
    libraryDirs.forEach(dir -> text.append("library-dir ").append(dir).append('\n'));
    entries.forEach(
        (path, entry) -> {
          switch (entry) {
            case FileEntry file ->
                text.append("file ")
                    .append(file.executable() ? "755 " : "644 ")
                    .append(file.sha256())
                    .append(' ')
                    .append(file.bytes());
            case LinkEntry link -> text.append("link ").append(link.target());
          }
          text.append(' ').append(path).append('\n');
        });
    return text.toString();
  }

  public byte[] bytes() {
    return text().getBytes(StandardCharsets.UTF_8);
  }

  /** SHA-256 of the text, lower-case hex: the bundle's name everywhere. */
  public String id() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Sum of the sizes of its files. */
  public long totalBytes() {
    long total = 0;
    for (Entry entry : entries.values()) {
      if (entry instanceof FileEntry file) {
        total = Math.addExact(total, file.bytes());
      }
    }
    return total;
  }

  /** Parses a text; only the very text {@link #text} would write is accepted. */
  public static Manifest parse(byte[] bytes) throws BundleException {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
      Manifest manifest = parseLines(text.split("\n", -1));
      if (!manifest.text().equals(text)) {
        throw new BundleException("the manifest is not in its one form");
      }
      return manifest;
    } catch (CharacterCodingException | IllegalArgumentException | ArithmeticException e) {
      throw new BundleException("the manifest is broken: " + e.getMessage(), e);
    }
  }

  private static Manifest parseLines(String[] lines) throws BundleException {
    if (lines.length < 3 || !lines[0].equals(HEADER)) {
      throw new BundleException("the manifest does not begin with \"" + HEADER + "\"");
    }
    List<String> execDirs = new ArrayList<>();
    List<String> libraryDirs = new ArrayList<>();
    Map<String, Entry> entries = new TreeMap<>();
    for (int i = 2; i < lines.length - 1; i++) {
      String[] words = lines[i].split(" ", 2);
      if (words.length < 2) {
        throw new BundleException("line " + (i + 1) + " of the manifest: " + lines[i]);
      }
      switch (words[0]) {
        case "exec-dir" -> execDirs.add(words[1]);
        case "library-dir" -> libraryDirs.add(words[1]);
        case "file" -> {
          String[] file = fields(words[1], 4, i);
          entries.put(
              file[3], new FileEntry(file[0].equals("755"), file[1], Long.parseLong(file[2])));
        }
        case "link" -> {
          String[] link = fields(words[1], 2, i);
          entries.put(link[1], new LinkEntry(link[0]));
        }
        default -> throw new BundleException("line " + (i + 1) + " of the manifest: " + lines[i]);
      }
    }
    return new Manifest(lines[1].equals("jit true"), execDirs, libraryDirs, entries);
  }

  private static String[] fields(String text, int count, int line) throws BundleException {
    String[] fields = text.split(" ", count);
    if (fields.length != count) {
      throw new BundleException("line " + (line + 1) + " of the manifest: " + text);
    }
    return fields;
  }
}
