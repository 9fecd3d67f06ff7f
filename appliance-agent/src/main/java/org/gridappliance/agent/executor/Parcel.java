package org.gridappliance.agent.executor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * A result on its way to the portal. One with files has a folder in the spool: {@code files/SHA256}
 * for every output, {@code stdout} and {@code stderr} as far as they do not travel inside the
 * result, and at last {@code parcel.json}: only with that it counts after a crash, and is delivered
 * by the next start. One without files is in memory until the portal cannot be reached.
 *
 * @param result what the portal gets
 * @param sentStdout bytes of stdout that the portal had at the end
 * @param sentStderr likewise
 * @param folder in the spool, null while in memory only
 * @param sealed of a sealed subjob: what it sends beside the result. Such a parcel never goes to
 *     the spool, so it ends with this JVM, and its subjob runs again
 */
record Parcel(
    SubjobResult result,
    long sentStdout,
    long sentStderr,
    @Nullable Path folder,
    @Nullable SealedParcel sealed) {
  private static final String NAME = "parcel.json";

  private static final Printed EMPTY =
      new Printed() {
        @Override
        public long size() {
          return 0;
        }

        @Override
        public byte[] read(long offset, int count) {
          return new byte[0];
        }
      };
  private static final Printed.Both NOTHING = new Printed.Both(EMPTY, EMPTY);

  private record Stored(SubjobResult result, long sentStdout, long sentStderr) {}

  /** A result without files. */
  static Parcel light(SubjobResult result) {
    return new Parcel(result, 0, 0, null, null);
  }

  /** {@return whether files are to be brought before the result} */
  boolean hasFiles() {
    return folder != null || (sealed != null && sealed != SealedParcel.NOTHING);
  }

  /** {@return the bytes of an output} */
  InputStream output(String sha256) throws IOException {
    if (sealed != null) {
      return sealed.output(sha256);
    }
    if (folder == null) {
      throw new IOException("the output " + sha256 + " was not kept");
    }
    return Files.newInputStream(file(folder, sha256), LinkOption.NOFOLLOW_LINKS);
  }

  /** {@return the streams that do not travel inside the result; an absent one has no bytes} */
  Printed.Both printed() {
    Printed.Both inside = sealed == null ? null : sealed.printed().orElse(null);
    if (inside != null || folder == null) {
      return inside == null ? NOTHING : inside;
    }
    return new Printed.Both(
        Printed.in(folder.resolve("stdout")), Printed.in(folder.resolve("stderr")));
  }

  /** Makes it survive: {@return the same with its folder}. */
  Parcel store(Path spool) throws IOException {
    if (sealed != null) {
      return this;
    }
    Path place = folder == null ? spool.resolve(result.lease()) : folder;
    Files.createDirectories(place);
    Path draft = place.resolve(NAME + ".new");
    Files.write(
        draft, LeaseProtocol.json().writeValueAsBytes(new Stored(result, sentStdout, sentStderr)));
    Files.move(draft, place.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    return new Parcel(result, sentStdout, sentStderr, place, null);
  }

  /** {@return what an earlier run left in a folder of the spool; empty when it was not finished} */
  static Optional<Parcel> read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Stored stored = LeaseProtocol.json().readValue(file.toFile(), Stored.class);
    return Optional.of(
        new Parcel(stored.result(), stored.sentStdout(), stored.sentStderr(), folder, null));
  }

  /** {@return where the bytes of an output are} */
  static Path file(Path folder, String sha256) {
    return folder.resolve("files").resolve(sha256);
  }

  /** Delivered or refused for good: nothing of it stays. */
  void discard() throws IOException {
    if (sealed != null) {
      sealed.close();
    }
    if (folder != null) {
      Files.deleteIfExists(folder.resolve(NAME)); // first: a half-removed one never counts
      Folders.remove(folder);
    }
  }
}
