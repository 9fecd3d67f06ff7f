package org.gridappliance.jobs.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Input;
import org.gridappliance.jobs.app.Inputs;
import org.gridappliance.jobs.app.Value;
import org.gridappliance.jobs.http.Problem;

/**
 * Copies the input files of a job into its folder, hashing on the way, each content once. Later
 * changes of the caller's files do not touch the job.
 */
final class Staging {
  /** Of a thousand missing files one need not read all. */
  private static final int TOLD = 20;

  private final Sources sources;
  private final JobFolder folder;
  private final boolean kept;
  private final List<Problem.FieldError> errors = new ArrayList<>();
  private final List<StoredFile> staged = new ArrayList<>();
  private final Map<String, StoredFile> byName = new HashMap<>();

  private Staging(Sources sources, JobFolder folder, boolean kept) {
    this.sources = sources;
    this.folder = folder;
    this.kept = kept;
  }

  /**
   * {@return the staged files, also those of a sweep}
   *
   * @param kept whether their bytes are on disk when it returns; not needed for an estimate
   * @throws Problem 400 naming the files that cannot be taken, the first {@value #TOLD} of them
   */
  static List<StoredFile> stage(
      App app, Inputs inputs, Sources sources, JobFolder folder, boolean kept) throws IOException {
    Staging staging = new Staging(sources, folder, kept);
    List<Map.Entry<Input.FileInput, Value.FileValue>> files = new ArrayList<>();
    Input.eachFile(app.inputs(), inputs.values(), (file, at) -> files.add(Map.entry(file, at)));
    inputs
        .sweep()
        .forEach(
            (name, list) ->
                list.forEach(
                    value ->
                        Input.eachFile(
                            app.inputs(),
                            Map.of(name, value),
                            (file, at) -> files.add(Map.entry(file, at)))));
    for (Map.Entry<Input.FileInput, Value.FileValue> file : files) {
      if (staging.errors.size() < TOLD) {
        staging.take(file.getKey(), file.getValue().path());
      }
    }
    if (!staging.errors.isEmpty()) {
      Problem.FieldError first = staging.errors.getFirst();
      throw Problem.invalid(first.field() + ": " + first.message(), staging.errors);
    }
    if (kept) {
      JobFolder.sync(folder.inputs());
    }
    return staging.staged;
  }

  private void take(Input.FileInput input, String path) throws IOException {
    StoredFile known = byName.get(path);
    if (known != null) {
      StoredFile again = new StoredFile(input.name(), path, known.bytes(), known.sha256());
      if (!staged.contains(again)) {
        staged.add(again);
      }
      return;
    }
    try (SeekableByteChannel source = sources.open(input, path)) {
      StoredFile file = copy(input, path, source);
      byName.put(path, file);
      staged.add(file);
    } catch (HomeFile.Refused e) {
      errors.add(new Problem.FieldError(input.name(), String.valueOf(e.getMessage())));
    }
  }

  private StoredFile copy(Input.FileInput input, String name, SeekableByteChannel source)
      throws IOException, HomeFile.Refused {
    Path part = folder.tmp().resolve(UUID.randomUUID().toString());
    MessageDigest sha = sha256();
    long bytes = 0;
    try (FileChannel out =
        FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
      while (source.read(buffer) >= 0) {
        buffer.flip();
        sha.update(buffer.duplicate());
        bytes += buffer.remaining();
        if (bytes > input.maximumBytes()) {
          throw new HomeFile.Refused("the file grew over " + input.maximumBytes() + " bytes");
        }
        while (buffer.hasRemaining()) {
          out.write(buffer);
        }
        buffer.clear();
      }
      if (kept) {
        out.force(true);
      }
    }
    String hash = HexFormat.of().formatHex(sha.digest());
    Files.move(part, folder.input(hash), StandardCopyOption.REPLACE_EXISTING);
    return new StoredFile(input.name(), name, bytes, hash);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
