package org.gridappliance.evm.seal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.SecretKey;

/**
 * A folder whose files, names and sizes are sealed with a subjob's key. {@link #seal} makes one of
 * inputs: generation 1. Each run of {@code evm-run --seal-generation N} leaves generation N + 1,
 * which {@link #open} reads as results. An older copy of the folder has another generation and is
 * refused; so is any block that was changed, moved or taken from another time.
 *
 * <p>Immutable view of files that must not change meanwhile; not thread-safe.
 */
public final class SealedFolder {
  /** What {@link #seal} makes. */
  public static final long FIRST_GENERATION = 1;

  private static final byte[] MAGIC = "EVMSEAL1".getBytes(StandardCharsets.US_ASCII);
  private static final String INDEX = "index";
  private static final int HEADER = 56;
  private static final int INDEX_MAX = 1 << 30;

  private final Path folder;
  private final SealedIndex index;
  private final SealCipher cipher;
  private final Map<String, SealedInode> files;

  private SealedFolder(Path folder, SealKey key, SealedIndex index) {
    this.folder = folder;
    this.index = index;
    this.cipher = new SealCipher(key, index.salts());
    this.files = paths(index);
  }

  /**
   * Seals a tree of files, folders and links. Hard links become files of their own.
   *
   * @param folder empty or not there yet; its files must belong to the account the program runs as
   * @throws IOException if a file cannot be read or is of another kind, or the folder is not empty
   */
  public static void seal(Path source, Path folder, SealKey key) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> inside = Files.list(folder)) {
      if (inside.findAny().isPresent()) {
        throw new IOException(folder + ": want an empty folder to seal into");
      }
    }
    SealedWriter writer = new SealedWriter(folder, key);
    Files.walkFileTree(source, writer);
    write(writer.index(), folder, key);
  }

  /** Writes the index of a folder whose blocks are there. */
  static void write(SealedIndex index, Path folder, SealKey key) throws IOException {
    byte[] body = index.encode();
    if (body.length > INDEX_MAX) {
      throw new IOException(
          folder + ": its index has " + body.length + " bytes: want at most 1 GiB");
    }
    byte[] salt = SealCipher.randomSalt();
    byte[] header =
        ByteBuffer.allocate(HEADER)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC)
            .put(salt)
            .putLong(FIRST_GENERATION)
            .putLong(body.length)
            .array();
    byte[] sealed = SealCipher.sealMessage(SealCipher.derive(key, salt, "index"), header, body);
    Path part = folder.resolve(INDEX + ".new");
    try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE_NEW)) {
      out.write(header);
      out.write(sealed);
    }
    Files.move(part, folder.resolve(INDEX), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Reads and checks the index; blocks are checked as they are read.
   *
   * @param generation {@link #FIRST_GENERATION} for inputs, one more after each run
   * @throws SealException if it is not what was sealed with this key, or of another generation
   */
  public static SealedFolder open(Path folder, SealKey key, long generation) throws IOException {
    Path file = folder.resolve(INDEX);
    byte[] bytes;
    try {
      if (Files.size(file) > (long) INDEX_MAX + HEADER + SealCipher.TAG) {
        throw new SealException(folder + ": the index is larger than 1 GiB");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new SealException(folder + ": the index is missing", e);
    }
    return new SealedFolder(folder, key, SealedIndex.parse(openIndex(bytes, key, generation)));
  }

  /** {@return the body of an index file} */
  static byte[] openIndex(byte[] bytes, SealKey key, long generation) throws SealException {
    if (bytes.length < HEADER + SealCipher.TAG
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new SealException("the index is none of a sealed folder");
    }
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    byte[] salt = Arrays.copyOfRange(bytes, MAGIC.length, MAGIC.length + SealCipher.SALT);
    long found = header.getLong(MAGIC.length + SealCipher.SALT);
    if (header.getLong(HEADER - 8) != bytes.length - HEADER - SealCipher.TAG) {
      throw new SealException("the index has another size than it says");
    }
    if (found != generation) {
      throw new SealException("the index is of generation " + found + ": want " + generation);
    }
    SecretKey once = SealCipher.derive(key, salt, "index");
    return SealCipher.openMessage(
        once, Arrays.copyOf(bytes, HEADER), Arrays.copyOfRange(bytes, HEADER, bytes.length));
  }

  private static Map<String, SealedInode> paths(SealedIndex index) {
    Map<Long, String> folders = new HashMap<>();
    Map<String, SealedInode> files = new LinkedHashMap<>();
    folders.put(SealedIndex.ROOT, "");
    for (SealedIndex.Name name : index.names()) {
      SealedInode inode = index.inodes().get(name.inode());
      String parent = folders.get(name.folder());
      if (inode == null || parent == null) {
        throw new IllegalStateException("the parser lets no such name through: " + name);
      }
      String text = textOf(name.name());
      String path = parent.isEmpty() ? text : parent + "/" + text;
      files.put(path, inode);
      if (inode.type() == SealedInode.FOLDER) {
        folders.put(name.inode(), path);
      }
    }
    return files;
  }

  /** The text of a name's bytes, which came one char a byte. */
  private static String textOf(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** {@return paths of what is neither a regular file nor a folder: links, fifos, sockets} */
  public Set<String> others() {
    Set<String> paths = new LinkedHashSet<>();
    files.forEach(
        (path, inode) -> {
          if (inode.type() != SealedInode.REGULAR && inode.type() != SealedInode.FOLDER) {
            paths.add(path);
          }
        });
    return paths;
  }

  /** Paths of regular files, "folder/file", with their sizes in bytes; parents' order. */
  public Map<String, Long> files() {
    Map<String, Long> sizes = new LinkedHashMap<>();
    files.forEach(
        (path, inode) -> {
          if (inode.type() == SealedInode.REGULAR) {
            sizes.put(path, inode.size());
          }
        });
    return sizes;
  }

  /**
   * Writes a file's content, every block checked before it is written.
   *
   * @throws SealException at the first block that was altered; what was written must not be used
   * @throws NoSuchFileException if there is no such file
   */
  public void copy(String path, OutputStream out) throws IOException {
    SealedInode inode = files.get(path);
    if (inode == null || inode.type() != SealedInode.REGULAR) {
      throw new NoSuchFileException(path);
    }
    byte[] zeros = new byte[SealCipher.BLOCK];
    long[] at = {0};
    blocks(
        path,
        inode,
        (block, plain) -> {
          for (; at[0] < block; at[0]++) {
            out.write(zeros);
          }
          out.write(
              plain, 0, (int) Math.min(SealCipher.BLOCK, inode.size() - block * SealCipher.BLOCK));
          at[0] = block + 1;
        });
    for (long left = inode.size() - at[0] * SealCipher.BLOCK; left > 0; left -= zeros.length) {
      out.write(zeros, 0, (int) Math.min(zeros.length, left));
    }
  }

  /** Takes one opened block. */
  private interface BlockSink {
    void take(long block, byte[] plain) throws IOException;
  }

  private void blocks(String path, SealedInode inode, BlockSink sink) throws IOException {
    if (inode.runs().isEmpty()) {
      return;
    }
    byte[] sealed = new byte[SealCipher.STRIDE];
    byte[] plain = new byte[SealCipher.BLOCK];
    Path blocks = folder.resolve(Long.toHexString(inode.number()));
    Set<OpenOption> options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try (SeekableByteChannel in = Files.newByteChannel(blocks, options)) {
      for (SealedInode.Run run : inode.runs()) {
        in.position(run.block() * SealCipher.STRIDE);
        for (long i = 0; i < run.count(); i++) {
          long block = run.block() + i;
          ByteBuffer bytes = ByteBuffer.wrap(sealed);
          for (int got = 0; bytes.hasRemaining() && got >= 0; ) {
            got = in.read(bytes);
          }
          if (bytes.hasRemaining()
              || !cipher.open(inode.number(), block, run.version() + i, sealed, plain)) {
            throw new SealException("scratch was altered: " + path + " block " + block);
          }
          sink.take(block, plain);
        }
      }
    } catch (NoSuchFileException e) {
      throw new SealException("scratch was altered: " + path + " is missing", e);
    }
  }

  /**
   * Writes everything into a folder: files with their modes, times and holes, links as they are
   * (whoever follows them must mind where they lead); fifos and sockets are left out.
   *
   * @param target empty or not there yet
   * @throws SealException if anything was altered; the target must not be used then
   */
  public void extract(Path target) throws IOException {
    Files.createDirectories(target);
    Map<Long, Path> done = new HashMap<>();
    for (Map.Entry<String, SealedInode> entry : files.entrySet()) {
      SealedInode inode = entry.getValue();
      Path path = target.resolve(entry.getKey());
      switch (inode.type()) {
        case SealedInode.FOLDER -> Files.createDirectory(path);
        case SealedInode.LINK -> Files.createSymbolicLink(path, Path.of(textOf(inode.target())));
        case SealedInode.REGULAR -> {
          Path first = done.putIfAbsent(inode.number(), path);
          if (first != null) {
            Files.createLink(path, first);
          } else {
            extract(entry.getKey(), inode, path);
          }
        }
        default -> {} // a fifo or socket means nothing without its program
      }
    }
    for (Map.Entry<String, SealedInode> entry : files.entrySet().stream().toList().reversed()) {
      SealedInode inode = entry.getValue();
      if (inode.type() == SealedInode.FOLDER) {
        attributes(target.resolve(entry.getKey()), inode);
      }
    }
  }

  private void extract(String name, SealedInode inode, Path path) throws IOException {
    Set<OpenOption> options =
        Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, StandardOpenOption.SPARSE);
    try (SeekableByteChannel out = Files.newByteChannel(path, options)) {
      blocks(
          name,
          inode,
          (block, plain) -> {
            long start = block * SealCipher.BLOCK;
            int length = (int) Math.min(SealCipher.BLOCK, inode.size() - start);
            out.position(start);
            for (ByteBuffer bytes = ByteBuffer.wrap(plain, 0, length); bytes.hasRemaining(); ) {
              out.write(bytes);
            }
          });
      if (out.size() < inode.size()) { // it ends in a hole
        out.position(inode.size() - 1);
        out.write(ByteBuffer.allocate(1));
      }
    }
    attributes(path, inode);
  }

  /** Never set-uid or set-gid, whatever a program asked for. */
  private static void attributes(Path path, SealedInode inode) throws IOException {
    Files.setAttribute(path, "unix:mode", inode.permissions() & 0777);
    Files.setLastModifiedTime(path, java.nio.file.attribute.FileTime.from(inode.modified()));
  }

  /** How many files, folders and links there are, the root not counted. */
  public int size() {
    return index.names().size();
  }
}
