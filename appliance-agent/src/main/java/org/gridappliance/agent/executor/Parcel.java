package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.file.Files;
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
 */
record Parcel(SubjobResult result, long sentStdout, long sentStderr, @Nullable Path folder) {
  private static final String NAME = "parcel.json";

  private record Stored(SubjobResult result, long sentStdout, long sentStderr) {}

  /** Makes it survive: {@return the same with its folder}. */
  Parcel store(Path spool) throws IOException {
    Path place = folder == null ? spool.resolve(result.lease()) : folder;
    Files.createDirectories(place);
    Path draft = place.resolve(NAME + ".new");
    Files.write(
        draft, LeaseProtocol.json().writeValueAsBytes(new Stored(result, sentStdout, sentStderr)));
    Files.move(draft, place.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    return new Parcel(result, sentStdout, sentStderr, place);
  }

  /** {@return what an earlier run left in a folder of the spool; empty when it was not finished} */
  static Optional<Parcel> read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Stored stored = LeaseProtocol.json().readValue(file.toFile(), Stored.class);
    return Optional.of(
        new Parcel(stored.result(), stored.sentStdout(), stored.sentStderr(), folder));
  }

  /** {@return where the bytes of an output are} */
  static Path file(Path folder, String sha256) {
    return folder.resolve("files").resolve(sha256);
  }

  /** Delivered or refused for good: nothing of it stays. */
  void discard() throws IOException {
    if (folder != null) {
      Files.deleteIfExists(folder.resolve(NAME)); // first: a half-removed one never counts
      Folders.remove(folder);
    }
  }
}
