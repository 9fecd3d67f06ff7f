package org.gridappliance.portal.country;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * A table of networks and their countries as IPFire Location makes it and Debian ships it, version
 * 1 of libloc's format (its {@code src/libloc/format.h}); all numbers are big-endian:
 *
 * <pre>
 *   0  "LOCDBXX" 1
 *   8  created (8 bytes) · vendor · description · license · offset and length of: autonomous systems,
 *      networks, tree, countries, texts (4 bytes each) · signatures
 *   tree     nodes of 12 bytes, the root first: child for 0 · child for 1 · network
 *   networks of 12 bytes: ISO 3166-1 alpha-2 (2) · 2 unused · autonomous system (4) · flags (2) · 2
 * </pre>
 *
 * A binary tree over the 128 bits of an address, IPv4 as {@code ::ffff:a.b.c.d}; the last network
 * on the way down is the narrowest. The file is mapped and stays on disk: a look-up reads at most
 * 129 nodes, and what it read the kernel may drop again. Signatures are not checked, for the
 * package manager did. Immutable, safe for all threads.
 */
final class CountryTable {
  static final int HEADER = 8 + 8 + 3 * 4 + 5 * 8;
  static final int RECORD = 12;

  /** No child is the root, so 0 is none; networks are counted from 0. */
  private static final int NO_NETWORK = 0xffff_ffff;

  private static final long MOST_BYTES = 1L << 30;

  /** Flags of networks whose country says nothing of the machine: proxy, satellite, anycast. */
  private static final int ELSEWHERE = 0x1 | 0x2 | 0x4;

  private static final byte[] MAGIC = "LOCDBXX\u0001".getBytes(StandardCharsets.US_ASCII);
  private static final int NETWORKS_AT = 36;
  private static final int TREE_AT = 44;

  private final ByteBuffer tree;
  private final ByteBuffer networks;

  /**
   * Reads a table where it lies.
   *
   * @throws IOException when it is none, or longer than 1 GiB
   */
  CountryTable(ByteBuffer file) throws IOException {
    byte[] magic = new byte[MAGIC.length];
    if (file.limit() >= HEADER) {
      file.get(0, magic);
    }
    if (!Arrays.equals(magic, MAGIC)) {
      throw new IOException("it is no table of IPFire Location, version 1");
    }
    networks = part(file, NETWORKS_AT);
    tree = part(file, TREE_AT);
    if (tree.limit() < RECORD) {
      throw new IOException("its tree has no root");
    }
  }

  /** Maps a file, which must not be cut while this is used: whoever replaces it renames. */
  static CountryTable open(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > MOST_BYTES) {
        throw new IOException(channel.size() + " bytes: want at most " + MOST_BYTES);
      }
      return new CountryTable(channel.map(MapMode.READ_ONLY, 0, channel.size()));
    }
  }

  private static ByteBuffer part(ByteBuffer file, int at) throws IOException {
    long offset = Integer.toUnsignedLong(file.getInt(at));
    long length = Integer.toUnsignedLong(file.getInt(at + 4));
    if (offset + length > file.limit()) {
      throw new IOException(
          "it ends before byte " + (offset + length) + ", at " + file.limit() + ": it is cut");
    }
    return file.slice((int) offset, (int) (length / RECORD * RECORD));
  }

  /**
   * {@return the country of an address, as two capital letters; empty when the table has none, or
   * says that machines there may be anywhere}
   */
  Optional<String> country(InetAddress address) {
    byte[] bits = mapped(address.getAddress());
    int node = 0;
    int network = NO_NETWORK;
    for (int bit = 0; ; bit++) {
      int here = tree.getInt(node * RECORD + 8);
      network = here == NO_NETWORK ? network : here;
      if (bit == Byte.SIZE * bits.length) {
        return country(network);
      }
      boolean one = (bits[bit / Byte.SIZE] & 0x80 >> bit % Byte.SIZE) != 0;
      int next = tree.getInt(node * RECORD + (one ? 4 : 0));
      if (next == 0) {
        return country(network);
      }
      if (Integer.compareUnsigned(next, tree.limit() / RECORD) >= 0) {
        return Optional.empty(); // the file is damaged
      }
      node = next;
    }
  }

  private Optional<String> country(int network) {
    if (Integer.compareUnsigned(network, networks.limit() / RECORD) >= 0) {
      return Optional.empty();
    }
    int at = network * RECORD;
    char first = (char) networks.get(at);
    char second = (char) networks.get(at + 1);
    boolean told = isCapital(first) && isCapital(second);
    return told && (networks.getShort(at + 8) & ELSEWHERE) == 0
        ? Optional.of("" + first + second)
        : Optional.empty();
  }

  private static boolean isCapital(char letter) {
    return letter >= 'A' && letter <= 'Z';
  }

  private static byte[] mapped(byte[] address) {
    if (address.length == 16) {
      return address;
    }
    byte[] six = new byte[16];
    six[10] = (byte) 0xff;
    six[11] = (byte) 0xff;
    System.arraycopy(address, 0, six, 12, 4);
    return six;
  }
}
