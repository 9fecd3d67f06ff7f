package org.gridappliance.ipop.services;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The DHCP server on the device (RFC 2131, options of RFC 2132): the machine's own client gets its
 * address from {@link Addresses}. All eight client situations of RFC 2131 §4.3 are answered. Runs
 * under the node's lock.
 */
final class Dhcp {

  static final int SERVER_PORT = 67;
  static final int CLIENT_PORT = 68;

  /** Short, so that the loser of a healed partition asks again soon. */
  static final int LEASE_SECONDS = 600;

  private static final int COOKIE = 0x63825363;
  private static final int OPTIONS = 240;

  private enum Type {
    DISCOVER(1),
    OFFER(2),
    REQUEST(3),
    DECLINE(4),
    ACK(5),
    NAK(6),
    RELEASE(7),
    INFORM(8);

    private final int code;

    Type(int code) {
      this.code = code;
    }

    static @Nullable Type of(int code) {
      for (Type type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      return null;
    }
  }

  /** A client's message, parsed. */
  private record Request(
      Type type,
      int transaction,
      boolean broadcast,
      int client,
      long mac,
      OptionalInt wish,
      OptionalInt server) {}

  private final Network network;
  private final Addresses addresses;
  private final int mtu;

  Dhcp(Network network, Addresses addresses, int mtu) {
    this.network = network;
    this.addresses = addresses;
    this.mtu = mtu;
  }

  /**
   * Takes the payload of a datagram to port 67.
   *
   * @param reply gets whole frames for the device, perhaps later
   */
  void handle(ByteBuffer payload, Consumer<byte[]> reply) {
    Request request = parse(payload);
    if (request == null) {
      return;
    }
    boolean forUs = request.server.isEmpty() || request.server.getAsInt() == network.services();
    switch (request.type) {
      case DISCOVER ->
          addresses.lease(
              request.mac,
              request.wish,
              lease -> lease.ifPresent(a -> reply.accept(answer(request, Type.OFFER, a))));
      case REQUEST -> {
        if (forUs) {
          request(request, reply);
        }
      }
      case DECLINE -> {
        if (forUs) {
          request.wish.ifPresent(addresses::release);
        }
      }
      case RELEASE -> {
        if (forUs && addresses.macOf(request.client) == request.mac) {
          addresses.release(request.client);
        }
      }
      case INFORM -> reply.accept(answer(request, Type.ACK, 0));
      case OFFER, ACK, NAK -> {
        // a server's messages are not for a server
      }
    }
  }

  /** RFC 2131 §4.3.2: SELECTING, INIT-REBOOT, RENEWING and REBINDING. */
  private void request(Request request, Consumer<byte[]> reply) {
    OptionalInt asked =
        request.wish.isPresent()
            ? request.wish
            : request.client != 0 ? OptionalInt.of(request.client) : OptionalInt.empty();
    if (asked.isEmpty()) {
      return;
    }
    addresses.lease(
        request.mac,
        asked,
        lease -> {
          boolean granted = lease.isPresent() && lease.getAsInt() == asked.getAsInt();
          if (granted) {
            reply.accept(answer(request, Type.ACK, lease.getAsInt()));
          } else if (lease.isPresent() || !network.isAssignable(asked.getAsInt())) {
            reply.accept(answer(request, Type.NAK, 0));
          }
          // no answer from the ring: silence, the client asks again
        });
  }

  private byte[] answer(Request request, Type type, int address) {
    ByteBuffer head = ByteBuffer.allocate(OPTIONS);
    head.put((byte) 2).put((byte) 1).put((byte) 6).put((byte) 0).putInt(request.transaction);
    head.putShort((short) 0).putShort((short) (request.broadcast ? 0x8000 : 0));
    head.putInt(type == Type.NAK ? 0 : request.client);
    head.putInt(address).putInt(network.services()).putInt(0);
    head.putShort((short) (request.mac >>> 32)).putInt((int) request.mac);
    head.putInt(236, COOKIE);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head.array());
    option(out, 53, new byte[] {(byte) type.code});
    option(out, 54, number(network.services()));
    if (type != Type.NAK) {
      if (address != 0) {
        option(out, 51, number(LEASE_SECONDS));
        option(out, 58, number(LEASE_SECONDS / 2));
        option(out, 59, number(LEASE_SECONDS * 7 / 8));
      }
      option(out, 1, number(network.mask()));
      option(out, 28, number(network.broadcast()));
      option(out, 6, number(network.services()));
      option(out, 15, network.domain().getBytes(StandardCharsets.US_ASCII));
      option(out, 26, new byte[] {(byte) (mtu >>> 8), (byte) mtu});
      if (address != 0) {
        option(out, 12, Network.name(address).getBytes(StandardCharsets.US_ASCII));
      }
    }
    out.write(255);
    while (out.size() < 300) {
      out.write(0); // some clients refuse what is shorter than BOOTP's 300 bytes
    }
    boolean direct = type != Type.NAK && request.client != 0;
    int target = direct ? request.client : -1;
    return Eth.udp(
        direct ? request.mac : Eth.BROADCAST,
        network.services(),
        SERVER_PORT,
        target,
        CLIENT_PORT,
        out.toByteArray());
  }

  /** {@return the message, or null if it is none} */
  private static @Nullable Request parse(ByteBuffer in) {
    if (in.remaining() < OPTIONS
        || in.get(0) != 1
        || in.get(1) != 1
        || in.get(2) != 6
        || in.getInt(236) != COOKIE) {
      return null;
    }
    Map<Integer, byte[]> options = options(in);
    byte[] code = options.get(53);
    Type type = code == null || code.length != 1 ? null : Type.of(code[0]);
    if (type == null) {
      return null;
    }
    return new Request(
        type,
        in.getInt(4),
        (in.getShort(10) & 0x8000) != 0,
        in.getInt(12),
        (in.getShort(28) & 0xffffL) << 32 | (in.getInt(30) & 0xffffffffL),
        number(options.get(50)),
        number(options.get(54)));
  }

  private static Map<Integer, byte[]> options(ByteBuffer in) {
    Map<Integer, byte[]> options = new HashMap<>();
    int at = OPTIONS;
    while (at < in.limit()) {
      int code = in.get(at++) & 0xff;
      if (code == 255) {
        break;
      }
      if (code == 0) {
        continue;
      }
      if (at >= in.limit()) {
        break;
      }
      int length = in.get(at++) & 0xff;
      if (at + length > in.limit()) {
        break;
      }
      byte[] value = new byte[length];
      in.get(at, value);
      // RFC 3396: a repeated option continues
      options.merge(
          code,
          value,
          (a, b) -> {
            byte[] joined = Arrays.copyOf(a, a.length + b.length);
            System.arraycopy(b, 0, joined, a.length, b.length);
            return joined;
          });
      at += length;
    }
    return options;
  }

  private static OptionalInt number(byte @Nullable [] value) {
    return value == null || value.length != 4
        ? OptionalInt.empty()
        : OptionalInt.of(ByteBuffer.wrap(value).getInt());
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static void option(ByteArrayOutputStream out, int code, byte[] value) {
    out.write(code);
    out.write(value.length);
    out.writeBytes(value);
  }
}
