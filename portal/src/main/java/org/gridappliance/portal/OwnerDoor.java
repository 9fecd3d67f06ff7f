package org.gridappliance.portal;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door of whoever owns the data folder: {@code DATA/run/owner.sock}, mode 0600 in a folder of
 * mode 0700. One line asks, one line answers: {@code ok VALUE}, or a sentence that says why not.
 */
final class OwnerDoor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OwnerDoor.class);
  private static final int LINE_CHARS = 100;

  /** Answers one word with one line. */
  @FunctionalInterface
  interface Verb {
    String run() throws IOException;
  }

  private final Path path;
  private final ServerSocketChannel server;
  private final Map<String, Verb> verbs;

  private OwnerDoor(Path path, ServerSocketChannel server, Map<String, Verb> verbs) {
    this.path = path;
    this.server = server;
    this.verbs = Map.copyOf(verbs);
  }

  /** Listens at a path; what was there from an earlier run is replaced. */
  static OwnerDoor open(Path path, Map<String, Verb> verbs) throws IOException {
    Files.deleteIfExists(path);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    OwnerDoor door = new OwnerDoor(path, server, verbs);
    Thread.ofVirtual().name("owner-door").start(door::serve);
    return door;
  }

  private void serve() {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().name("owner-call").start(() -> answer(client));
      } catch (ClosedChannelException e) {
        return; // closed by us
      } catch (IOException e) {
        log.error("owner door closed reason={}", e.getMessage());
        return;
      }
    }
  }

  private void answer(SocketChannel client) {
    try (client) {
      BufferedReader in =
          new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8), LINE_CHARS);
      StringBuilder line = new StringBuilder();
      int c = in.read();
      while (c >= 0 && c != '\n' && line.length() < LINE_CHARS) {
        line.append((char) c);
        c = in.read();
      }
      Verb verb = verbs.get(line.toString());
      String reply;
      try {
        reply =
            verb == null ? "no such request; want one of " + verbs.keySet() : "ok " + verb.run();
      } catch (IOException | RuntimeException e) { // whatever it is, the owner reads it
        log.error("owner request failed request={}", line, e);
        reply = String.valueOf(e.getMessage()).replace('\n', ' ');
      }
      client.write(StandardCharsets.UTF_8.encode(reply + "\n"));
    } catch (IOException e) {
      log.debug("owner went away reason={}", e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
