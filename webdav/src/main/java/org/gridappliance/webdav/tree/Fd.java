package org.gridappliance.webdav.tree;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.gridappliance.webdav.tree.TreeException.Reason;

/**
 * A descriptor of a folder or file, and the steps from it. Owned by one thread; closed once.
 *
 * <p>{@link #open} is openat2(2) with RESOLVE_BENEATH, NO_SYMLINKS and NO_MAGICLINKS: the kernel
 * itself refuses {@code ..}, absolute paths and every link, whatever is changed meanwhile.
 */
final class Fd implements AutoCloseable {
  static final int FOLDER = LibC.O_RDONLY | LibC.O_DIRECTORY;

  private static final byte[] EMPTY = {0};
  private static final int S_IFMT = 0170000;
  private static final int S_IFDIR = 0040000;
  private static final int S_IFREG = 0100000;

  private final int number;
  private boolean closed;

  private Fd(int number) {
    this.number = number;
  }

  /** {@return the folder that the appliance itself chose; links in this path are followed} */
  static Fd ofFolder(Path path) throws IOException {
    try {
      return new Fd(LibC.open(bytes(path.toString()), FOLDER | LibC.O_CLOEXEC, 0));
    } catch (LibC.Failed e) {
      throw failed(e, path.toString());
    }
  }

  int number() {
    return number;
  }

  /** Opens a path beneath this folder; never waits for a FIFO. */
  Fd open(String path, int flags, int mode) throws IOException {
    return open(bytes(path), flags, mode);
  }

  /** As above, of a name as stored and ended by NUL, which need not be UTF-8. */
  Fd open(byte[] path, int flags, int mode) throws IOException {
    try {
      return new Fd(
          LibC.openat2(
              number,
              path,
              flags | LibC.O_CLOEXEC | LibC.O_NOFOLLOW | LibC.O_NONBLOCK,
              mode,
              LibC.RESOLVE_BENEATH | LibC.RESOLVE_NO_SYMLINKS | LibC.RESOLVE_NO_MAGICLINKS));
    } catch (LibC.Failed e) {
      throw failed(e, FolderReader.text(path));
    }
  }

  /** {@return what the name stands for in this folder; empty when nothing has it} */
  Optional<Node> stat(String name) throws IOException {
    return stat(bytes(name));
  }

  /** As above, of a name as stored and ended by NUL. */
  Optional<Node> stat(byte[] name) throws IOException {
    try {
      return Optional.of(statx(name, LibC.AT_SYMLINK_NOFOLLOW));
    } catch (LibC.Failed e) {
      if (e.errno() == LibC.ENOENT) {
        return Optional.empty();
      }
      throw failed(e, FolderReader.text(name));
    }
  }

  /** {@return whether the name stands for something that is neither file nor folder} */
  boolean isOther(byte[] name) throws IOException {
    try {
      stat(name);
      return false;
    } catch (TreeException e) {
      if (e.reason() == Reason.REFUSED) {
        return true;
      }
      throw e;
    }
  }

  /** {@return what this descriptor is} */
  Node stat() throws IOException {
    try {
      return statx(EMPTY, LibC.AT_EMPTY_PATH);
    } catch (LibC.Failed e) {
      throw failed(e, "it");
    }
  }

  /** struct statx, offsets as in linux/stat.h. */
  private Node statx(byte[] name, int flags) throws LibC.Failed, TreeException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s =
          LibC.statx(arena, number, name, flags, LibC.STATX_BASIC_STATS | LibC.STATX_BTIME);
      int mode = s.get(JAVA_SHORT, 28) & 0xffff;
      int kind = mode & S_IFMT;
      if (kind != S_IFDIR && kind != S_IFREG) {
        throw new TreeException(
            Reason.REFUSED,
            "\""
                + FolderReader.text(name)
                + "\" is a link, pipe, socket or device; only files and folders are served");
      }
      boolean isFolder = kind == S_IFDIR;
      Instant modified = Instant.ofEpochSecond(s.get(JAVA_LONG, 112), s.get(JAVA_INT, 120));
      boolean hasBirth = (s.get(JAVA_INT, 0) & LibC.STATX_BTIME) != 0;
      return new Node(
          isFolder,
          isFolder ? 0 : s.get(JAVA_LONG, 40),
          modified,
          hasBirth ? Instant.ofEpochSecond(s.get(JAVA_LONG, 80), s.get(JAVA_INT, 88)) : modified,
          s.get(JAVA_LONG, 32),
          mode & 0777);
    }
  }

  void makeFolder(byte[] name, int mode) throws IOException {
    try {
      LibC.mkdirat(number, name, mode);
    } catch (LibC.Failed e) {
      throw failed(e, FolderReader.text(name));
    }
  }

  void remove(byte[] name, boolean isFolder) throws IOException {
    try {
      LibC.unlinkat(number, name, isFolder ? LibC.AT_REMOVEDIR : 0);
    } catch (LibC.Failed e) {
      throw failed(e, FolderReader.text(name));
    }
  }

  /**
   * renameat2(2).
   *
   * @param flags 0, RENAME_NOREPLACE or RENAME_EXCHANGE
   */
  void rename(byte[] name, Fd to, byte[] newName, int flags) throws IOException {
    try {
      LibC.renameat2(number, name, to.number, newName, flags);
    } catch (LibC.Failed e) {
      throw failed(e, FolderReader.text(newName));
    }
  }

  /** linkat(2): a second name, of a file; a link itself is linked, not what it names. */
  void link(byte[] name, Fd to, byte[] newName) throws IOException {
    try {
      LibC.linkat(number, name, to.number, newName, 0);
    } catch (LibC.Failed e) {
      throw failed(e, FolderReader.text(name));
    }
  }

  /** {@return whether this file now shares all blocks of another; false where that cannot be} */
  boolean cloneFrom(Fd source) {
    try {
      LibC.ficlone(number, source.number);
      return true;
    } catch (LibC.Failed e) {
      return false; // this file system cannot, or has no room for it
    }
  }

  /** {@return whether a subvolume of btrfs was made} */
  boolean makeSubvolume(byte[] name) {
    try {
      LibC.makeSubvolume(number, name);
      return true;
    } catch (LibC.Failed e) {
      return false; // not btrfs, or not allowed here
    }
  }

  /** Removes a name that may not be there, of anything but a folder. */
  void removeQuietly(byte[] name) throws IOException {
    try {
      remove(name, false);
    } catch (TreeException e) {
      if (e.reason() != Reason.NOT_FOUND) {
        throw e;
      }
    }
  }

  void chmod(int mode) throws IOException {
    try {
      LibC.fchmod(number, mode);
    } catch (LibC.Failed e) {
      throw failed(e, "it");
    }
  }

  void setModified(Instant modified) throws IOException {
    Files.setLastModifiedTime(Path.of("/proc/self/fd/" + number), FileTime.from(modified));
  }

  void sync() throws IOException {
    try {
      LibC.fsync(number);
    } catch (LibC.Failed e) {
      throw failed(e, "it");
    }
  }

  /** Writes all of the bytes where the last write ended; meant for few. */
  void write(ByteBuffer bytes) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment all = arena.allocate(bytes.remaining());
      all.copyFrom(MemorySegment.ofBuffer(bytes));
      for (long at = 0; at < all.byteSize(); ) {
        at += LibC.write(number, all.asSlice(at));
      }
      bytes.position(bytes.limit());
    } catch (LibC.Failed e) {
      throw failed(e, "it");
    }
  }

  /** {@return the same file as a channel of its own; this descriptor stays as it is} */
  FileChannel channel(OpenOption... options) throws IOException {
    return FileChannel.open(Path.of("/proc/self/fd/" + number), options);
  }

  /** {@return bytes free on this file system for this process} */
  long usableBytes() {
    return Path.of("/proc/self/fd/" + number).toFile().getUsableSpace();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      LibC.close(number);
    }
  }

  static byte[] bytes(String name) {
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a name with NUL came past TreePath");
    }
    byte[] utf8 = name.getBytes(UTF_8);
    return Arrays.copyOf(utf8, utf8.length + 1);
  }

  /** {@return the errno as an answer} */
  static IOException failed(LibC.Failed e, String name) {
    return switch (e.errno()) {
      case LibC.ENOENT -> new TreeException(Reason.NOT_FOUND, "there is no \"" + name + "\"");
      case LibC.ENOTDIR ->
          new TreeException(Reason.NO_PARENT, "\"" + name + "\" or a part of it is not a folder");
      case LibC.EEXIST, LibC.ENOTEMPTY ->
          new TreeException(Reason.EXISTS, "\"" + name + "\" exists already");
      case LibC.EISDIR -> new TreeException(Reason.IS_FOLDER, "\"" + name + "\" is a folder");
      case LibC.ELOOP, LibC.EXDEV, LibC.EACCES, LibC.EPERM, LibC.ENXIO ->
          new TreeException(
              Reason.REFUSED,
              "\""
                  + name
                  + "\" is not permitted (errno "
                  + e.errno()
                  + "); links are not followed");
      case LibC.ENAMETOOLONG -> new TreeException(Reason.TOO_LONG, "\"" + name + "\" is too long");
      case LibC.ENOSPC, LibC.EDQUOT ->
          new TreeException(Reason.FULL, "no space is left; delete something first");
      default -> new IOException("\"" + name + "\": errno " + e.errno(), e);
    };
  }
}
