package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.gridappliance.evm.seal.SealedFile;

/** What a program printed to one stream, so far: in a file, or sealed. Safe from any thread. */
interface Printed {
  /** {@return its length in bytes, 0 when there is nothing} */
  long size();

  /** {@return at most {@code count} bytes from {@code offset} on; fewer only at the end} */
  byte[] read(long offset, int count) throws IOException;

  /** Both streams of a program. */
  record Both(Printed stdout, Printed stderr) {}

  /** What lies in a file; a symbolic link is an error. */
  static Printed in(Path file) {
    return new Printed() {
      @Override
      public long size() {
        return file.toFile().length();
      }

      @Override
      public byte[] read(long offset, int count) throws IOException {
        try (FileChannel channel =
            FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
          int most = Math.clamp(channel.size() - offset, 0, count);
          ByteBuffer buffer = ByteBuffer.allocate(most);
          while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) > 0) {
            // the rest of the piece
          }
          byte[] bytes = new byte[buffer.position()];
          buffer.flip().get(bytes);
          return bytes;
        }
      }
    };
  }

  /** What lies sealed. */
  static Printed in(SealedFile file) {
    return new Printed() {
      @Override
      public long size() {
        return file.size();
      }

      @Override
      public byte[] read(long offset, int count) throws IOException {
        return file.read(offset, count);
      }
    };
  }
}
