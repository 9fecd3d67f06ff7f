package org.gridappliance.portal.desktops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.gridappliance.jobs.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Asks this machine's agent over {@code run/agent.sock}: one HTTP request a connection, JSON both
 * ways. Blocks; call from virtual threads. Thread-safe.
 */
public final class AgentClient {
  private static final int MOST_BYTES = 4 << 20;

  private final ObjectMapper json = new ObjectMapper();
  private final Path socket;

  public AgentClient(Path socket) {
    this.socket = socket;
  }

  /**
   * Asks for a verb.
   *
   * @param body what to send as JSON; null for none
   * @return the answer
   * @throws Problem what the agent refused, with its reason; 503 when it does not answer
   */
  public JsonNode ask(String method, String path, @Nullable Map<String, ?> body) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      byte[] sent = body == null ? new byte[0] : json.writeValueAsBytes(body);
      String head =
          "%s %s HTTP/1.1\r\nHost: agent\r\nContent-Length: %d\r\n\r\n"
              .formatted(method, path, sent.length);
      ByteBuffer request = ByteBuffer.allocate(head.length() + sent.length);
      request.put(head.getBytes(StandardCharsets.US_ASCII)).put(sent).flip();
      while (request.hasRemaining()) {
        channel.write(request);
      }
      return answer(readAll(channel));
    } catch (IOException e) {
      throw new Problem(
          503,
          "Agent not there",
          "this machine's agent does not answer (" + e.getMessage() + "); it starts again shortly");
    }
  }

  private JsonNode answer(byte[] bytes) throws IOException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int head = text.indexOf("\r\n\r\n");
    if (head < 0 || !text.startsWith("HTTP/1.1 ")) {
      throw new IOException("its answer is not HTTP");
    }
    int status = Integer.parseInt(text.substring(9, 12));
    JsonNode body = json.readTree(bytes, head + 4, bytes.length - head - 4);
    if (status >= 300) {
      throw new Problem(status, "Refused", body.path("title").asText("the agent refused"));
    }
    return body;
  }

  private static byte[] readAll(SocketChannel channel) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(16 << 10);
    while (channel.read(buffer.clear()) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
      if (all.size() > MOST_BYTES) {
        throw new IOException("its answer is longer than " + MOST_BYTES + " bytes");
      }
    }
    return all.toByteArray();
  }
}
