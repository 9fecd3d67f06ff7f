package org.gridappliance.portal.country;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Writes tables in IPFire Location's format, for tests that choose what stands in them. */
final class TableMaker {
  /** One network; IPv4's bits are counted from its first. */
  record Entry(InetAddress address, int bits, String country, int flags) {
    int depth() {
      return bits + 128 - 8 * address.getAddress().length;
    }
  }

  private final List<int[]> nodes = new ArrayList<>(List.of(new int[] {0, 0, -1}));
  private final List<Entry> networks = new ArrayList<>();

  static Entry entry(String network, String country, int flags) {
    String[] parts = network.split("/", -1);
    return new Entry(InetAddress.ofLiteral(parts[0]), Integer.parseInt(parts[1]), country, flags);
  }

  /** {@return the bits of an address in the tree, IPv4 as {@code ::ffff:a.b.c.d}} */
  static boolean[] bits(InetAddress address) {
    byte[] own = address.getAddress();
    byte[] all = new byte[16];
    System.arraycopy(own, 0, all, 16 - own.length, own.length);
    if (own.length == 4) {
      all[10] = all[11] = (byte) 0xff;
    }
    boolean[] bits = new boolean[128];
    for (int i = 0; i < 128; i++) {
      bits[i] = (all[i / 8] >> (7 - i % 8) & 1) == 1;
    }
    return bits;
  }

  /** A later one of the same network replaces an earlier one. */
  TableMaker add(Entry entry) {
    boolean[] bits = bits(entry.address());
    int node = 0;
    for (int i = 0; i < entry.depth(); i++) {
      int side = bits[i] ? 1 : 0;
      if (nodes.get(node)[side] == 0) {
        nodes.add(new int[] {0, 0, -1});
        nodes.get(node)[side] = nodes.size() - 1;
      }
      node = nodes.get(node)[side];
    }
    nodes.get(node)[2] = networks.size();
    networks.add(entry);
    return this;
  }

  ByteBuffer bytes() {
    int networkBytes = networks.size() * CountryTable.RECORD;
    int treeBytes = nodes.size() * CountryTable.RECORD;
    ByteBuffer file = ByteBuffer.allocate(CountryTable.HEADER + networkBytes + treeBytes);
    file.put("LOCDBXX\u0001".getBytes(StandardCharsets.US_ASCII)).putLong(1_700_000_000);
    file.putInt(0).putInt(0).putInt(0).putInt(0).putInt(0);
    file.putInt(CountryTable.HEADER).putInt(networkBytes);
    file.putInt(CountryTable.HEADER + networkBytes).putInt(treeBytes);
    file.putInt(0).putInt(0).putInt(0).putInt(0);
    for (Entry one : networks) {
      file.put((one.country() + "\0\0").getBytes(StandardCharsets.US_ASCII), 0, 2)
          .putShort((short) 0);
      file.putInt(64_500).putShort((short) one.flags()).putShort((short) 0);
    }
    nodes.forEach(node -> file.putInt(node[0]).putInt(node[1]).putInt(node[2]));
    return file.flip();
  }
}
