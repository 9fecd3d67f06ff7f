package org.gridappliance.agent.desktop;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens a terminal and a desktop for {@code ada} of a data folder, types one line into the terminal
 * and prints what it shows; then lets a program on a desktop {@link Reach} for what is not its own:
 * {@code NormalUserMain DATA LINE}. The line ends by showing {@code 42done}.
 */
public final class NormalUserMain {
  private NormalUserMain() {}

  /** Runs to the end. */
  public static void main(String[] arguments) throws Exception {
    try (Desktops desktops = new Desktops(Path.of(arguments[0]), 58_500)) {
      Desktop shell =
          desktops.create(
              new Wish("ada", Wish.Kind.TERMINAL, "Terminal", List.of(), 200, 30, 256L << 20));
      try (TerminalClient client = new TerminalClient(desktops.socket(shell))) {
        client.type(arguments[1] + "\n");
        System.out.println(client.await("42done"));
      }
      Desktop screen =
          desktops.create(
              new Wish("ada", Wish.Kind.DESKTOP, "Desktop", List.of(), 800, 600, 512L << 20));
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(desktops.socket(screen)));
        ByteBuffer greeting = ByteBuffer.allocate(12);
        while (greeting.hasRemaining() && channel.read(greeting) >= 0) {
          // until it is whole
        }
        System.out.println(new String(greeting.array(), StandardCharsets.US_ASCII));
      }
      Reach.assertOwnDesktopOnly(desktops, Path.of(arguments[0]));
    }
    System.out.println("all ended");
  }
}
