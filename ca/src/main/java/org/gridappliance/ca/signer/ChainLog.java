package org.gridappliance.ca.signer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.gridappliance.ca.CaException;
import org.gridappliance.ca.Fingerprint;

/**
 * The audit log: lines that are only ever appended, each forced to disk before its deed leaves the
 * process. A line is {@code HASH JSON}, where HASH = SHA-256(hash of the line before ‖ JSON) in
 * hexadecimal and the first line's "before" is empty; so a line that is changed, removed or put
 * between breaks all that follow. Who rewrites the whole file is found out by whoever remembers a
 * line's hash (the portal does). Used under the signer's lock.
 */
final class ChainLog implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HASH_CHARS = 64;

  /**
   * One line.
   *
   * @param seq its number, from 1
   */
  record Entry(long seq, String hash, JsonNode json) {}

  private final FileChannel file;
  private final List<Entry> entries;

  private ChainLog(FileChannel file, List<Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * Opens and checks it. An unfinished last line, as a crash leaves it, never had its deed leave
   * and is cut off.
   *
   * @throws CaException when a line is not what the line before it demands
   */
  static ChainLog open(Path path) throws IOException, CaException {
    FileChannel file =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      byte[] bytes = Files.readAllBytes(path);
      int end = bytes.length;
      while (end > 0 && bytes[end - 1] != '\n') {
        end--;
      }
      String text = new String(bytes, 0, end, StandardCharsets.UTF_8);
      List<Entry> entries = new ArrayList<>();
      for (String line : text.lines().toList()) {
        entries.add(read(path, line, entries));
      }
      if (end < bytes.length) {
        file.truncate(end).force(true);
      }
      file.position(end);
      return new ChainLog(file, entries);
    } catch (IOException | CaException e) {
      file.close();
      throw e;
    }
  }

  private static Entry read(Path path, String line, List<Entry> before) throws CaException {
    long seq = before.size() + 1L;
    try {
      String hash = line.substring(0, HASH_CHARS);
      String json = line.substring(HASH_CHARS + 1);
      JsonNode node = JSON.readTree(json);
      if (line.charAt(HASH_CHARS) == ' '
          && hash.equals(hash(before, json))
          && node.path("seq").asLong() == seq) {
        return new Entry(seq, hash, node);
      }
    } catch (IOException | IndexOutOfBoundsException e) {
      // told below
    }
    throw new CaException(
        CaException.Kind.BROKEN,
        "line "
            + seq
            + " of "
            + path
            + " was altered, or one before it removed: nothing is signed; restore the folder from a"
            + " backup, and revoke what the log of the portal names beyond it");
  }

  private static String hash(List<Entry> before, String json) {
    String last = before.isEmpty() ? "" : before.getLast().hash();
    return Fingerprint.hex((last + json).getBytes(StandardCharsets.UTF_8));
  }

  /** Appends a line and forces it to disk. {@return it} */
  Entry append(ObjectNode json) throws IOException {
    json.put("seq", entries.size() + 1);
    String text = JSON.writeValueAsString(json);
    String hash = hash(entries, text);
    long start = file.position();
    ByteBuffer line = StandardCharsets.UTF_8.encode(hash + " " + text + "\n");
    try {
      while (line.hasRemaining()) {
        file.write(line);
      }
      file.force(false);
    } catch (IOException e) {
      file.truncate(start); // a full disk must not leave half a line before the next one
      throw e;
    }
    Entry entry = new Entry(entries.size() + 1L, hash, json.deepCopy());
    entries.add(entry);
    return entry;
  }

  /** {@return all lines, oldest first; unmodifiable} */
  List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** {@return lines after a number} */
  List<Entry> after(long seq, int limit) {
    int from = Math.clamp(seq, 0, entries.size());
    return List.copyOf(entries.subList(from, Math.min(entries.size(), from + limit)));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
