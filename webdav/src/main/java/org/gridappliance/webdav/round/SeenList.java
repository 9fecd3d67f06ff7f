package org.gridappliance.webdav.round;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;

/**
 * The file in which a round writes down what it saw: a line each of kind, inode, birth, size, time
 * and mode in hexadecimal, and the key. It is replaced whole. One that is damaged counts as none:
 * then nothing is known of what was before.
 */
public final class SeenList {
  private static final Pattern BLANK = Pattern.compile(" ");

  private final Path file;

  /** Where it lies. */
  public SeenList(Path file) {
    this.file = file;
  }

  /** {@return what the last round saw; nothing when there was none} */
  public Sight read() throws IOException {
    Sight sight = new Sight();
    try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] part = BLANK.split(line, 7);
        if (part.length < 7) {
          return new Sight();
        }
        sight.add(
            new Seen(
                part[6],
                part[0].equals("d"),
                hex(part[1]),
                hex(part[2]),
                hex(part[3]),
                hex(part[4]),
                (int) hex(part[5])));
      }
      return sight;
    } catch (NoSuchFileException | NumberFormatException e) {
      return new Sight();
    }
  }

  private static long hex(String text) {
    return Long.parseUnsignedLong(text, 16);
  }

  /** Replaces it. Keys have no line ends: paths with control characters are never served. */
  public void write(Sight sight) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (BufferedWriter lines = Files.newBufferedWriter(fresh, UTF_8)) {
      for (Seen seen : sight.all()) {
        lines.write(
            String.join(
                " ",
                seen.isFolder() ? "d" : "f",
                Long.toHexString(seen.inode()),
                Long.toHexString(seen.born()),
                Long.toHexString(seen.size()),
                Long.toHexString(seen.modified()),
                Integer.toHexString(seen.mode()),
                seen.key()));
        lines.write('\n');
      }
    }
    try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
