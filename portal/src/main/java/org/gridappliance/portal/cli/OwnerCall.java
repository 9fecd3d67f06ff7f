package org.gridappliance.portal.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** One call through the owner's door of a running portal ({@code DATA/run/owner.sock}). */
final class OwnerCall {
  private OwnerCall() {}

  /** {@return the answer without its {@code ok}} */
  static String ask(Path data, String request) throws IOException, CliException {
    Path socket = data.resolve("run/owner.sock");
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(StandardCharsets.UTF_8.encode(request + "\n"));
      BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
      String answer = in.readLine();
      if (answer == null || !answer.startsWith("ok ")) {
        throw new CliException(request + ": the portal answers: " + answer);
      }
      return answer.substring(3);
    } catch (SocketException e) {
      throw new CliException(
          "no portal runs on " + data + ", or its folder is not yours (" + e.getMessage() + ")");
    }
  }
}
