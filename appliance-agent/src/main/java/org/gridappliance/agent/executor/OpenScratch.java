package org.gridappliance.agent.executor;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gridappliance.agent.envelope.Spec;
import org.gridappliance.jobs.lease.Failure;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.lease.Lease;
import org.gridappliance.jobs.lease.SubjobResult;
import org.jspecify.annotations.Nullable;

/** In clear: inputs from the {@link InputCache}, outputs moved into the spool. */
final class OpenScratch implements Scratch {
  private final Path own;
  private final Path parcels;
  private final Path spool;
  private final InputCache cache;
  private final List<InputCache.Lent> lent = new ArrayList<>();
  private final List<Spec.Input> inputs = new ArrayList<>();

  /**
   * @param own its folder; made
   * @param parcels the folder of all parcels; its own is made there when there is something to keep
   */
  OpenScratch(Path own, Path parcels, String lease, InputCache cache) throws IOException {
    this.own = own;
    this.parcels = parcels;
    this.spool = parcels.resolve(lease);
    this.cache = cache;
    Files.createDirectories(own.resolve("work"));
    Files.createDirectory(own.resolve("tmp"));
    Files.createFile(own.resolve("stdout"));
    Files.createFile(own.resolve("stderr"));
  }

  @Override
  public @Nullable Failure stageIn(Lease lease, PortalClient portal) throws InterruptedException {
    InputCache.Source source =
        (file, into) -> portal.fetch(lease.lease(), file.sha256(), file.bytes(), into);
    for (FileRef input : lease.inputs()) {
      try {
        InputCache.Lent one = cache.take(input, source);
        lent.add(one);
        inputs.add(new Spec.Input(one.path(), input.path()));
      } catch (IOException e) {
        return Scratch.notHere("input " + input.path(), e);
      }
    }
    return null;
  }

  @Override
  public Spec spec(Lease lease, Spec.@Nullable Screen screen, int slot, Spec.Code code, int run) {
    return new Spec(
        lease.command(),
        lease.environment(),
        own.resolve("work"),
        own.resolve("tmp"),
        inputs,
        own.resolve("stdout"),
        own.resolve("stderr"),
        lease.limits(),
        screen,
        slot,
        code);
  }

  @Override
  public Printed.Both printed() {
    return new Printed.Both(Printed.in(own.resolve("stdout")), Printed.in(own.resolve("stderr")));
  }

  @Override
  public List<FileRef> collect(Lease lease) throws IOException, Outputs.Refused {
    Path work = own.resolve("work");
    Set<String> known = new HashSet<>();
    lease.inputs().forEach(input -> known.add(input.path()));
    List<Path> found = Outputs.find(work, lease.outputs(), known);
    long bytes = 0;
    for (Path path : found) {
      bytes += Files.size(work.resolve(path));
    }
    Outputs.checkSize(bytes, lease.limits());
    List<FileRef> outputs = new ArrayList<>();
    for (Path path : found) {
      Path file = work.resolve(path);
      String sha256 = Digests.sha256(file);
      outputs.add(new FileRef(path.toString(), sha256, Files.size(file)));
      Path kept = Parcel.file(spool, sha256);
      if (!Files.exists(kept)) {
        Files.createDirectories(kept.getParent());
        Files.move(file, kept);
      }
    }
    return outputs;
  }

  @Override
  public void dropOutputs() throws IOException {
    Folders.remove(spool);
  }

  @Override
  public Parcel parcel(Subjob subjob, SubjobResult result) throws IOException {
    if (result.outputs().isEmpty() && result.stdout() != null && result.stderr() != null) {
      return Parcel.light(result);
    }
    long most = subjob.lease.limits().outputBytes();
    Files.createDirectories(spool);
    if (result.stdout() == null) {
      keep(own.resolve("stdout"), spool.resolve("stdout"), most);
    }
    if (result.stderr() == null) {
      keep(own.resolve("stderr"), spool.resolve("stderr"), most);
    }
    synchronized (subjob.sent()) {
      return new Parcel(
              result, subjob.sent().stdout().offset(), subjob.sent().stderr().offset(), spool, null)
          .store(parcels);
    }
  }

  private static void keep(Path file, Path place, long most) throws IOException {
    Files.move(file, place);
    if (Files.size(place) > most) {
      try (FileChannel channel = FileChannel.open(place, StandardOpenOption.WRITE)) {
        channel.truncate(most);
      }
    }
  }

  @Override
  public void close() {
    lent.forEach(cache::release);
    Scratch.remove(own);
  }
}
