package org.gridappliance.agent.executor;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import org.gridappliance.evm.seal.SealException;
import org.gridappliance.evm.seal.SealedFile;
import org.jspecify.annotations.Nullable;

/**
 * What a sealed subjob sends: its outputs, one after another in one sealed file, and its streams.
 * It lives as long as this JVM. Thread-safe.
 */
final class SealedParcel implements AutoCloseable {
  /** Of a result that holds everything itself. */
  static final SealedParcel NOTHING = new SealedParcel(null, Map.of(), null, null);

  /** Where an output lies. */
  record Stretch(long offset, long bytes) {}

  private final @Nullable SealedFile files;
  private final Map<String, Stretch> stretches;
  private final @Nullable SealedFile stdout;
  private final @Nullable SealedFile stderr;
  private volatile @Nullable SealException altered;

  SealedParcel(
      @Nullable SealedFile files,
      Map<String, Stretch> stretches,
      @Nullable SealedFile stdout,
      @Nullable SealedFile stderr) {
    this.files = files;
    this.stretches = Map.copyOf(stretches);
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** {@return what it printed, which does not travel inside the result; empty when that does} */
  Optional<Printed.Both> printed() {
    return stdout == null || stderr == null
        ? Optional.empty()
        : Optional.of(new Printed.Both(Printed.in(stdout), Printed.in(stderr)));
  }

  /** {@return an output's bytes from the beginning} */
  InputStream output(String sha256) throws IOException {
    Stretch place = stretches.get(sha256);
    if (files == null || place == null) {
      throw new IOException("the output " + sha256 + " was not kept");
    }
    InputStream in = files.stream(place.offset(), place.bytes());
    return new InputStream() {
      @Override
      public int read() throws IOException {
        try {
          return in.read();
        } catch (SealException e) {
          altered = e;
          throw e;
        }
      }

      @Override
      public int read(byte[] into, int from, int count) throws IOException {
        try {
          return in.read(into, from, count);
        } catch (SealException e) {
          altered = e;
          throw e;
        }
      }
    };
  }

  /** {@return what was found altered; then it can never be sent} */
  Optional<SealException> altered() {
    return Optional.ofNullable(altered);
  }

  @Override
  public void close() throws IOException {
    if (files != null) {
      files.close();
    }
    if (stdout != null && stderr != null) {
      stdout.close();
      stderr.close();
    }
  }
}
