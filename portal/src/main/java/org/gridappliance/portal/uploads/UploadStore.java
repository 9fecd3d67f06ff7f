package org.gridappliance.portal.uploads;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.gridappliance.jobs.http.Problem;
import org.gridappliance.portal.people.Secrets;
import org.gridappliance.portal.store.DataFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads on disk, outside the homes: {@code ID.part} holds the bytes so far, {@code ID.json} what
 * was announced. They are found again after a restart. Thread-safe; blocks.
 */
final class UploadStore {
  /** An upload that nobody goes on with is removed after this. */
  static final Duration LIFE = Duration.ofDays(7);

  private static final Logger log = LoggerFactory.getLogger(UploadStore.class);
  private static final Duration MEMORY = Duration.ofHours(1);
  private static final int MOST = 100;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final Clock clock;
  private final ReentrantLock creating = new ReentrantLock();

  UploadStore(Path folder, Clock clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /** Begins an upload; at most {@value #MOST} of one uploader are open. */
  OpenUpload create(String by, Metadata metadata, String path, long length) throws IOException {
    creating.lock();
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      if (of(by).size() >= MOST) {
        throw new Problem(
            429,
            "Too many uploads",
            MOST + " uploads are unfinished; finish some or dismiss them on the Files page");
      }
      OpenUpload upload =
          new OpenUpload(
              Secrets.random(),
              by,
              metadata.share(),
              path,
              metadata.replace(),
              metadata.modified(),
              length,
              clock.millis(),
              false);
      Files.createFile(
          part(upload.id()),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      write(upload);
      return upload;
    } finally {
      creating.unlock();
    }
  }

  /** {@return the upload of an id, of this uploader} */
  Optional<OpenUpload> find(String by, String id) throws IOException {
    return read(id).filter(u -> u.by().equals(by));
  }

  private Optional<OpenUpload> read(String id) throws IOException {
    if (!id.matches("[A-Za-z0-9_-]{43}")) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(info(id)), OpenUpload.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** {@return the uploads of one uploader that are not in their place yet} */
  List<OpenUpload> of(String by) throws IOException {
    return all().stream().filter(u -> u.by().equals(by) && !u.placed()).toList();
  }

  /** {@return bytes that are there} */
  long offset(OpenUpload upload) throws IOException {
    return upload.placed() ? upload.length() : Files.size(part(upload.id()));
  }

  /** {@return when it is removed unless somebody goes on} */
  Instant expiresAt(OpenUpload upload) throws IOException {
    Path file = upload.placed() ? info(upload.id()) : part(upload.id());
    return Files.getLastModifiedTime(file).toInstant().plus(upload.placed() ? MEMORY : LIFE);
  }

  FileChannel append(OpenUpload upload) throws IOException {
    return FileChannel.open(part(upload.id()), StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  Path part(String id) {
    return folder.resolve(id + ".part");
  }

  /** Remembers that the upload is in its place. */
  void placed(OpenUpload upload) throws IOException {
    write(upload.asPlaced());
    Files.deleteIfExists(part(upload.id()));
  }

  void remove(OpenUpload upload) throws IOException {
    Files.deleteIfExists(part(upload.id()));
    Files.deleteIfExists(info(upload.id()));
  }

  /** Removes what has expired. {@return how many} */
  int expire() throws IOException {
    int n = 0;
    for (OpenUpload upload : all()) {
      if (expiresAt(upload).isBefore(clock.instant())) {
        remove(upload);
        n++;
      }
    }
    return n;
  }

  private List<OpenUpload> all() throws IOException {
    List<OpenUpload> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        String id = name.substring(0, name.length() - ".json".length());
        Optional<OpenUpload> upload = read(id);
        if (upload.isPresent() && (upload.get().placed() || Files.exists(part(id)))) {
          found.add(upload.get());
        } else {
          log.warn("upload has no bytes, forgotten upload={}", id.substring(0, 6));
          Files.deleteIfExists(file);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of(); // nobody has uploaded yet
    }
    return found;
  }

  private void write(OpenUpload upload) throws IOException {
    DataFolder.writeSecret(info(upload.id()), JSON.writeValueAsString(upload) + "\n");
  }

  private Path info(String id) {
    return folder.resolve(id + ".json");
  }
}
