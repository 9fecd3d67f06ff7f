package org.gridappliance.agent.executor;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.gridappliance.agent.envelope.Spec;
import org.gridappliance.evm.seal.SealKey;
import org.gridappliance.evm.seal.SealedFile;
import org.gridappliance.evm.seal.SealedFolder;
import org.gridappliance.evm.seal.SealedInputs;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/**
 * Sealed: inputs stream from the portal through the {@link SealedCache} into a sealed folder, which
 * evm-seal opens for the program alone; outputs and what it printed wait for the portal in files
 * without a name, sealed with keys of their own. No key is ever on the disk: when this JVM ends,
 * all of it can be opened by nobody.
 */
final class SealedScratch implements Scratch {
  /** A larger index takes the agent's memory. */
  private static final long MOST_INDEX = 16L << 20;

  /** Never taken of the owner's disk. */
  private static final long SPARED_BYTES = 256L << 20;

  /** Bytes of inputs that subjobs are copying now. */
  private static final AtomicLong STAGING = new AtomicLong();

  private final Path own;
  private final SealedCache cache;
  private final SealKey key;
  private final SealedFile stdout;
  private final SealedFile stderr;
  private @Nullable SealedFile files;
  private Map<String, SealedParcel.Stretch> stretches = new HashMap<>();
  private long generation = SealedFolder.FIRST_GENERATION;
  private long inputBytes;
  private int inputFiles;
  private boolean given;

  /**
   * @param own its folder; made
   * @param hex the subjob's key
   */
  SealedScratch(Path own, String hex, SealedCache cache) throws IOException {
    this.own = own;
    this.cache = cache;
    this.key = SealKey.ofHex(hex);
    Files.createDirectories(own);
    stdout = new SealedFile(own, "stdout");
    stderr = new SealedFile(own, "stderr");
  }

  private Path work() {
    return own.resolve("work");
  }

  @Override
  public @Nullable Failure stageIn(Lease lease, PortalClient portal)
      throws IOException, InterruptedException {
    SealedCache.Source source =
        (file, into) -> portal.fetch(lease.lease(), file.sha256(), file.bytes(), into);
    long needed = lease.inputs().stream().mapToLong(FileRef::bytes).sum();
    long others = STAGING.getAndAdd(needed);
    try {
      long room = own.toFile().getUsableSpace() - others;
      if (room < needed + SPARED_BYTES) {
        return Scratch.notHere(
            "input",
            new IOException(
                "its sealed copy needs %d bytes and %d are free, of which %d are spared"
                    .formatted(needed, Math.max(0, room), SPARED_BYTES)));
      }
      return seal(lease, source);
    } finally {
      STAGING.addAndGet(-needed);
    }
  }

  private @Nullable Failure seal(Lease lease, SealedCache.Source source)
      throws IOException, InterruptedException {
    SealedInputs inputs = new SealedInputs(work(), key);
    Set<String> folders = new TreeSet<>();
    for (FileRef input : lease.inputs()) {
      SealedFile lent;
      try {
        lent = cache.take(input, source);
      } catch (IOException e) {
        return Scratch.notHere("input " + input.path(), e);
      }
      try {
        inputs.add(input.path(), lent.stream());
      } catch (IOException e) {
        cache.drop(input, lent); // whichever side it was: the next try begins anew
        throw e;
      } finally {
        cache.release(input, lent);
      }
      inputBytes += input.bytes();
      for (Path at = Path.of(input.path()); at != null; at = at.getParent()) {
        folders.add(at.toString());
      }
    }
    inputFiles = folders.size();
    inputs.finish();
    return null;
  }

  @Override
  public Spec spec(Lease lease, Spec.@Nullable Screen screen, int slot, Spec.Code code, int run) {
    generation = SealedFolder.FIRST_GENERATION + run;
    return new Spec(
        lease.command(),
        lease.environment(),
        work(),
        own.resolve("tmp"),
        List.of(),
        own.resolve("stdout"),
        own.resolve("stderr"),
        lease.limits(),
        screen,
        slot,
        code,
        new Spec.Sealed(key, generation, inputBytes, inputFiles, stdout, stderr));
  }

  @Override
  public Printed.Both printed() {
    return new Printed.Both(Printed.in(stdout), Printed.in(stderr));
  }

  @Override
  public List<FileRef> collect(Lease lease) throws IOException, Outputs.Refused {
    if (lease.outputs().isEmpty()) {
      return List.of();
    }
    Path index = work().resolve("index");
    if (Files.exists(index) && Files.size(index) > MOST_INDEX) {
      throw new Outputs.Refused(
          "It left too many files, or wrote them in too many small pieces, for sealed scratch.");
    }
    SealedFolder folder = SealedFolder.open(work(), key, generation + 1);
    Set<String> known = lease.inputs().stream().map(FileRef::path).collect(Collectors.toSet());
    Predicate<Path> wanted = Outputs.matcher(lease.outputs());
    for (String other : folder.others()) {
      if (!known.contains(other) && wanted.test(Path.of(other))) {
        throw Outputs.notRegular(other, "a symbolic link, a FIFO or a socket");
      }
    }
    Map<String, Long> sizes = folder.files();
    Set<String> found = new TreeSet<>();
    long bytes = 0;
    for (Map.Entry<String, Long> file : sizes.entrySet()) {
      if (!known.contains(file.getKey()) && wanted.test(Path.of(file.getKey()))) {
        found.add(file.getKey());
        bytes += file.getValue();
        Outputs.checkSize(bytes, lease.limits());
      }
    }
    Outputs.checkNames(found);
    SealedFile into = new SealedFile(own, "outputs");
    files = into;
    List<FileRef> outputs = new ArrayList<>();
    for (String path : found) {
      MessageDigest digest = Digests.sha256();
      long start = into.size();
      folder.copy(path, new Copy(into, digest));
      String sha256 = HexFormat.of().formatHex(digest.digest());
      long length = into.size() - start;
      outputs.add(new FileRef(path, sha256, length));
      stretches.putIfAbsent(sha256, new SealedParcel.Stretch(start, length));
    }
    return outputs;
  }

  /** Every checked block goes on sealed, and into the sum. */
  private static final class Copy extends OutputStream {
    private final SealedFile into;
    private final MessageDigest digest;

    Copy(SealedFile into, MessageDigest digest) {
      this.into = into;
      this.digest = digest;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      into.append(bytes, offset, length);
      digest.update(bytes, offset, length);
    }
  }

  @Override
  public void dropOutputs() throws IOException {
    stretches = new HashMap<>();
    if (files != null) {
      files.close();
      files = null;
    }
  }

  @Override
  public Parcel parcel(Subjob subjob, SubjobResult result) {
    if (result.outputs().isEmpty() && result.stdout() != null && result.stderr() != null) {
      return new Parcel(result, 0, 0, null, SealedParcel.NOTHING);
    }
    synchronized (subjob.sent()) {
      given = true;
      return new Parcel(
          result,
          subjob.sent().stdout().offset(),
          subjob.sent().stderr().offset(),
          null,
          new SealedParcel(files, stretches, stdout, stderr));
    }
  }

  @Override
  public void close() {
    if (!given) {
      try {
        dropOutputs();
        stdout.close();
        stderr.close();
      } catch (IOException e) { // they have no name: the end of the process frees them
        System.getLogger(SealedScratch.class.getName())
            .log(System.Logger.Level.DEBUG, "closing: {0}", e.toString());
      }
    }
    key.forget();
    Scratch.remove(own);
  }
}
