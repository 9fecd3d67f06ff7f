package org.gridappliance.jobs.job;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;

/**
 * Where the files of one job lie.
 *
 * <pre>
 * jobs/ID/inputs/SHA256          a staged input
 * jobs/ID/blobs/AA/SHA256        an output of a subjob, by content
 * jobs/ID/output/INDEX.stdout    live or long output; merge.stdout for the merge command
 * jobs/ID/results/PATH           the merged results
 * jobs/ID/tmp/                   files that are being written
 * </pre>
 */
public record JobFolder(Path path) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** {@return the folder of a job} */
  public static JobFolder of(Path data, long job) {
    return new JobFolder(data.resolve("jobs").resolve(Long.toString(job)));
  }

  /** {@return whether it is a SHA-256 as this program writes one} */
  public static boolean isHash(String text) {
    return SHA256.matcher(text).matches();
  }

  public Path inputs() {
    return path.resolve("inputs");
  }

  public Path input(String sha256) {
    return inputs().resolve(hash(sha256));
  }

  public Path blob(String sha256) {
    return blobs(sha256).resolve(sha256);
  }

  /** {@return the folder that holds the blob of that hash} */
  public Path blobs(String sha256) {
    return path.resolve("blobs").resolve(hash(sha256).substring(0, 2));
  }

  /** {@return the file of a subjob's live output; index -1 is the merge command's} */
  public Path output(int index, String stream) {
    if (!stream.equals("stdout") && !stream.equals("stderr")) {
      throw new IllegalArgumentException("stream " + stream + ": want stdout or stderr");
    }
    return path.resolve("output").resolve((index < 0 ? "merge" : index) + "." + stream);
  }

  public Path results() {
    return path.resolve("results");
  }

  public Path tmp() {
    return path.resolve("tmp");
  }

  private static String hash(String sha256) {
    if (!isHash(sha256)) {
      throw new IllegalArgumentException("not a SHA-256: " + sha256);
    }
    return sha256;
  }

  /** Makes the folders; they are on disk when it returns. */
  public void create() throws IOException {
    for (String part : new String[] {"inputs", "blobs", "output", "results", "tmp"}) {
      Files.createDirectories(path.resolve(part));
    }
    sync(path);
    sync(path.resolve(".."));
  }

  /** Removes everything, as far as there is anything. */
  public void delete() throws IOException {
    delete(path);
  }

  /** Removes a folder and all beneath it; follows no link. */
  public static void delete(Path folder) throws IOException {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            @SuppressWarnings("NullAway") // the visitor's own contract: null when all went well
            public FileVisitResult postVisitDirectory(Path dir, IOException failure)
                throws IOException {
              if (failure != null) {
                throw failure;
              }
              Files.delete(dir);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      return; // gone already
    }
  }

  /** Puts a file's bytes, or a folder's entries, on disk. */
  public static void sync(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
