package org.gridappliance.agent.ipsec;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One connection to charon's vici socket. A packet is u32 length, u8 type, and for requests and
 * events u8 length and name, then a {@link ViciMessage}. One command at a time; not thread-safe.
 * Blocks as long as charon does.
 */
final class ViciClient implements AutoCloseable {
  private static final int COMMAND = 0;
  private static final int ANSWER = 1;
  private static final int REGISTER = 3;
  private static final int REGISTERED = 5;
  private static final int EVENT = 7;
  private static final int MOST_BYTES = 512 << 10;

  private final SocketChannel channel;
  private final DataInputStream in;
  private final DataOutputStream out;

  ViciClient(Path socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    in = new DataInputStream(Channels.newInputStream(channel));
    out = new DataOutputStream(Channels.newOutputStream(channel));
  }

  /**
   * Runs a command.
   *
   * @return its answer
   * @throws IOException when charon refuses it, with charon's reason
   */
  Map<String, Object> command(String name, Map<String, ?> arguments) throws IOException {
    send(COMMAND, name, ViciMessage.write(arguments));
    while (true) {
      byte[] packet = receive();
      if (packet[0] == EVENT) {
        continue;
      }
      return checked(name, answer(name, packet));
    }
  }

  /** Runs a command that streams events. {@return what they carried} */
  List<Map<String, Object>> stream(String name, String event, Map<String, ?> arguments)
      throws IOException {
    send(REGISTER, event, new byte[0]);
    if (receive()[0] != REGISTERED) {
      throw new IOException("charon has no event " + event);
    }
    send(COMMAND, name, ViciMessage.write(arguments));
    List<Map<String, Object>> all = new ArrayList<>();
    while (true) {
      byte[] packet = receive();
      if (packet[0] == EVENT) {
        all.add(ViciMessage.read(packet, 2 + (packet[1] & 0xff)));
        continue;
      }
      checked(name, answer(name, packet));
      return all;
    }
  }

  private static Map<String, Object> answer(String name, byte[] packet) throws IOException {
    if (packet[0] != ANSWER) {
      throw new IOException("charon knows no command " + name);
    }
    return ViciMessage.read(packet, 1);
  }

  private static Map<String, Object> checked(String name, Map<String, Object> answer)
      throws IOException {
    if ("no".equals(answer.get("success"))) {
      throw new IOException("charon refused " + name + ": " + answer.get("errmsg"));
    }
    return answer;
  }

  private void send(int type, String name, byte[] message) throws IOException {
    byte[] text = name.getBytes(StandardCharsets.US_ASCII);
    out.writeInt(2 + text.length + message.length);
    out.write(type);
    out.write(text.length);
    out.write(text);
    out.write(message);
    out.flush();
  }

  /** {@return a packet without its length; at least two bytes} */
  private byte[] receive() throws IOException {
    int length = in.readInt();
    if (length < 1 || length > MOST_BYTES) {
      throw new IOException("charon sent a packet of " + length + " bytes");
    }
    byte[] packet = in.readNBytes(length);
    if (packet.length < length) {
      throw new IOException("charon ended in the middle of a packet");
    }
    if (packet[0] == EVENT && (length < 2 || (packet[1] & 0xff) > length - 2)) {
      throw new IOException("charon sent an event without a name");
    }
    return packet;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
