package org.gridappliance.agent;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.agent.verb.Verbs;
import org.gridappliance.jobs.lease.LeaseProtocol;

/**
 * HTTP on {@code DATA/run/agent.sock} (0660, group {@value #PORTAL} where there is one) with fixed
 * {@link Verbs}, one request a connection, JSON both ways, a body of at most {@link #MAX_REQUEST}
 * bytes. Who may speak: root, the agent's own user, the portal's; the kernel says who the peer is.
 */
final class AgentSocket implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(AgentSocket.class.getName());
  private static final String PORTAL = "grid-appliance";

  /** The policies of 10,000 machines, each in a group of a long name, are half of it. */
  private static final int MAX_REQUEST = 1 << 20;

  private static final int MAX_PEERS = 64;
  private static final int ANSWER_SECONDS = 30;
  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length: *(\\d{1,6})\r\n", Pattern.CASE_INSENSITIVE);

  private final Path path;
  private final Verbs verbs;
  private final ServerSocketChannel server;
  private final Semaphore peers = new Semaphore(MAX_PEERS);

  AgentSocket(Path path, Verbs verbs) throws IOException {
    this.path = path;
    this.verbs = verbs;
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
    if (!List.of("root", PORTAL, System.getProperty("user.name")).contains(user)) {
      answer(peer, 403, Map.of("title", "Not for user " + user));
      return;
    }
    String request = request(peer);
    int head = request.indexOf("\r\n\r\n");
    Optional<Verbs.Found> found =
        head < 0 ? Optional.empty() : verbs.find(request.substring(0, request.indexOf("\r\n")));
    if (found.isEmpty()) {
      answer(peer, 404, Map.of("title", "The verbs are " + verbs));
      return;
    }
    try {
      String body = request.substring(head + 4);
      JsonNode json =
          body.isEmpty()
              ? MissingNode.getInstance()
              : LeaseProtocol.json().readTree(body.getBytes(StandardCharsets.ISO_8859_1));
      Verb.Reply reply = found.get().verb().run(new Verb.Call(found.get().path(), json));
      answer(peer, reply.status(), reply.body());
    } catch (Verb.Refused e) {
      answer(peer, e.status(), Map.of("title", String.valueOf(e.getMessage())));
    } catch (JacksonException e) {
      answer(peer, 400, Map.of("title", "The body is not JSON: " + e.getOriginalMessage()));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "agent.sock: {0}: {1}", found.get().path(), e);
      answer(peer, 500, Map.of("title", String.valueOf(e.getMessage())));
    }
  }

  private static String user(SocketChannel peer) throws IOException {
    UnixDomainPrincipal who = peer.getOption(ExtendedSocketOptions.SO_PEERCRED);
    return who.user().getName();
  }

  /** Reads a request, head and body, a character for a byte; empty when it is too long. */
  private static String request(SocketChannel peer) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    while (read.size() < MAX_REQUEST && peer.read(buffer.clear()) > 0) {
      read.write(buffer.array(), 0, buffer.position());
      String text = read.toString(StandardCharsets.ISO_8859_1);
      int head = text.indexOf("\r\n\r\n");
      if (head >= 0) {
        Matcher length = LENGTH.matcher(text.substring(0, head + 2));
        if (text.length() >= head + 4 + (length.find() ? Integer.parseInt(length.group(1)) : 0)) {
          return text;
        }
      }
    }
    return "";
  }

  private static void answer(SocketChannel peer, int status, Object body) throws IOException {
    byte[] json = LeaseProtocol.json().writeValueAsBytes(body);
    String head =
        "HTTP/1.1 %d .\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
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
