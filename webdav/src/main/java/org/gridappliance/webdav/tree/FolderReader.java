package org.gridappliance.webdav.tree;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The names in a folder, 64 KiB of directory entries at a time, so that a folder of any size takes
 * the same memory. Not thread-safe.
 */
final class FolderReader implements AutoCloseable {
  private static final int BUFFER = 64 * 1024;

  private final Fd folder;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment buffer = arena.allocate(BUFFER, 8);
  private final Deque<byte[]> names = new ArrayDeque<>();

  /** Reads from the folder's current position; the descriptor stays the caller's. */
  FolderReader(Fd folder) {
    this.folder = folder;
  }

  /**
   * {@return the next name as stored, ended by NUL, never {@code .} or {@code ..}; null at the end}
   */
  byte @Nullable [] next() throws IOException {
    while (names.isEmpty()) {
      if (!fill()) {
        return null;
      }
    }
    return names.remove();
  }

  /** struct linux_dirent64: ino 8, off 8, reclen 2, type 1, name. */
  private boolean fill() throws IOException {
    int length;
    try {
      length = LibC.getdents64(folder.number(), buffer);
    } catch (LibC.Failed e) {
      throw Fd.failed(e, "the folder");
    }
    byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    int at = 0;
    while (at < length) {
      int record = (bytes[at + 16] & 0xff) | (bytes[at + 17] & 0xff) << 8;
      int end = at + 19;
      while (bytes[end] != 0) {
        end++;
      }
      byte[] name = Arrays.copyOfRange(bytes, at + 19, end + 1);
      if (!isDots(name)) {
        names.add(name);
      }
      at += record;
    }
    return length > 0;
  }

  private static boolean isDots(byte[] name) {
    return (name.length == 2 && name[0] == '.')
        || (name.length == 3 && name[0] == '.' && name[1] == '.');
  }

  /** {@return the bytes as text; what is not UTF-8 becomes U+FFFD} */
  static String text(byte[] name) {
    return new String(name, 0, name.length - 1, UTF_8);
  }

  @Override
  public void close() {
    arena.close();
  }
}
