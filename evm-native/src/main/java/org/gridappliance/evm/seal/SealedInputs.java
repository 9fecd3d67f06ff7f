package org.gridappliance.evm.seal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Makes a {@link SealedFolder} of bytes that come by stream and never lie on the disk in clear:
 * {@link #add} for every input, then {@link #finish}. Not thread-safe.
 */
public final class SealedInputs {
  private static final int FOLDER = 0755;
  private static final int FILE = 0444;

  private final Path folder;
  private final SealKey key;
  private final SealedWriter writer;
  private final Map<String, Long> folders = new HashMap<>();

  /**
   * Begins with an empty one.
   *
   * @param folder made when it is not there; must be empty
   */
  public SealedInputs(Path folder, SealKey key) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.key = key;
    this.writer = new SealedWriter(folder, key);
    folders.put("", writer.folder(0, "", FOLDER));
  }

  /**
   * Seals one file, read-only, and the folders on its way.
   *
   * @param path relative, without "." and "..", not added before
   * @param in read to its end, not closed
   */
  public void add(String path, InputStream in) throws IOException {
    int slash = path.lastIndexOf('/');
    writer.file(parent(path.substring(0, Math.max(0, slash))), path.substring(slash + 1), FILE, in);
  }

  private long parent(String path) {
    Long known = folders.get(path);
    if (known != null) {
      return known;
    }
    int slash = path.lastIndexOf('/');
    long above = parent(path.substring(0, Math.max(0, slash)));
    long made = writer.folder(above, path.substring(slash + 1), FOLDER);
    folders.put(path, made);
    return made;
  }

  /** Writes the index: generation {@link SealedFolder#FIRST_GENERATION}. */
  public void finish() throws IOException {
    SealedFolder.write(writer.index(), folder, key);
  }
}
