package org.gridappliance.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.gridappliance.agent.verb.Verb;
import org.gridappliance.agent.verb.Verbs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentSocketTest {
  @TempDir Path data;
  private AgentSocket socket;

  @BeforeEach
  void open() throws IOException {
    socket =
        new AgentSocket(
            data.resolve("run/agent.sock"),
            new Verbs(
                Map.of(
                    "POST /echo/{word}",
                        call ->
                            Verb.Reply.ok(
                                Map.of(
                                    "word", call.path().getOrDefault("word", ""),
                                    "body", call.body())),
                    "GET /no",
                        call -> {
                          throw new Verb.Refused(409, "not now");
                        })));
    socket.start();
  }

  @AfterEach
  void close() {
    socket.close();
  }

  @Test
  void aVerbGetsItsWordAndItsBody() throws IOException {
    String answer = ask("POST /echo/x HTTP/1.1\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    assertTrue(answer.contains("\"word\":\"x\"") && answer.contains("{\"a\":1}"), answer);
  }

  @Test
  void whatIsNoVerbIs404AndWhatIsNoJsonIs400() throws IOException {
    for (String line : new String[] {"GET /echo/x", "POST /echo/x/y", "POST /echo/../x%00"}) {
      assertEquals("404", ask(line + " HTTP/1.1\r\n\r\n").substring(9, 12), line);
    }
    assertEquals(
        "400", ask("POST /echo/x HTTP/1.1\r\nContent-Length: 2\r\n\r\n{]").substring(9, 12));
  }

  @Test
  void aRefusalCarriesItsReason() throws IOException {
    String answer = ask("GET /no HTTP/1.1\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 409 ") && answer.contains("not now"), answer);
  }

  private String ask(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(data.resolve("run/agent.sock")));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      StringBuilder answer = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(4096);
      while (channel.read(buffer.clear()) > 0) {
        answer.append(new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8));
      }
      return answer.toString();
    }
  }
}
