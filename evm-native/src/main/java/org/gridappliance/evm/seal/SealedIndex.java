package org.gridappliance.evm.seal;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The body of a sealed folder's index: {@code seal_body.c} in Java. Names and targets are bytes on
 * disk; here each char is one byte (ISO 8859-1), and {@link SealedFolder} turns them into paths.
 *
 * @param salts one a writer, oldest first
 * @param nextNumber above every inode's number
 * @param inodes by number; the root is 1
 * @param names parents before their children
 */
record SealedIndex(
    List<byte[]> salts, long nextNumber, Map<Long, SealedInode> inodes, List<Name> names) {
  static final long ROOT = 1;
  static final int EPOCHS_MAX = 64;
  private static final int NAME_MAX = 255;
  private static final int TARGET_MAX = 4095;
  private static final long BLOCKS_MAX = 1L << 35;

  /** An inode's name in a folder. */
  record Name(long folder, long inode, String name) {}

  /**
   * @throws SealException for every body the C side would not write
   */
  static SealedIndex parse(byte[] body) throws SealException {
    try {
      return parse(ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN));
    } catch (BufferUnderflowException | DateTimeException e) {
      throw new SealException("the index ends early or holds a time that is none", e);
    }
  }

  private static SealedIndex parse(ByteBuffer in) throws SealException {
    int epochs = in.getInt();
    require(epochs > 0 && epochs < EPOCHS_MAX, "the index has had too many writers, or none");
    List<byte[]> salts = new ArrayList<>();
    for (int i = 0; i < epochs; i++) {
      byte[] salt = new byte[SealCipher.SALT];
      in.get(salt);
      salts.add(salt);
    }
    long nextNumber = in.getLong();
    require(nextNumber > ROOT && nextNumber < Long.MAX_VALUE, "the index has no root");
    Map<Long, SealedInode> inodes = new LinkedHashMap<>();
    for (long left = in.getLong(); left != 0; left--) {
      SealedInode inode = inode(in, epochs, nextNumber);
      require(inodes.put(inode.number(), inode) == null, "the index has a number twice");
    }
    SealedInode root = inodes.get(ROOT);
    require(root != null && root.type() == SealedInode.FOLDER, "the index has no root");
    List<Name> names = names(in, inodes);
    require(!in.hasRemaining(), "the index does not end where it should");
    return new SealedIndex(salts, nextNumber, inodes, names);
  }

  private static SealedInode inode(ByteBuffer in, int epochs, long nextNumber)
      throws SealException {
    long number = in.getLong();
    int mode = in.getInt();
    long seconds = in.getLong();
    int nanos = in.getInt();
    long size = in.getLong();
    int type = mode & SealedInode.TYPE;
    boolean sized = type == SealedInode.REGULAR || type == SealedInode.LINK;
    boolean known =
        sized
            || type == SealedInode.FOLDER
            || type == SealedInode.FIFO
            || type == SealedInode.SOCKET;
    require(known && mode >>> 16 == 0, "the index has a file of an unknown kind");
    require(number > 0 && number < nextNumber, "the index has a number out of range");
    require(nanos >= 0 && nanos < 1_000_000_000, "the index has a time that is none");
    require(sized || size == 0, "the index has a size where there is none");
    List<SealedInode.Run> runs = List.of();
    String target = "";
    if (type == SealedInode.REGULAR) {
      require(size >= 0 && size <= BLOCKS_MAX * SealCipher.BLOCK, "the index has a file too large");
      runs = runs(in, epochs, (size + SealCipher.BLOCK - 1) / SealCipher.BLOCK);
    } else if (type == SealedInode.LINK) {
      require(size > 0 && size <= TARGET_MAX, "the index has a link of a length that cannot be");
      target = text(in, (int) size);
      require(target.indexOf('\0') < 0, "the index has a broken link");
    }
    return new SealedInode(number, mode, Instant.ofEpochSecond(seconds, nanos), size, runs, target);
  }

  private static List<SealedInode.Run> runs(ByteBuffer in, int epochs, long end)
      throws SealException {
    List<SealedInode.Run> runs = new ArrayList<>();
    long next = 0;
    for (long left = in.getLong(); left != 0; left--) {
      SealedInode.Run run = new SealedInode.Run(in.getLong(), in.getLong(), in.getLong());
      require(
          run.block() >= next
              && run.block() < end
              && run.count() > 0
              && run.count() <= end - run.block(),
          "the index has blocks behind a file's end");
      long counter = run.version() & SealCipher.COUNTER_MAX;
      require(
          run.version() >>> SealCipher.COUNTER_BITS < epochs
              && counter > 0
              && run.count() <= SealCipher.COUNTER_MAX - counter,
          "the index has a version nobody wrote");
      next = run.block() + run.count();
      runs.add(run);
    }
    return runs;
  }

  /** Parents come before their children, so what is named is reachable, and nothing twice. */
  private static List<Name> names(ByteBuffer in, Map<Long, SealedInode> inodes)
      throws SealException {
    List<Name> names = new ArrayList<>();
    Map<Long, Set<String>> folders = new HashMap<>();
    Set<Long> named = new HashSet<>();
    folders.put(ROOT, new HashSet<>());
    for (long left = in.getLong(); left != 0; left--) {
      long folder = in.getLong();
      long number = in.getLong();
      int length = Short.toUnsignedInt(in.getShort());
      require(length > 0 && length <= NAME_MAX, "the index has a name that cannot be");
      String name = text(in, length);
      boolean valid = name.indexOf('/') < 0 && name.indexOf('\0') < 0;
      require(
          valid && !name.equals(".") && !name.equals(".."), "the index has a name that cannot be");
      SealedInode inode = inodes.get(number);
      Set<String> siblings = folders.get(folder);
      if (inode == null || siblings == null || number == ROOT) {
        throw new SealException("the index names what is not there");
      }
      require(siblings.add(name), "the index has a name twice");
      boolean first = named.add(number);
      if (inode.type() == SealedInode.FOLDER) {
        require(first, "the index has a folder in two places");
        folders.put(number, new HashSet<>());
      }
      names.add(new Name(folder, number, name));
    }
    require(named.size() == inodes.size() - 1, "the index has a file without a name");
    return names;
  }

  private static String text(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static void require(boolean holds, String otherwise) throws SealException {
    if (!holds) {
      throw new SealException(otherwise);
    }
  }

  /** {@return the bytes {@link #parse} reads} */
  byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    put(out, 4, salts.size());
    salts.forEach(out::writeBytes);
    put(out, 8, nextNumber);
    put(out, 8, inodes.size());
    for (SealedInode inode : inodes.values()) {
      put(out, 8, inode.number());
      put(out, 4, inode.mode());
      Instant modified = inode.modified();
      put(out, 8, modified.getEpochSecond());
      put(out, 4, modified.getNano());
      put(out, 8, inode.size());
      if (inode.type() == SealedInode.REGULAR) {
        put(out, 8, inode.runs().size());
        for (SealedInode.Run run : inode.runs()) {
          put(out, 8, run.block());
          put(out, 8, run.count());
          put(out, 8, run.version());
        }
      }
      out.writeBytes(inode.target().getBytes(StandardCharsets.ISO_8859_1));
    }
    put(out, 8, names.size());
    for (Name name : names) {
      byte[] bytes = name.name().getBytes(StandardCharsets.ISO_8859_1);
      put(out, 8, name.folder());
      put(out, 8, name.inode());
      put(out, 2, bytes.length);
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }

  private static void put(ByteArrayOutputStream out, int bytes, long value) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }
}
