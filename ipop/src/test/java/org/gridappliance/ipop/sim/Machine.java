package org.gridappliance.ipop.sim;

import java.nio.ByteBuffer;

/** The frames a machine's own IP stack sends on the device, written out by hand. */
final class Machine {

  static final int SERVICES = 0x0afffffe;

  private final World.SimNode node;
  final long mac;
  int address;
  private int transaction = 77;

  Machine(World.SimNode node, int number) {
    this.node = node;
    mac = 0x0200_0000_0000L | number;
  }

  /**
   * Runs DISCOVER and REQUEST as a DHCP client does, on the virtual clock. {@return the address}
   */
  int dhcp(World world) {
    for (int i = 0; i < 20 && address == 0; i++) {
      transaction++;
      node.received.clear();
      node.fromMachine(dhcpMessage(1, 0));
      world.await(1_000, () -> offered() != 0);
      int offer = offered();
      if (offer == 0) {
        continue;
      }
      node.received.clear();
      node.fromMachine(dhcpMessage(3, offer));
      world.await(1_000, () -> offered() != 0);
      address = offered();
    }
    return address;
  }

  /** RENEWING. {@return the message type of the answer, 0 for none} */
  int renew(World world) {
    transaction++;
    node.received.clear();
    node.fromMachine(dhcpMessage(3, address));
    world.await(1_000, () -> answerType() != 0);
    return answerType();
  }

  private int offered() {
    return node.received.stream()
        .filter(f -> f.limit() > 282 && f.getShort(36) == 68 && f.getInt(46) == transaction)
        .mapToInt(f -> f.getInt(58))
        .findFirst()
        .orElse(0);
  }

  private int answerType() {
    return node.received.stream()
        .filter(f -> f.limit() > 284 && f.getShort(36) == 68 && f.getInt(46) == transaction)
        .mapToInt(f -> f.get(284))
        .findFirst()
        .orElse(0);
  }

  private byte[] dhcpMessage(int type, int wish) {
    ByteBuffer out = ByteBuffer.allocate(14 + 20 + 8 + 300);
    ethernet(out, 0xffff_ffff_ffffL, 0x0800);
    ip(out, 17, 0, -1, 308);
    out.putShort((short) 68).putShort((short) 67).putShort((short) 308).putShort((short) 0);
    int bootp = out.position();
    out.put((byte) 1).put((byte) 1).put((byte) 6).put((byte) 0).putInt(transaction);
    out.position(bootp + 28);
    out.putShort((short) (mac >>> 32)).putInt((int) mac);
    out.position(bootp + 236);
    out.putInt(0x63825363);
    out.put((byte) 53).put((byte) 1).put((byte) type);
    if (wish != 0) {
      out.put((byte) 50).put((byte) 4).putInt(wish);
    }
    out.put((byte) 255);
    return out.array();
  }

  /** {@return an ICMP-less IP packet with {@code length} bytes of zeros to an address} */
  byte[] packet(int target, int length) {
    return packet(address, target, length);
  }

  byte[] packet(int source, int target, int length) {
    ByteBuffer out = ByteBuffer.allocate(14 + 20 + length);
    ethernet(out, 0xfefd_0000_0000L, 0x0800);
    ip(out, 253, source, target, length);
    return out.array();
  }

  byte[] arp(int target) {
    ByteBuffer out = ByteBuffer.allocate(42);
    ethernet(out, 0xffff_ffff_ffffL, 0x0806);
    out.putInt(0x00010800).putInt(0x06040001);
    out.putShort((short) (mac >>> 32)).putInt((int) mac).putInt(address);
    out.position(38);
    out.putInt(target);
    return out.array();
  }

  byte[] dns(String name, int type) {
    ByteBuffer out = ByteBuffer.allocate(14 + 20 + 8 + 18 + name.length());
    ethernet(out, 0xfefd_0000_0000L, 0x0800);
    ip(out, 17, address, SERVICES, 26 + name.length());
    out.putShort((short) 5353).putShort((short) 53).putShort((short) (26 + name.length()));
    out.putShort((short) 0);
    out.putShort((short) 9).putShort((short) 0x0100).putShort((short) 1).putShort((short) 0);
    out.putInt(0);
    for (String label : name.split("\\.", -1)) {
      out.put((byte) label.length());
      label.chars().forEach(c -> out.put((byte) c));
    }
    out.put((byte) 0).putShort((short) type).putShort((short) 1);
    return out.array();
  }

  private void ethernet(ByteBuffer out, long to, int type) {
    out.putShort((short) (to >>> 32)).putInt((int) to);
    out.putShort((short) (mac >>> 32)).putInt((int) mac).putShort((short) type);
  }

  private static void ip(ByteBuffer out, int protocol, int source, int target, int length) {
    out.putShort((short) 0x4500).putShort((short) (20 + length)).putInt(0);
    out.put((byte) 64).put((byte) protocol).putShort((short) 0).putInt(source).putInt(target);
  }
}
