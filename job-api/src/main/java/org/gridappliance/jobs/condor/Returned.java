package org.gridappliance.jobs.condor;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.gridappliance.jobs.job.JobFolder;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.Failure.Kind;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.LeaseProtocol;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * What a task left, brought back by HTCondor into {@code N/out}. It counts only when its manifest
 * is there and every file is as it says, so that half of a transfer is never a result.
 */
final class Returned {
  private static final int MOST_END = 1 << 17;

  private static final String[] SIGNALS = {
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
  };

  private final Path out;
  private final Map<String, String> hashes;

  private Returned(Path out, Map<String, String> hashes) {
    this.out = out;
    this.hashes = hashes;
  }

  /** {@return what is there, when it is whole} */
  static Optional<Returned> whole(Path out) throws IOException {
    try {
      return listed(out);
    } catch (CharacterCodingException | InvalidPathException e) {
      return Optional.empty(); // names that are no text: a machine of ours lists none
    }
  }

  private static Optional<Returned> listed(Path out) throws IOException {
    Path manifest = out.resolve("manifest");
    if (!Files.isRegularFile(manifest, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    Map<String, String> hashes = new HashMap<>();
    for (String line : Files.readString(manifest, StandardCharsets.UTF_8).split("\n", -1)) {
      // "HASH  ./PATH"; a path with a newline or backslash is written "\HASH  ./ESCAPED"
      if (line.length() > 68 && line.startsWith("  ./", 64)) {
        hashes.put(line.substring(68), line.substring(0, 64));
      } else if (!line.isEmpty()) {
        return Optional.empty();
      }
    }
    for (Map.Entry<String, String> one : hashes.entrySet()) {
      Path file = out.resolve(one.getKey()).normalize();
      if (!file.startsWith(out)
          || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          || !sha256(file).equals(one.getValue())) {
        return Optional.empty();
      }
    }
    return Optional.of(new Returned(out, hashes));
  }

  /**
   * {@return the result of one subjob; its files are moved to where the job keeps them}
   *
   * @throws IOException when they cannot be kept
   */
  SubjobResult result(Lease lease, JobFolder folder) throws IOException {
    Path mine = out.resolve(Integer.toString(lease.index()));
    Optional<Ending> read = Ending.parse(text(mine.resolve("end"), MOST_END), lease.limits());
    if (read.isEmpty()) {
      return failed(lease, "the machine did not say how the program ended");
    }
    Ending end = read.get();
    int status = end.status();
    Failure failure = end.failure() == null ? printed(lease, mine) : end.failure();
    List<FileRef> files =
        failure == null && status == 0 ? files(mine.resolve("files"), folder) : List.of();
    boolean signalled = status > 128 && status < 160;
    return new SubjobResult(
        lease.lease(),
        lease.fence(),
        failure != null || signalled ? null : status,
        failure == null && signalled ? "SIG" + SIGNALS[status - 129] : null,
        failure,
        end.wallSeconds(),
        end.cpuSeconds(),
        end.peakMemoryBytes(),
        files,
        output(lease, mine, folder, "stdout"),
        output(lease, mine, folder, "stderr"));
  }

  /** {@return a result that says only why there is none} */
  static SubjobResult failed(Lease lease, Failure why) {
    return new SubjobResult(
        lease.lease(), lease.fence(), null, null, why, 0, null, null, List.of(), null, null);
  }

  private static SubjobResult failed(Lease lease, String why) {
    return failed(lease, Failure.of(Kind.EXECUTOR, why, "it is tried again"));
  }

  private static @Nullable Failure printed(Lease lease, Path mine) throws IOException {
    for (String stream : List.of("stdout", "stderr")) {
      Path file = mine.resolve(stream);
      if (Files.exists(file) && Files.size(file) > lease.limits().outputBytes()) {
        return Failure.of(
            Kind.LIMIT,
            "it wrote more than %d MiB to %s".formatted(lease.limits().outputBytes() >> 20, stream),
            "have it write less, or to a file that is an output");
      }
    }
    return null;
  }

  private List<FileRef> files(Path from, JobFolder folder) throws IOException {
    List<FileRef> files = new ArrayList<>();
    if (!Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
      return files; // it left none: an empty folder is not brought back
    }
    List<Path> found;
    try (Stream<Path> all = Files.walk(from)) {
      found = all.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
    }
    for (Path file : found) {
      String sha256 = hashes.get(out.relativize(file).toString());
      if (sha256 == null || files.size() == LeaseProtocol.MAX_OUTPUTS) {
        continue;
      }
      FileRef ref = new FileRef(from.relativize(file).toString(), sha256, Files.size(file));
      Path blob = folder.blob(sha256);
      if (!Files.exists(blob)) {
        Files.createDirectories(folder.blobs(sha256));
        JobFolder.sync(file);
        link(file, blob, folder);
        JobFolder.sync(folder.blobs(sha256));
      }
      files.add(ref);
    }
    return files;
  }

  /**
   * Gives a file a second name; not moved, since it must still be whole should it be read again.
   */
  private static void link(Path file, Path to, JobFolder folder) throws IOException {
    Path part = folder.tmp().resolve(UUID.randomUUID().toString());
    Files.createLink(part, file);
    Files.move(part, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(part); // two names of one file: the move did nothing
  }

  /** {@return short output; null when it was laid where long output belongs} */
  private static @Nullable String output(Lease lease, Path mine, JobFolder folder, String stream)
      throws IOException {
    Path file = mine.resolve(stream);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return "";
    }
    if (Files.size(file) <= LeaseProtocol.MAX_INLINE_OUTPUT) {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
    JobFolder.sync(file);
    link(file, folder.output(lease.index(), stream), folder);
    return null;
  }

  private static String text(Path file, int most) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > most) {
      return "";
    }
    return Files.readString(file);
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), sha)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
