package org.gridappliance.jobs.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.gridappliance.jobs.job.JobFolder;

/** The files that hold subjobs' stdout and stderr. */
final class OutputFiles {
  private OutputFiles() {}

  /** {@return bytes so far, 0 when there is none} */
  static long size(JobFolder folder, int index, String stream) {
    try {
      return Files.size(folder.output(index, stream));
    } catch (IOException e) { // not there: nothing was written
      return 0;
    }
  }

  /**
   * Appends live output. Not flushed to disk: it is for watching, the end of the subjob decides.
   *
   * @param offset where the bytes belong; 0 begins anew, as another try does
   * @param cap bytes that the file may have at most; what goes beyond is dropped
   * @return the size after it, or the size so far, negative minus one, when {@code offset} is not
   *     it
   */
  static long append(
      JobFolder folder, int index, String stream, long offset, byte[] bytes, long cap)
      throws IOException {
    Path file = folder.output(index, stream);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (offset == 0) {
        out.truncate(0);
      }
      long size = out.size();
      if (size != offset) {
        return -size - 1;
      }
      int length = (int) Math.min(bytes.length, Math.max(0, cap - offset));
      ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
      long at = offset;
      while (buffer.hasRemaining()) {
        at += out.write(buffer, at);
      }
      return at;
    }
  }

  /** {@return the last bytes of an output, as UTF-8; the first letter may be cut} */
  static String tail(JobFolder folder, int index, String stream, int most) throws IOException {
    try (FileChannel in = FileChannel.open(folder.output(index, stream))) {
      long from = Math.max(0, in.size() - most);
      ByteBuffer buffer = ByteBuffer.allocate(most);
      while (buffer.hasRemaining() && in.read(buffer, from + buffer.position()) > 0) {
        // the rest of it
      }
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }
  }

  /** Puts the live output so far on disk, when there is any. */
  static void sync(JobFolder folder, int index, String stream) throws IOException {
    Path file = folder.output(index, stream);
    if (Files.exists(file)) {
      JobFolder.sync(file);
    }
  }

  /** Puts a whole output on disk. */
  static void replace(JobFolder folder, int index, String stream, byte[] bytes) throws IOException {
    Path part = folder.tmp().resolve(UUID.randomUUID().toString());
    try (FileChannel out =
        FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      out.force(true);
    }
    Files.move(part, folder.output(index, stream), StandardCopyOption.ATOMIC_MOVE);
  }
}
