package org.gridappliance.evm.seal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Seals one tree into an empty folder: epoch 0, numbers in the order of the walk. */
final class SealedWriter extends SimpleFileVisitor<Path> {
  private static final byte[] ZEROS = new byte[SealCipher.BLOCK];

  private final Path folder;
  private final byte[] salt = SealCipher.randomSalt();
  private final SealCipher cipher;
  private final Map<Long, SealedInode> inodes = new LinkedHashMap<>();
  private final List<SealedIndex.Name> names = new ArrayList<>();
  private final Map<Path, Long> folders = new HashMap<>();
  private long next = SealedIndex.ROOT;
  private long counter;

  SealedWriter(Path folder, SealKey key) {
    this.folder = folder;
    this.cipher = new SealCipher(key, List.of(salt));
  }

  SealedIndex index() {
    return new SealedIndex(List.of(salt), next, inodes, names);
  }

  @Override
  public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
      throws IOException {
    folders.put(dir, add(dir, attributes, List.of(), ""));
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    if (attributes.isSymbolicLink()) {
      String target = bytesOf(Files.readSymbolicLink(file).toString());
      add(file, attributes, List.of(), target);
    } else if (attributes.isRegularFile()) {
      write(file, attributes);
    } else {
      throw new IOException(file + ": want files, folders and links to seal, nothing else");
    }
    return FileVisitResult.CONTINUE;
  }

  /** What a path's text is on disk, one char a byte. */
  private static String bytesOf(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private long add(
      Path path, BasicFileAttributes attributes, List<SealedInode.Run> runs, String target)
      throws IOException {
    long number = next++;
    put(number, path, attributes, attributes.isRegularFile() ? attributes.size() : 0, runs, target);
    return number;
  }

  private void put(
      long number,
      Path path,
      BasicFileAttributes attributes,
      long size,
      List<SealedInode.Run> runs,
      String target)
      throws IOException {
    int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    long length = target.isEmpty() ? size : target.length();
    inodes.put(
        number,
        new SealedInode(
            number,
            mode & 0177777,
            attributes.lastModifiedTime().toInstant(),
            length,
            runs,
            target));
    Long parent = folders.get(path.getParent());
    if (parent != null) {
      String name = bytesOf(String.valueOf(path.getFileName()));
      names.add(new SealedIndex.Name(parent, number, name));
    }
  }

  private void write(Path file, BasicFileAttributes attributes) throws IOException {
    long number = next++;
    List<SealedInode.Run> runs = new ArrayList<>();
    long size;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      size = write(number, in, runs);
    }
    put(number, file, attributes, size, runs, "");
  }

  /**
   * Seals one file's bytes; blocks of zeros become holes, the last block is filled up with zeros.
   *
   * @return how many bytes there were
   */
  private long write(long number, InputStream in, List<SealedInode.Run> runs) throws IOException {
    byte[] plain = new byte[SealCipher.BLOCK];
    byte[] sealed = new byte[SealCipher.STRIDE];
    long size = 0;
    Set<OpenOption> options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    Path blocks = folder.resolve(Long.toHexString(number));
    try (SeekableByteChannel out = Files.newByteChannel(blocks, options)) {
      for (long block = 0; ; block++) {
        int got = in.readNBytes(plain, 0, SealCipher.BLOCK);
        Arrays.fill(plain, got, SealCipher.BLOCK, (byte) 0);
        size += got;
        if (got > 0 && !Arrays.equals(plain, ZEROS)) {
          long version = ++counter;
          cipher.seal(number, block, version, plain, sealed);
          out.position(block * SealCipher.STRIDE);
          for (ByteBuffer bytes = ByteBuffer.wrap(sealed); bytes.hasRemaining(); ) {
            out.write(bytes);
          }
          extend(runs, block, version);
        }
        if (got < SealCipher.BLOCK) {
          break;
        }
      }
    }
    if (runs.isEmpty()) {
      Files.delete(blocks); // all holes
    }
    return size;
  }

  /** A folder without a path on disk; {@return its number}. Only the first has no parent. */
  long folder(long parent, String name, int permissions) {
    return plain(parent, name, SealedInode.FOLDER | permissions, next++, 0, List.of());
  }

  /** A file whose bytes come from a stream. */
  void file(long parent, String name, int permissions, InputStream in) throws IOException {
    long number = next++;
    List<SealedInode.Run> runs = new ArrayList<>();
    long size = write(number, in, runs);
    plain(parent, name, SealedInode.REGULAR | permissions, number, size, runs);
  }

  private long plain(
      long parent, String name, int mode, long number, long size, List<SealedInode.Run> runs) {
    inodes.put(number, new SealedInode(number, mode, Instant.now(), size, runs, ""));
    if (number != SealedIndex.ROOT) {
      names.add(new SealedIndex.Name(parent, number, bytesOf(name)));
    }
    return number;
  }

  private static void extend(List<SealedInode.Run> runs, long block, long version) {
    SealedInode.Run last = runs.isEmpty() ? new SealedInode.Run(-1, 0, 0) : runs.getLast();
    if (last.block() + last.count() == block && last.version() + last.count() == version) {
      runs.set(
          runs.size() - 1, new SealedInode.Run(last.block(), last.count() + 1, last.version()));
      return;
    }
    runs.add(new SealedInode.Run(block, 1, version));
  }
}
