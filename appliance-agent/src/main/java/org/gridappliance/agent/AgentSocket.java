package org.gridappliance.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * HTTP on {@code DATA/run/agent.sock} (0660, group {@value #PORTAL} where there is one) with fixed
 * verbs: {@code GET /status}. No verb takes arguments. Who may speak: root, the agent's own user,
 * the portal's; the kernel says who the peer is.
 */
final class AgentSocket implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AgentSocket.class.getName());
  private static final String PORTAL = "grid-appliance";
  private static final int MAX_REQUEST = 8192;
  private static final int MAX_PEERS = 8;
  private static final int ANSWER_SECONDS = 5;

  private final Path path;
  private final Supplier<Map<String, Object>> status;
  private final ServerSocketChannel server;
  private final Semaphore peers = new Semaphore(MAX_PEERS);

  AgentSocket(Path path, Supplier<Map<String, Object>> status) throws IOException {
    this.path = path;
    this.status = status;
    Files.createDirectories(path.getParent());
    Files.deleteIfExists(path);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    try {
      GroupPrincipal group =
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(PORTAL);
      Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(group);
    } catch (UserPrincipalNotFoundException e) {
      // the portal runs as the same user then
    } catch (IOException e) { // not root, and not of that group: likewise
      LOG.log(System.Logger.Level.DEBUG, "The socket stays in our group: {0}", e.toString());
    }
  }

  void start() {
    Thread.ofPlatform().name("agent-socket").daemon().start(this::accept);
  }

  private void accept() {
    while (true) {
      try {
        peers.acquire();
        SocketChannel peer = server.accept();
        Thread.ofVirtual()
            .start(
                () -> {
                  try (peer) {
                    serve(peer);
                  } catch (IOException e) { // it hung up
                    LOG.log(System.Logger.Level.DEBUG, "agent.sock: {0}", e.toString());
                  } finally {
                    peers.release();
                  }
                });
      } catch (ClosedChannelException | InterruptedException e) {
        return;
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "agent.sock: {0}", e.toString());
        peers.release();
      }
    }
  }

  private void serve(SocketChannel peer) throws IOException {
    // a peer that says nothing is hung up on
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(ANSWER_SECONDS);
                peer.close();
              } catch (IOException | InterruptedException e) {
                // closed already
              }
            });
    String user = user(peer);
    String line = requestLine(peer);
    if (!List.of("root", PORTAL, System.getProperty("user.name")).contains(user)) {
      answer(peer, "403 Forbidden", Map.of("title", "Not for user " + user));
    } else if (line.equals("GET /status HTTP/1.1") || line.equals("GET /status HTTP/1.0")) {
      answer(peer, "200 OK", status.get());
    } else {
      answer(peer, "404 Not Found", Map.of("title", "The one verb is GET /status"));
    }
  }

  private static String user(SocketChannel peer) throws IOException {
    UnixDomainPrincipal who = peer.getOption(ExtendedSocketOptions.SO_PEERCRED);
    return who.user().getName();
  }

  /** Reads the head of a request; what follows it is not looked at. */
  private static String requestLine(SocketChannel peer) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(1024);
    while (head.size() < MAX_REQUEST && peer.read(buffer.clear()) > 0) {
      head.write(buffer.array(), 0, buffer.position());
      String text = head.toString(StandardCharsets.ISO_8859_1);
      if (text.contains("\r\n\r\n")) {
        return text.substring(0, text.indexOf("\r\n"));
      }
    }
    return "";
  }

  private static void answer(SocketChannel peer, String status, Map<String, Object> body)
      throws IOException {
    byte[] json = LeaseProtocol.json().writeValueAsBytes(body);
    String head =
        "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            .formatted(status, json.length);
    ByteBuffer[] parts = {
      ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)), ByteBuffer.wrap(json)
    };
    while (parts[1].hasRemaining()) {
      peer.write(parts);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) { // the next start removes it
      LOG.log(System.Logger.Level.DEBUG, "agent.sock: {0}", e.toString());
    }
  }
}
